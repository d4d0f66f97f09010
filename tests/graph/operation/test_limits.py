"""The limits on a request, and that they allow what clients really send."""

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
    """Returns fragments that each spread the next one twice: 2^count fields in all."""
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
        pytest.param("{" * 150 + "a" + "}" * 150, "", id="nested too deeply"),
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
            id="the schema three times",
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
    """A query over a limit is refused before anything is resolved, and the error names it."""
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
async def test_cost_depends_on_the_page_size(
    world: World, *, size: int | None, passes: bool
) -> None:
    """A page's size counts, whether it is a literal, a variable or the default."""
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
    """The introspection queries of common tools are allowed."""
    answer = await world.ask(query)

    assert "errors" not in answer
    assert "Query" == answer["data"]["__schema"]["queryType"]["name"]


async def test_errors_are_limited(world: World) -> None:
    """An answer never contains more than 20 errors."""
    query = (
        "query a($b: [AuditAction!]) { auditEvents(filter: {actions: $b}) { edges { cursor } } }"
    )
    answer = await world.ask(query, b=["NOTHING"] * 30)

    assert 20 == len(answer["errors"])


async def test_validation_ends_early(world: World) -> None:
    """Validation ends after five errors, and says so."""
    answer = await world.ask(
        "{ viewer { " + " ".join(f"nothing{each}" for each in range(30)) + " } }"
    )

    assert 6 == len(answer["errors"])
    assert "Validation aborted" in answer["errors"][-1]["message"]


async def test_no_suggestions(world: World) -> None:
    """An error about an unknown name does not suggest names from the schema."""
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
    """Gives authentication no time limit, so that only the query's own limit applies."""
    monkeypatch.setattr("graph.app.Authenticator", lambda *given, **_bound: Authenticator(*given))


@pytest.mark.usefixtures("known_callers")
async def test_a_query_has_a_time_limit(runtime: Runtime, tmp_path: Path) -> None:
    """A query that exceeds its time limit is stopped with TIMED_OUT."""
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
async def test_a_verification_has_its_own_time_limit(
    runtime: Runtime, tmp_path: Path, query: str
) -> None:
    """A verification has its own time limit, because it reads the whole trail."""
    patient = configured(tmp_path, query_timeout_seconds=0.000001)
    async with open_world(compose(patient, runtime), runtime) as world:
        verified = await world.ask(query)
    hurried = configured(tmp_path, verification_timeout_seconds=0.000001)
    async with open_world(compose(hurried, runtime), runtime) as world:
        stopped = await world.ask(query)

    assert {"data": {"auditVerification": {"intact": True}}} == verified
    assert ["TIMED_OUT"] == codes(stopped)


async def test_one_verification_per_query(world: World) -> None:
    """A query that verifies the trail twice is refused."""
    answer = await world.ask("{ a: auditVerification { intact } b: auditVerification { intact } }")

    assert ["GRAPHQL_VALIDATION_FAILED"] == codes(answer)


async def test_a_body_has_a_time_limit(runtime: Runtime, tmp_path: Path) -> None:
    """A request whose body does not arrive in time is refused."""
    config = configured(tmp_path, max_body_seconds=0.001)

    async def stalled() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    async with open_world(compose(config, runtime), runtime) as world:
        headers = {**world.headers(), "Content-Type": "application/json"}
        response = await world.client.post("/graphql", content=stalled(), headers=headers)

    assert 408 == response.status_code
    assert ["TIMED_OUT"] == codes(response.json())
