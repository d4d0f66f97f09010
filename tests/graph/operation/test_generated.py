"""Operations generated from the schema: every error has a code.

There are 2,000 in continuous integration and 200 elsewhere; POSTLEDGER_CASES sets another number.
"""

import os
import warnings
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from graph.api.schema import printed_schema
from graph.app import compose
from graph.errors import ERROR_CODES
from service.process.caller import Role
from service.process.runtime import Runtime
from tests.support.edge.quiet import QUIET
from tests.support.edge.world import World, codes, configured, open_world
from tests.support.needs import CI

with warnings.catch_warnings():
    # Importing schemathesis raises warnings about its dependencies.
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis.graphql import nodes

pytestmark = pytest.mark.anyio

CASES: Final = int(os.environ.get("POSTLEDGER_CASES", "2000" if CI else "200"))


def _operations(count: int) -> list[str]:
    """Returns different operations that the schema allows."""
    instants = st.datetimes().map(lambda each: each.isoformat() + "Z")
    schemathesis.graphql.scalar("DateTime", (instants | st.text(max_size=9)).map(nodes.String))
    schemathesis.graphql.scalar("Secret", st.text(max_size=9).map(nodes.String))
    schema = schemathesis.graphql.from_file(printed_schema())
    generated: list[str] = []

    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(schema.as_strategy())
    def collect(case: "schemathesis.Case[Any]") -> None:
        generated.append(str(case.body))

    collect()
    return generated


async def test_generated_operations(runtime: Runtime, tmp_path: Path) -> None:
    """For every role, and without a token, every error has a known code and none is internal."""
    quiet = replace(runtime, mail_tools=QUIET)
    config = configured(tmp_path, calls_per_minute=0, bad_tokens_per_minute=0)
    roles = cycle([*Role, Role.ADMINISTRATOR, None])
    wrong = []
    async with open_world(compose(config, quiet), quiet) as world:
        for query in _operations(CASES):
            role = next(roles)
            found = await _codes(world, query, role)
            if not found <= ERROR_CODES.keys() - {"INTERNAL_SERVER_ERROR"}:
                wrong.append((role, found, query))

    assert [] == wrong


async def _codes(world: World, query: str, role: Role | None) -> set[str]:
    response = await world.post({"query": query}, role=role)
    return {*codes(response.json())}
