"""Clients that do not read: the service disconnects them, and drops what they did not read."""

import asyncio
import json
import os
import select
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import pytest

from graph.app import compose
from graph.http import write_deadline
from graph.http.write_deadline import WriteDeadline
from service.process.runtime import Runtime
from tests.support.edge import streaming
from tests.support.edge.sockets import Streams, say
from tests.support.edge.world import configured, listening, open_world

pytestmark = pytest.mark.anyio

SOON = 0.1
NEVER = 600
DEADLINE = 20
LONG = "{ long }"
LARGE = "subscription { large }"


@asynccontextmanager
async def _serving(runtime: Runtime, **given: float) -> AsyncIterator[Streams]:
    """The service with these limits, and with a schema whose answers are large."""
    streaming.watched.__init__()  # type: ignore[misc] # each test starts from zero
    app = compose(configured(Path("unused")), runtime, streaming.schema)
    async with open_world(app, runtime) as world, listening(app, **given) as address:
        yield Streams(address, world)


def _ask(service: Streams, query: str, accept: str) -> socket.socket:
    """Sends an operation over a connection that can hold only a little."""
    parts = urlsplit(service.address)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect((parts.hostname, parts.port))
    body = json.dumps({"query": query})
    head = (
        "POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        f"Accept: {accept}\r\nAuthorization: {service.authorization}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    connection.sendall((head + body).encode())
    return connection


async def _is_disconnected(connection: int) -> bool:
    """Waits, without reading, until the other side has reset the connection."""
    poll = select.poll()
    poll.register(connection, 0)
    found = await asyncio.to_thread(poll.poll, DEADLINE * 1000)
    return [(connection, select.POLLHUP | select.POLLERR)] == found


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        pytest.param(LONG, "application/json", id="one answer"),
        pytest.param(LARGE, "text/event-stream", id="an event stream"),
    ],
)
async def test_http(runtime: Runtime, query: str, accept: str) -> None:
    """A client that reads nothing of its answer is disconnected."""
    async with _serving(runtime, write_timeout_seconds=SOON) as service:
        with _ask(service, query, accept) as connection:
            disconnected = await _is_disconnected(connection.fileno())
        if query == LARGE:
            await asyncio.wait_for(streaming.watched.closed.wait(), DEADLINE)

    assert disconnected


@pytest.mark.parametrize("pings", [0, 3000])
async def test_websocket(runtime: Runtime, pings: int) -> None:
    """A client that reads nothing from its WebSocket is disconnected, also if it sends pings."""
    async with _serving(runtime, write_timeout_seconds=SOON) as service:
        async with service.introduced() as client:
            connection: socket.socket = client.transport.get_extra_info("socket")
            waiting = os.dup(connection.fileno())
            await say(client, {"id": "1", "type": "subscribe", "payload": {"query": LARGE}})
            for _ in range(pings):
                await client.ping(os.urandom(16) * 7)
            disconnected = await _is_disconnected(waiting)
            os.close(waiting)
        await asyncio.wait_for(streaming.watched.closed.wait(), DEADLINE)

    assert disconnected


class _Connection:
    """A connection whose unsent bytes shrink from one look to the next."""

    def __init__(self, *unsent: int) -> None:
        self.unsent = list(unsent)
        self.cut_off = asyncio.Event()

    def set_write_buffer_limits(self, high: int) -> None:
        """Does nothing: the test calls what the limits cause."""

    def get_write_buffer_size(self) -> int:
        """What is unsent now."""
        return self.unsent.pop(0)

    def get_extra_info(self, _name: str) -> None:
        """There is no socket."""

    def abort(self) -> None:
        """Ends the connection."""
        self.cut_off.set()


async def test_slow_clients() -> None:
    """A client may read slowly, but must take 64 KiB within the deadline, or all of the rest."""
    begun = 1_000_000
    slow = _Connection(begun, begun, begun - 70_000, begun - 70_000, 10, 10, 0)
    too_slow = _Connection(begun, begun, begun - 70_000, begun - 70_000, begun - 80_000)
    for each in (slow, too_slow):
        WriteDeadline(cast("asyncio.Transport", each), 0)
    await asyncio.wait_for(too_slow.cut_off.wait(), DEADLINE)

    assert ([], []) == (slow.unsent, too_slow.unsent)
    assert not slow.cut_off.is_set()


@pytest.mark.parametrize(
    ("query", "accept"), [(LONG, "application/json"), (LARGE, "text/event-stream")]
)
async def test_shutdown(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, query: str, accept: str
) -> None:
    """A client that does not read does not hold up the end of the service."""
    monkeypatch.setattr(write_deadline, "SHUTDOWN_SECONDS", SOON)
    async with asyncio.timeout(DEADLINE):
        limits = {"write_timeout_seconds": NEVER, "shutdown_grace_seconds": NEVER}
        async with _serving(runtime, **limits) as service:
            connection = _ask(service, query, accept)
            await asyncio.to_thread(connection.recv, 1, socket.MSG_PEEK)
        disconnected = await _is_disconnected(connection.fileno())
        connection.close()

    assert disconnected
