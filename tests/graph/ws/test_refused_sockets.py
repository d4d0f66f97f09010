"""What clients without a token leave in the log: no warnings and no errors."""

import asyncio
import io
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import connect
from websockets.frames import Frame, Opcode
from websockets.typing import Subprotocol

from graph.app import compose
from service.process.runtime import Runtime
from tests.support.edge.sockets import closing
from tests.support.edge.world import configured, listening

pytestmark = pytest.mark.anyio

KEY = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="


def _upgrade(path: str, protocol: str, *lines: str) -> bytes:
    """The head of a request that asks for another protocol."""
    head = (f"GET {path} HTTP/1.1", "Host: a", "Connection: Upgrade", f"Upgrade: {protocol}")
    return "\r\n".join((*head, *lines, "", "")).encode()


def _levels(log: io.StringIO) -> list[tuple[str, str]]:
    """The lines that an operator would be alarmed by."""
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    return [
        (each["level"], each["event"]) for each in lines if each["level"] not in {"debug", "info"}
    ]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(_upgrade("/nowhere", "websocket", KEY), b"404", id="no such path"),
        pytest.param(
            _upgrade("/graphql", "websocket", KEY, "Origin: http://b"), b"403", id="another origin"
        ),
        pytest.param(
            _upgrade("/graphql", "websocket", KEY, *["Origin: http://a"] * 2),
            b"400",
            id="ambiguous",
        ),
        pytest.param(_upgrade("/graphql", "websocket"), b"400", id="no key"),
        pytest.param(_upgrade("/nowhere", "h2c", "Connection: close"), b"404", id="HTTP/2"),
        pytest.param(b"nonsense\r\n\r\n", b"400", id="not HTTP"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", b"400", id="no host"),
    ],
)
async def test_refused_requests(
    runtime: Runtime, tmp_path: Path, log: io.StringIO, sent: bytes, status: bytes
) -> None:
    """A refused request leaves no warning and no error."""
    async with listening(compose(configured(tmp_path), runtime)) as address:
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(address).port)
        writer.write(sent)
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        writer.close()

    assert b"HTTP/1.1 " + status == head[:12]
    assert [] == _levels(log)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        pytest.param(
            Frame(Opcode.TEXT, b"\xff").serialize(mask=True), 1007, id="text that is not UTF-8"
        ),
        pytest.param(Frame(Opcode.BINARY, b"\xff").serialize(mask=True), 4400, id="binary"),
        pytest.param(
            Frame(Opcode.CONT, b"a").serialize(mask=True), 1002, id="a part without a beginning"
        ),
        pytest.param(b"\xc1\x81\0\0\0\0a", 1002, id="a reserved bit"),
        pytest.param(Frame(Opcode.TEXT, b"a" * 100_001).serialize(mask=True), 1009, id="too large"),
    ],
)
async def test_invalid_frames(
    runtime: Runtime, tmp_path: Path, log: io.StringIO, frame: bytes, code: int
) -> None:
    """An invalid frame before the token closes the connection, and leaves no warning or error."""
    async with listening(compose(configured(tmp_path), runtime)) as address:
        uri = f"{address.replace('http', 'ws')}/graphql"
        protocols = [Subprotocol("graphql-transport-ws")]
        async with connect(uri, subprotocols=protocols, compression=None) as socket:
            socket.transport.write(frame)
            closed = await closing(socket)

    assert code == closed[0]
    assert [] == _levels(log)
