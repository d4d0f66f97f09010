"""What a scanner of GraphQL services looks for and does not find here: graphql-cop's checks."""

import pytest

from tests.support.edge.world import GRAPHQL, World, codes

pytestmark = pytest.mark.anyio

REFUSED = {"GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"}


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(
            "query cop { " + " ".join(f"alias{each}: __typename" for each in range(101)) + " }",
            id="alias overloading",
        ),
        pytest.param("query cop { " + "__typename \n " * 500 + "}", id="field duplication"),
        pytest.param(
            "query cop { __schema { types { fields { type { fields { type { fields { type { "
            "fields { type { name } } } } } } } } } } }",
            id="circular introspection",
        ),
        pytest.param(
            "query cop { __schema { ...A } } fragment A on __Schema { directives { name } ...B } "
            "fragment B on __Schema { ...A }",
            id="circular fragments",
        ),
    ],
)
async def test_overloading(world: World, query: str) -> None:
    """A query that is built to overload the service is refused as a whole."""
    answer = await world.ask(query)

    assert "data" not in answer
    assert set(codes(answer)) <= REFUSED


async def test_directive_overloading(world: World) -> None:
    """Ten unknown directives do not cause ten errors."""
    answer = await world.ask("query cop { __typename " + "@aa" * 10 + " }")

    assert "data" not in answer
    assert len(answer["errors"]) < 10


async def test_batches(world: World) -> None:
    """Ten queries in one request are refused."""
    response = await world.post([{"query": "query cop { __typename }"}] * 10)

    assert 400 == response.status_code


@pytest.mark.parametrize(
    ("method", "query"),
    [
        pytest.param("GET", "mutation cop { __typename }", id="mutation by GET"),
        pytest.param("GET", "query cop { __typename }", id="query by GET, as a link would"),
    ],
)
async def test_get(world: World, method: str, query: str) -> None:
    """A link in another page cannot run an operation."""
    parameters = {"query": query}
    headers = {**world.headers(), "Accept": GRAPHQL}
    response = await world.client.request(method, "/graphql", params=parameters, headers=headers)

    assert 400 <= response.status_code < 500
    assert "data" not in response.json()


async def test_urlencoded(world: World) -> None:
    """A form in another page cannot run an operation."""
    form = {"query": "query cop { __typename }"}
    response = await world.client.post("/graphql", data=form, headers=world.headers())

    assert 415 == response.status_code


async def test_suggestions_and_traces(world: World) -> None:
    """Errors contain no suggestions, no traces and no stack."""
    wrong = await world.post({"query": "query cop { viewe }"})
    broken = await world.post({"query": "queryy cop { __typename }"})
    traced = await world.post(
        {"query": "query cop { __typename }"}, headers={"X-Apollo-Tracing": "1"}
    )

    assert "Did you mean" not in wrong.text
    assert "Traceback" not in wrong.text + broken.text
    assert "extensions" not in traced.json()


async def test_without_a_token(world: World) -> None:
    """Without a token, even introspection is refused."""
    answer = await world.ask("query cop { __schema { queryType { name } } }", role=None)

    assert ["UNAUTHENTICATED"] == codes(answer)
