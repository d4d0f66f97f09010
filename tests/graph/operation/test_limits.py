"""What a request may not ask for, and that what clients really send is let through."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from graphql import get_introspection_query

from graph.app import compose
from graph.callers.authenticator import Authenticator
from service.process.runtime import Runtime
from tests.support.edge.world import World, codes, configured, open_world

pytestmark = pytest.mark.anyio


def _nested(levels: int) -> str:
    return "query { " + "auditEvents { edges { node { " * levels + "id" + " }" * 3 * levels + " }"


def _fragments(count: int) -> str:
    """Fragments that each spread the next one twice: 2^count fields, unfolded."""
    doubling = " ".join(
        f"fragment f{each} on Query {{ ...f{each + 1} ...f{each + 1} }}" for each in range(count)
    )
    return f"{{ ...f0 }} {doubling} fragment f{count} on Query {{ viewer {{ role }} }}"


@pytest.mark.parametrize(
    ("query", "part"),
    [
        pytest.param("{ " + "viewer { role } " * 250 + "}", "token", id="tokens"),
        pytest.param(
            "{ " + " ".join(f"a{each}: __typename" for each in range(16)) + " }",
            "16 aliases; at most 15",
            id="aliases",
        ),
        pytest.param(
            "{ __typename " + "@skip(if: false) " * 51 + "}", "51 directives", id="directives"
        ),
        pytest.param(_nested(5), "levels of fields", id="depth"),
        pytest.param("{" * 150 + "a" + "}" * 150, "", id="nested beyond all"),
        pytest.param("{ " + "viewer { role } " * 21 + "}", "fields at its root", id="root fields"),
        pytest.param(_fragments(10), "fields at its root", id="fragments that double"),
        pytest.param(
            "fragment a on Query { ...b } fragment b on Query { ...a } { ...a }",
            "Cannot spread fragment 'a' within itself",
            id="fragments in a circle",
        ),
        pytest.param("{ viewer { " + "role " * 301 + "} }", "fields", id="fields"),
        pytest.param(
            "{ auditEvents(first: 100) { edges { node { "
            + "client { ipAddress } " * 30
            + "} } } }",
            "The answer could have",
            id="cost",
        ),
        pytest.param(
            "{ a: __schema { queryType { name } } b: __schema { queryType { name } } "
            "c: __schema { queryType { name } } }",
            "The answer could have",
            id="the schema thrice",
        ),
        pytest.param(
            "{ __schema { types { fields { type { fields { type { fields { type { fields "
            "{ type { name } } } } } } } } } } }",
            "Maximum introspection depth exceeded",
            id="introspection in circles",
        ),
    ],
)
async def test_too_much(world: World, query: str, part: str) -> None:
    """What goes past a limit is refused before anything is resolved, and says which one it is."""
    answer = await world.ask(query)

    assert "data" not in answer
    assert {*codes(answer)} <= {"GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"}
    assert part in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    ("size", "passes"),
    [
        pytest.param(50, True, id="small page"),
        pytest.param(100, False, id="large page"),
        pytest.param(None, True, id="page of the default"),
    ],
)
async def test_cost_goes_by_the_variable(world: World, *, size: int | None, passes: bool) -> None:
    """A page's size counts wherever it comes from."""
    fields = " ".join(
        f"client {{ {each} }}" for each in ("ipAddress", "userAgent", "requestId", "operationName")
    )
    query = (
        "query a($n: Int) { auditEvents(first: $n) { edges { node { "
        + f"id sequence body leafHash {fields} " * 4
        + "} } } }"
    )
    answer = await world.ask(query, n=size)

    assert passes is ("errors" not in answer)


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(get_introspection_query(), id="the standard one"),
        pytest.param(
            get_introspection_query(
                specified_by_url=True,
                directive_is_repeatable=True,
                schema_description=True,
                input_value_deprecation=True,
            ),
            id="the playground's",
        ),
    ],
)
async def test_introspection_passes(world: World, query: str) -> None:
    """Tools that read the schema are let through."""
    answer = await world.ask(query)

    assert "errors" not in answer
    assert "Query" == answer["data"]["__schema"]["queryType"]["name"]


async def test_errors_are_cut(world: World) -> None:
    """An answer never holds more than 20 errors."""
    answer = await world.ask(
        "{ viewer { " + " ".join(f"nothing{each}" for each in range(30)) + " } }"
    )

    assert 20 == len(answer["errors"])


async def test_no_suggestions(world: World) -> None:
    """A typing error is not answered with what the schema has instead."""
    answers = [
        await world.ask("{ viewr { role } }"),
        await world.ask("{ viewer { rol } }"),
        await world.ask("{ auditEvents(firs: 1) { edges { cursor } } }"),
        await world.ask("{ ... on Viewr { role } }"),
    ]

    assert [1, 1, 1, 1] == [len(each["errors"]) for each in answers]
    assert not any("Did you mean" in each["errors"][0]["message"] for each in answers)


@pytest.fixture
def known_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    """However short the time is that a query may take, who asks is known by then."""
    monkeypatch.setattr("graph.app.Authenticator", lambda *given, **_bound: Authenticator(*given))


@pytest.mark.usefixtures("known_callers")
async def test_a_query_has_its_time(runtime: Runtime, tmp_path: Path) -> None:
    """A query that takes longer than it may is given up, and says so."""
    config = configured(tmp_path, query_timeout_seconds=0.000001)
    async with open_world(compose(config, runtime), runtime) as hurried:
        answer = await hurried.ask("{ auditEvents { edges { cursor } } }")

    assert ["TIMED_OUT"] == codes(answer)
    assert answer["data"] is None


@pytest.mark.usefixtures("known_callers")
@pytest.mark.parametrize(
    "query",
    [
        pytest.param("{ auditVerification { intact } }", id="plain"),
        pytest.param(
            "{ ...a } fragment a on Query { ... on Query { auditVerification { intact } } }",
            id="in fragments",
        ),
    ],
)
async def test_a_verification_has_a_time_of_its_own(
    runtime: Runtime, tmp_path: Path, query: str
) -> None:
    """It reads the whole trail, so it is not bound by what other queries may take."""
    patient = configured(tmp_path, query_timeout_seconds=0.000001)
    async with open_world(compose(patient, runtime), runtime) as world:
        verified = await world.ask(query)
    hurried = configured(tmp_path, verification_timeout_seconds=0.000001)
    async with open_world(compose(hurried, runtime), runtime) as world:
        given_up = await world.ask(query)

    assert {"data": {"auditVerification": {"intact": True}}} == verified
    assert ["TIMED_OUT"] == codes(given_up)


async def test_one_verification_a_query(world: World) -> None:
    """Two would read the whole trail twice for one call."""
    answer = await world.ask("{ a: auditVerification { intact } b: auditVerification { intact } }")

    assert ["GRAPHQL_VALIDATION_FAILED"] == codes(answer)


async def test_a_body_has_its_time(runtime: Runtime, tmp_path: Path) -> None:
    """A body that does not come holds nothing open for long."""
    config = configured(tmp_path, max_body_seconds=0.001)

    async def stalled() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    async with open_world(compose(config, runtime), runtime) as world:
        headers = {**world.headers(), "Content-Type": "application/json"}
        response = await world.client.post("/graphql", content=stalled(), headers=headers)

    assert 408 == response.status_code
    assert ["TIMED_OUT"] == codes(response.json())
