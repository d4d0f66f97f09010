"""GraphQL over HTTP, checked by the audits of the `graphql-http` package."""

import json

import pytest

from service.process.caller import Role
from tests.clients.node import run_script
from tests.support.edge.world import World, listening

pytestmark = pytest.mark.anyio


async def test_audits(world: World) -> None:
    """All 61 audits pass without a warning."""
    async with listening(world.app) as address:
        token = world.tokens[Role.ADMINISTRATOR].text
        printed = await run_script("audit.mjs", f"{address}/graphql", token)
    results = json.loads(printed)

    assert [] == [each for each in results if each["status"] != "ok"]
    assert 61 == len(results)
