"""GraphQL over HTTP, request by request; `test_conformance.py` has the conformance audits."""

from collections.abc import AsyncIterator

import pytest

from graph.errors import ERROR_CODES
from service.process.caller import Role
from tests.support.edge.world import GRAPHQL, JSON, World, codes

pytestmark = pytest.mark.anyio

PREFLIGHT = {"GraphQL-Require-Preflight": "1"}
OK = {"query": "{ __typename }"}


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        pytest.param(JSON, JSON, id="json"),
        pytest.param(GRAPHQL, GRAPHQL, id="graphql"),
        pytest.param("*/*", JSON, id="anything"),
        pytest.param("", JSON, id="empty"),
        pytest.param("application/*", JSON, id="any application"),
        pytest.param(f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL, id="graphql preferred"),
        pytest.param(f"{GRAPHQL};q=0.1, {JSON};q=0.9", JSON, id="json preferred"),
        pytest.param(f"{JSON}, {GRAPHQL}", JSON, id="equal, json first"),
        pytest.param(f"*/*, {GRAPHQL}", GRAPHQL, id="named before wildcard"),
        pytest.param(f"{JSON};q=0, */*", GRAPHQL, id="json excluded"),
        pytest.param("nonsense, ;;q=x", JSON, id="nonsense is ignored"),
        pytest.param(
            f"{GRAPHQL}, application/graphql+json, {JSON}, text/event-stream, multipart/mixed",
            GRAPHQL,
            id="urql's default is no stream",
        ),
    ],
)
async def test_media_type_of_the_answer(world: World, accept: str, expected: str) -> None:
    """The answer has the media type that the client prefers."""
    response = await world.post(OK, accept=accept)

    assert f"{expected}; charset=utf-8" == response.headers["Content-Type"]
    assert 200 == response.status_code
    assert {"data": {"__typename": "Query"}} == response.json()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param({"query": "{"}, "GRAPHQL_PARSE_FAILED", id="not parsed"),
        pytest.param({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED", id="not valid"),
        pytest.param(
            {"query": "fragment a on Query { viewer { role } }"},
            "GRAPHQL_VALIDATION_FAILED",
            id="no operation",
        ),
        pytest.param(
            {"query": "query a { viewer { role } } query b { viewer { role } }"},
            "GRAPHQL_VALIDATION_FAILED",
            id="none chosen",
        ),
        pytest.param(
            {**OK, "operationName": "other"}, "GRAPHQL_VALIDATION_FAILED", id="unknown name"
        ),
        pytest.param(
            {"query": "query a($n: Int!) { auditEvent(sequence: $n) { id } }"},
            "BAD_USER_INPUT",
            id="variable missing",
        ),
        pytest.param(
            {"query": '{ auditEvent(sequence: "x") { id } }'},
            "BAD_USER_INPUT",
            id="literal of another type",
        ),
        pytest.param(
            {"query": "query a($n: Int! = null) { auditEvent(sequence: $n) { id } }"},
            "BAD_USER_INPUT",
            id="default of another type",
        ),
        pytest.param(
            {"query": "query a($n: Int) { viewer { role } }"},
            "GRAPHQL_VALIDATION_FAILED",
            id="variable never used",
        ),
        pytest.param(
            {"query": "query a($n: String!) { auditEvent(sequence: $n) { id } }"},
            "GRAPHQL_VALIDATION_FAILED",
            id="variable in a place of another type",
        ),
        pytest.param(
            {"query": "query a($n: Nothing) { auditEvent(sequence: $n) { id } }"},
            "GRAPHQL_VALIDATION_FAILED",
            id="variable of an unknown type",
        ),
        pytest.param({"documentId": "abc"}, "PERSISTED_QUERY_NOT_FOUND", id="unknown document"),
    ],
)
async def test_request_errors(world: World, body: object, code: str) -> None:
    """An error before execution is 400 without data, or 200 as `application/json`."""
    response = await world.post(body)
    plain = await world.post(body, accept=JSON)

    assert 400 == response.status_code
    assert [code] == codes(response.json())
    assert "data" not in response.json()
    assert 200 == plain.status_code
    assert [code] == codes(plain.json())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
