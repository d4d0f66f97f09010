"""Malformed input: the service answers, closes the connection, and keeps running."""

import asyncio
import json
from itertools import islice
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import pytest

from graph.app import compose
from graph.errors import ERROR_CODES
from service.process.caller import Role
from service.process.runtime import Runtime
from tests.support.edge.malformed import RawRequest, RawResponse, requests, send
from tests.support.edge.world import codes, configured, listening, open_world

pytestmark = pytest.mark.anyio

COUNT = 300
UPGRADE = b"Host: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"


def complaint(request: RawRequest, response: RawResponse) -> str | None:
    """What is wrong with an answer; None if it is correct."""
    if response.timed_out:
        return "the connection was left open"
    if response.status is None:
        return None
    if response.status >= 500:
        return f"status {response.status}"
    known = response.codes is not None and set(response.codes) <= ERROR_CODES.keys()
    if response.status >= 400 and request.method != b"HEAD" and not known:
        return f"an error without a code: {response.status} {response.body[:200]!r}"
    return None


async def test_malformed_requests(runtime: Runtime, tmp_path: Path) -> None:
    """Malformed requests cause no failure, no connection left open, and no error without a code."""
    config = configured(tmp_path, calls_per_minute=0, bad_tokens_per_minute=0, max_body_seconds=0.2)
    app = compose(config, runtime)
    wrong = []
    async with open_world(app, runtime) as world, listening(app, max_body_seconds=0.2) as address:
        port = urlsplit(address).port or 0
        token = world.tokens[Role.VIEWER].text
        made = list(islice(requests(Random(4711), token), COUNT))  # noqa: S311 (not for secrets)
        for batch in (made[at : at + 30] for at in range(0, COUNT, 30)):
            answers = await asyncio.gather(*(send("127.0.0.1", port, each) for each in batch))
            found = [complaint(*each) for each in zip(batch, answers, strict=True)]
            wrong += [each for each in zip(found, batch, strict=True) if each[0] is not None]
        after = await world.ask("{ viewer { role } }")

    assert [] == wrong
    assert "errors" not in after


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"nonsense\r\n\r\n", id="not HTTP"),
        pytest.param(b"GET / HTTP/1.1\r\n" + UPGRADE + b"\r\n", id="no key"),
        pytest.param(
            b"GET /graphql HTTP/1.1\r\n" + UPGRADE + KEY + b"X-A: " + b"a" * 9_000 + b"\r\n\r\n",
            id="a long header",
        ),
        pytest.param(
            b"GET /graphql HTTP/1.1\r\n" + UPGRADE + KEY + b"X-A: a\r\n" * 200 + b"\r\n",
            id="many headers",
        ),
        pytest.param(
            b"POST /graphql HTTP/1.1\r\n" + UPGRADE + KEY + b"Content-Length: 1\r\n\r\na",
            id="another method",
        ),
    ],
)
async def test_input_that_never_reaches_the_app(
    runtime: Runtime, tmp_path: Path, sent: bytes
) -> None:
    """It is refused in JSON with a code and the usual headers, and the connection is closed."""
    app = compose(configured(tmp_path), runtime)
    async with listening(app) as address:
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(address).port)
        writer.write(sent)
        answer = await asyncio.wait_for(reader.read(), 3)
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().splitlines()
    headers = dict(line.split(": ", 1) for line in lines)

    assert "HTTP/1.1 400 Bad Request" == status
    assert ["BAD_REQUEST"] == codes(json.loads(body))
    assert "nosniff" == headers["x-content-type-options"]
    assert "default-src 'none'; frame-ancestors 'none'" == headers["content-security-policy"]
    assert "close" == headers["connection"]
    assert headers["x-request-id"].isalnum()


@pytest.mark.parametrize(
    ("head", "status"),
    [
        pytest.param(b"POST /graphql", b"401", id="no token"),
        pytest.param(b"POST /nowhere", b"404", id="no such path"),
        pytest.param(b"GET /health/live", b"200", id="a body that is not read"),
        pytest.param(b"PUT /graphql", b"405", id="no such method"),
    ],
)
@pytest.mark.parametrize("framing", [b"Content-Length: 99999", b"Transfer-Encoding: chunked"])
async def test_bodies_that_are_not_read(
    runtime: Runtime, tmp_path: Path, head: bytes, status: bytes, framing: bytes
) -> None:
    """After an answer that did not need the body, its rest is awaited only for a limited time."""
    app = compose(configured(tmp_path), runtime)
    accept = b"Accept: application/graphql-response+json"
    request = b"\r\n".join((head + b" HTTP/1.1", b"Host: a", accept, framing, b"", b"fffff\r\n"))
    async with listening(app, max_body_seconds=0.05) as address:
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(address).port)
        writer.write(request)
        answer = await reader.readuntil(b"\r\n\r\n")
        async with asyncio.timeout(3):
            await _dribble(reader, writer)

    assert b"HTTP/1.1 " + status == answer[:12]


async def test_a_body_that_arrives_late(runtime: Runtime, tmp_path: Path) -> None:
    """A client that sends the whole body after the answer may use the connection again."""
    app = compose(configured(tmp_path), runtime)
    async with listening(app) as address:
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(address).port)
        writer.write(b"POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n")
        await reader.readuntil(b"}]}")
        writer.write(b"0123456789GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        again = await asyncio.wait_for(reader.read(), 3)
        writer.close()

    assert again.startswith(b"HTTP/1.1 200")


async def _dribble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Sends one byte after another until the service closes the connection."""
    reading = asyncio.create_task(reader.read())
    while not (await asyncio.wait({reading}, timeout=0.01))[0]:
        writer.write(b"x")
    writer.close()
    if not isinstance(reading.exception(), OSError | None):
        reading.result()


@pytest.mark.parametrize(
    "begun",
    [
        pytest.param(b"", id="nothing at all"),
        pytest.param(b"POST /graphql HTTP/1.1\r\nHost: a\r\n", id="half a head"),
    ],
)
async def test_silent_connections(runtime: Runtime, tmp_path: Path, begun: bytes) -> None:
    """A connection that sends no complete request in time is closed."""
    app = compose(configured(tmp_path), runtime)
    async with listening(app, max_body_seconds=0.05) as address:
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(address).port)
        writer.write(begun)
        answered = await asyncio.wait_for(reader.read(), 3)
        writer.close()

    assert b"" == answered
