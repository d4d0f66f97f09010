"""Heads of requests that other servers could read in another way, and unusual valid ones."""

import asyncio
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from graph.app import compose
from service.process.caller import Role
from service.process.runtime import Runtime
from tests.support.edge.world import GRAPHQL, JSON, World, codes, configured, listening, open_world

pytestmark = pytest.mark.anyio

DEADLINE = 5
BODY = b'{"query": "{ __typename }"}'
LENGTH = b"Content-Length: %d" % len(BODY)
CHUNKED = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
KIND = b"Content-Type: application/json"
NEXT = b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n"
UPGRADE = (
    b"Connection: Upgrade",
    b"Upgrade: websocket",
    b"Sec-WebSocket-Version: 13",
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    b"Sec-WebSocket-Protocol: graphql-transport-ws",
)


def _head(target: bytes, *headers: bytes, version: bytes = b"1.1") -> bytes:
    return b"\r\n".join((target + b" HTTP/" + version, *headers, b"", b""))


def _post(*headers: bytes, version: bytes = b"1.1") -> bytes:
    return _head(b"POST /graphql", b"Host: a", *headers, version=version)


async def _exchange(address: str, sent: bytes) -> bytes:
    """Sends bytes, and returns what comes back until the service closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(address).port)
    writer.write(sent)
    received = await asyncio.wait_for(reader.read(), DEADLINE)
    writer.close()
    return received


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(
            _post(KIND, LENGTH, b"Transfer-Encoding: chunked") + CHUNKED, id="two framings"
        ),
        pytest.param(
            _post(KIND, b"Transfer-Encoding: chunked", b"Content-Length: 5") + CHUNKED,
            id="two framings, the other order",
        ),
        pytest.param(
            _post(KIND, b"Transfer-Encoding: chunked", version=b"1.0") + CHUNKED,
            id="chunked in HTTP/1.0",
        ),
        pytest.param(
            _post(KIND, LENGTH, b"Authorization: Bearer a", b"Authorization: Bearer b") + BODY,
            id="two tokens",
        ),
        pytest.param(_post(KIND, LENGTH, b"Content-Type: text/plain") + BODY, id="two media types"),
        pytest.param(
            _head(b"GET /graphql", b"Host: a", *UPGRADE, b"Origin: http://a", b"origin: http://b"),
            id="a socket with two origins",
        ),
        pytest.param(
            _head(b"GET /graphql", b"Host: a", *UPGRADE, *[b"Authorization: Bearer a"] * 2),
            id="a socket with two tokens",
        ),
    ],
)
async def test_ambiguous_heads(runtime: Runtime, tmp_path: Path, sent: bytes) -> None:
    """They are refused, and what follows on the connection is not read as another request."""
    async with listening(compose(configured(tmp_path), runtime)) as address:
        received = await _exchange(address, sent + NEXT)
    head, _, body = received.partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 400 ")
    assert 1 == received.count(b"HTTP/1.1")
    assert b"\r\nconnection: close" in head.lower()
    assert ["BAD_REQUEST"] == codes(json.loads(body))


@pytest.mark.parametrize(
    ("target", "status"),
    [
        pytest.param(b"GET http://postledger.example/health/live", b"200", id="http"),
        pytest.param(b"GET HTTPS://a:8025/health/live?x=http://b/", b"200", id="https and a port"),
        pytest.param(b"GET http://[::1]/health%2flive", b"200", id="an escaped path"),
        pytest.param(b"GET http://a", b"404", id="no path"),
        pytest.param(b"GET http://a?b=/health/live", b"404", id="no path, but a query"),
        pytest.param(b"GET ftp://a/health/live", b"404", id="another scheme"),
        pytest.param(b"GET http://user@a/health/live", b"404", id="a user"),
        pytest.param(b"GET http:///health/live", b"404", id="no host"),
    ],
)
async def test_absolute_targets(
    runtime: Runtime, tmp_path: Path, target: bytes, status: bytes
) -> None:
    """The target of a request may be a whole address (RFC 9112, section 3.2.2)."""
    async with listening(compose(configured(tmp_path), runtime)) as address:
        received = await _exchange(address, _head(target, b"Host: a", b"Connection: close"))

    assert b"HTTP/1.1 " + status == received[:12]


async def test_an_operation_with_an_absolute_target(runtime: Runtime, tmp_path: Path) -> None:
    """An operation with an absolute target is executed."""
    app = compose(configured(tmp_path), runtime)
    async with open_world(app, runtime, [Role.VIEWER]) as world, listening(app) as address:
        token = f"Authorization: {world.headers(Role.VIEWER)['Authorization']}".encode()
        sent = (b"Host: b", KIND, LENGTH, token, b"Connection: close")
        received = await _exchange(address, _head(b"POST http://a/graphql", *sent) + BODY)

    assert received.endswith(b'\r\n\r\n{"data":{"__typename":"Query"}}')


@pytest.mark.parametrize(
    ("origin", "status"), [(b"http://own.example", b"101"), (b"http://other.example", b"403")]
)
async def test_the_host_of_an_absolute_target(
    runtime: Runtime, tmp_path: Path, origin: bytes, status: bytes
) -> None:
    """A WebSocket's origin is compared with the target's host, not with the header `Host`."""
    async with listening(compose(configured(tmp_path), runtime)) as address:
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(address).port)
        headers = (b"Host: other.example", *UPGRADE, b"Origin: " + origin)
        writer.write(_head(b"GET http://own.example/graphql", *headers))
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), DEADLINE)
        writer.close()

    assert b"HTTP/1.1 " + status == head[:12]


async def test_accept_in_several_lines(world: World) -> None:
    """All lines of `Accept` count."""
    headers = [*world.headers().items(), ("Accept", f"{JSON};q=0.5"), ("Accept", GRAPHQL)]
    response = await world.client.post(
        "/graphql", json={"query": "{ __typename }"}, headers=headers
    )

    assert f"{GRAPHQL}; charset=utf-8" == response.headers["Content-Type"]