async def test_other_encodings(world: World, encoding: str) -> None:
    """A body that is JSON in another encoding than UTF-8 is refused."""
    content = '{"query": "{ __typename }"}'.encode(encoding)
    headers = {**world.headers(), "Content-Type": JSON}
    response = await world.client.post("/graphql", content=content, headers=headers)

    assert (400, ["BAD_REQUEST"]) == (response.status_code, codes(response.json()))


async def test_a_byte_order_mark(world: World) -> None:
    """A byte order mark before a body in UTF-8 is ignored."""
    content = b'\xef\xbb\xbf{"query": "{ __typename }"}'
    headers = {**world.headers(), "Content-Type": JSON}
    response = await world.client.post("/graphql", content=content, headers=headers)

    assert {"data": {"__typename": "Query"}} == response.json()


@pytest.mark.parametrize(
    ("content", "content_type", "status", "code"),
    [
        pytest.param(b"", JSON, 400, "BAD_REQUEST", id="empty"),
        pytest.param(b"{", JSON, 400, "BAD_REQUEST", id="not JSON"),
        pytest.param(b"42", JSON, 400, "BAD_REQUEST", id="a number"),
        pytest.param(b'"{ __typename }"', JSON, 400, "BAD_REQUEST", id="a string"),
        pytest.param(b'[{"query": "{ __typename }"}]', JSON, 400, "BAD_REQUEST", id="a batch"),
        pytest.param(b"[" * 100_000, JSON, 400, "BAD_REQUEST", id="nested"),
        pytest.param(b'{"query": NaN}', JSON, 400, "BAD_REQUEST", id="NaN"),
        pytest.param(b"\xff\xfe{\x00}\x00", JSON, 400, "BAD_REQUEST", id="not UTF-8"),
        pytest.param(
            b'{"query": "{ a }", "variables": {"a": "\\ud800"}}',
            JSON,
            400,
            "BAD_REQUEST",
            id="lone surrogate",
        ),
        pytest.param(
            b'{"query": ' + b"1" * 5000 + b"}", JSON, 400, "BAD_REQUEST", id="huge number"
        ),
        pytest.param(b'{"query": 42}', JSON, 400, "BAD_REQUEST", id="query of another type"),
        pytest.param(b"{}", JSON, 400, "BAD_REQUEST", id="no query"),
        pytest.param(b"x" * 100_001, JSON, 413, "PAYLOAD_TOO_LARGE", id="too large"),
        pytest.param(
            b"query=%7Ba%7D",
            "application/x-www-form-urlencoded",
            415,
            "UNSUPPORTED_MEDIA_TYPE",
            id="form",
        ),
        pytest.param(
            b"{ a }", "application/graphql", 415, "UNSUPPORTED_MEDIA_TYPE", id="graphql text"
        ),
        pytest.param(b"{}", "", 415, "UNSUPPORTED_MEDIA_TYPE", id="no type"),
        pytest.param(
            b"{}", f"{JSON}; charset=utf-16", 415, "UNSUPPORTED_MEDIA_TYPE", id="another charset"
        ),
        pytest.param(
            b"--x\r\n",
            "multipart/form-data; boundary=x",
            415,
            "UNSUPPORTED_MEDIA_TYPE",
            id="upload",
        ),
    ],
)
async def test_refused_bodies(
    world: World, content: bytes, content_type: str, status: int, code: str
) -> None:
    """Every refusal is JSON with a code and the fitting HTTP status."""
    headers = {**world.headers(), "Content-Type": content_type}
    response = await world.client.post("/graphql", content=content, headers=headers)

    assert status == response.status_code
    assert [code] == codes(response.json())


async def test_body_is_counted_as_it_streams(world: World) -> None:
    """A body without a length is refused as soon as it is too large, and is not read further."""
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b" " * 10_000

    headers = {**world.headers(), "Content-Type": JSON}
    response = await world.client.post("/graphql", content=endless(), headers=headers)

    assert 413 == response.status_code
    assert 11 == sent


