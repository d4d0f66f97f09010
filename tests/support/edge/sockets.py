"""A service on a port, and WebSockets and event streams to it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.support.edge.world import World

EVENTS = "text/event-stream"


@dataclass(slots=True)
class Streams:
    """A service with the streaming schema, on a port."""

    address: str
    world: World

    @property
    def authorization(self) -> str:
        """An administrator's `Authorization` header."""
        return self.world.headers()["Authorization"]

    @asynccontextmanager
    async def socket(self, **headers: str) -> AsyncIterator[ClientConnection]:
        """An open WebSocket, before connection_init."""
        async with connect(
            f"{self.address.replace('http', 'ws')}/graphql",
            subprotocols=[Subprotocol("graphql-transport-ws")],
            additional_headers=headers,
            max_queue=1,
            compression=None,
            close_timeout=0.1,
        ) as socket:
            yield socket

    @asynccontextmanager
    async def introduced(self) -> AsyncIterator[ClientConnection]:
        """An open WebSocket after connection_init, ready for operations."""
        async with self.socket() as socket:
            payload = {"AUTHORIZATION": self.authorization}
            await say(socket, {"type": "connection_init", "payload": payload})
            assert {"type": "connection_ack"} == json.loads(await socket.recv())
            yield socket

    @asynccontextmanager
    async def events(self, query: str) -> AsyncIterator[httpx2.Response]:
        """A stream of server-sent events."""
        headers = {"Accept": EVENTS, "Authorization": self.authorization}
        async with (
            httpx2.AsyncClient(timeout=10) as client,
            client.stream(
                "POST", f"{self.address}/graphql", json={"query": query}, headers=headers
            ) as response,
        ):
            yield response


async def say(socket: ClientConnection, *messages: object) -> None:
    """Sends messages as JSON."""
    for message in messages:
        await socket.send(json.dumps(message))


async def closing(socket: ClientConnection) -> tuple[int, str]:
    """The code and reason with which the service closes the connection."""
    try:
        async for _ in socket:
            pass
    except ConnectionClosed:
        pass
    assert socket.close_code is not None
    return socket.close_code, socket.close_reason or ""