@pytest.mark.parametrize(
    ("method", "query", "status", "allow"),
    [
        pytest.param("PUT", "{ __typename }", 405, "GET, POST", id="PUT"),
        pytest.param("DELETE", "{ __typename }", 405, "GET, POST", id="DELETE"),
        pytest.param("OPTIONS", "{ __typename }", 405, "GET, POST", id="OPTIONS"),
        pytest.param("GET", "mutation { __typename }", 405, "POST", id="mutation by GET"),
        pytest.param("GET", "{ __typename }", 200, None, id="query by GET"),
    ],
)
async def test_methods(
    world: World, method: str, query: str, status: int, allow: str | None
) -> None:
    """A method that is not allowed is answered with 405 and the allowed methods."""
    headers = {**world.headers(), **PREFLIGHT}
    response = await world.client.request(
        method, "/graphql", params={"query": query}, headers=headers
    )

    assert status == response.status_code
    assert allow == response.headers.get("Allow")
    assert (["METHOD_NOT_ALLOWED"] if allow else []) == codes(response.json())


async def test_get_needs_a_header_that_pages_cannot_send(world: World) -> None:
    """A link on another site cannot run an operation."""
    response = await world.client.get(
        "/graphql", params={"query": "{ __typename }"}, headers=world.headers()
    )

    assert 400 == response.status_code
    assert ["BAD_REQUEST"] == codes(response.json())


async def test_variables_by_get(world: World) -> None:
    """`variables` in a query string are JSON."""
    query = "query a($n: Int!) { auditEvent(sequence: $n) { sequence } }"
    parameters = {"query": query, "variables": '{"n": 0}', "operationName": "a"}
    headers = {**world.headers(), **PREFLIGHT}
    response = await world.client.get("/graphql", params=parameters, headers=headers)

    assert {"data": {"auditEvent": {"sequence": 0}}} == response.json()


@pytest.mark.parametrize(
    "authorization",
    [
        pytest.param(None, id="none"),
        pytest.param("Bearer", id="empty"),
        pytest.param("Basic YTpi", id="another scheme"),
        pytest.param("Bearer plg_" + "a" * 43, id="unknown"),
        pytest.param("Bearer " + "a" * 9000, id="long"),
        pytest.param("Bearer ü", id="not ASCII"),
    ],
)
@pytest.mark.parametrize("accept", [GRAPHQL, JSON, "*/*", "text/event-stream"])
async def test_no_valid_token(world: World, authorization: str | None, accept: str) -> None:
    """Without a valid token, the status is 401, and not even the body is checked."""
    headers = {} if authorization is None else {"Authorization": authorization.encode()}
    body = {"content": b"{", "headers": {"Accept": accept, **headers}}
    response = await world.client.post("/graphql", **body)  # type: ignore[arg-type] # two arguments

    assert 401 == response.status_code
    assert "Bearer" == response.headers["WWW-Authenticate"]
    assert ["UNAUTHENTICATED"] == codes(response.json())


async def test_no_acceptable_media_type(world: World) -> None:
    """A client that accepts none of the media types gets 406."""
    response = await world.post(OK, accept="image/png")

    assert 406 == response.status_code
    assert ["NOT_ACCEPTABLE"] == codes(response.json())


async def test_unknown_path(world: World) -> None:
    """An unknown path is refused in JSON with a code."""
    response = await world.client.get("/nothing")

    assert 404 == response.status_code
    assert ["NOT_FOUND"] == codes(response.json())


async def test_headers_of_an_answer(world: World) -> None:
    """No cache stores an answer, and no browser sniffs its type or frames it."""
    headers = (await world.post(OK)).headers

    assert "no-store" == headers["Cache-Control"]
    assert "nosniff" == headers["X-Content-Type-Options"]
    assert "no-referrer" == headers["Referrer-Policy"]
    assert "default-src 'none'; frame-ancestors 'none'" == headers["Content-Security-Policy"]
    assert "Accept, Authorization, Origin" == headers["Vary"]
    assert 32 == len(headers["X-Request-Id"])


async def test_a_denied_role_has_a_documented_code(world: World) -> None:
    """A role's refusal has a documented code as well."""
    answer = await world.ask("{ auditEvents { edges { cursor } } }", role=Role.VIEWER)

    assert ["FORBIDDEN"] == codes(answer)
    assert "FORBIDDEN" in ERROR_CODES
