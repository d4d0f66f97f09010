"""Subscriptions over WebSockets and server-sent events, by hand and with popular clients."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from graph.app import compose
from graph.config import Config
from service.access.tokens import revoke_token
from service.process.caller import COMMAND_LINE, Role
from service.process.runtime import Runtime
from tests.clients.node import run_script
from tests.support.edge import streaming
from tests.support.edge.sockets import Streams, closing, say
from tests.support.edge.world import World, codes, configured, listening, open_world

pytestmark = pytest.mark.anyio


@pytest.fixture
async def streams(runtime: Runtime, config: Config) -> AsyncIterator[Streams]:
    """The transports, with a schema for testing them."""
    streaming.watched.__init__()  # type: ignore[misc] # each test starts from zero
    app = compose(config, runtime, streaming.schema)
    async with open_world(app, runtime) as world, listening(app) as address:
        yield Streams(address, world)


async def test_popular_clients(streams: Streams) -> None:
    """graphql-ws, graphql-sse and urql work with their default configuration."""
    token = streams.world.tokens[Role.ADMINISTRATOR].text
    printed = await run_script("streams.mjs", f"{streams.address}/graphql", token)
    found = json.loads(printed)
    counted = [{"data": {"count": number}} for number in (1, 2, 3)]
    hello = {"values": [{"data": {"hello": "world"}}]}

    assert {"values": counted} == found["socketSubscription"]
    assert hello == found["socketQuery"]
    assert {"values": [{"data": {"touch": True}}]} == found["socketMutation"]
    assert {"values": [], "error": ["GRAPHQL_VALIDATION_FAILED"]} == found["socketInvalid"]
    assert {"values": [], "error": ["GRAPHQL_PARSE_FAILED"]} == found["socketSyntax"]
    assert ["INTERNAL_SERVER_ERROR"] == found["socketFailing"]["error"]
    assert {"values": [], "error": 4403} == found["socketStranger"]
    assert {"values": counted} == found["sseSubscription"]
    assert hello == found["sseQuery"]
    assert ["GRAPHQL_VALIDATION_FAILED"] == codes(found["sseInvalid"]["values"][0])
    assert ["INTERNAL_SERVER_ERROR"] == codes(found["sseFailing"]["values"][1])
    assert {"data": {"hello": "world"}} == found["urqlQuery"]
    assert {"values": [1, 2, 3]} == found["urqlSubscription"]
    assert "hunter2" not in printed


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        pytest.param(["nonsense"], 4400, id="not JSON"),
        pytest.param([b"\x00"], 4400, id="binary"),
        pytest.param(["[]"], 4400, id="not an object"),
        pytest.param(['{"type": "other"}'], 4400, id="unknown type"),
        pytest.param(['{"type": []}'], 4400, id="type of another kind"),
        pytest.param(
            ['{"type": "connection_init", "payload": 1}'], 4400, id="payload of another kind"
        ),
        pytest.param(
            ['{"type": "subscribe", "id": "1", "payload": {"query": "{ hello }"}}'],
            4401,
            id="not initialized",
        ),
        pytest.param(['{"type": "connection_init"}'], 4403, id="no token"),
        pytest.param(
            ['{"type": "connection_init", "payload": {"Authorization": "Bearer x"}}'],
            4403,
            id="bad token",
        ),
        pytest.param(["x" * 100_001], 1009, id="too large"),
    ],
)
async def test_invalid_messages_close_a_connection(
    streams: Streams, messages: list[str | bytes], code: int
) -> None:
    """An invalid message closes the connection with the protocol's code."""
    async with streams.socket() as socket:
        for message in messages:
            await socket.send(message)
        closed = await closing(socket)

    assert code == closed[0]


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        pytest.param([{"type": "connection_init"}], 4429, id="initialized twice"),
        pytest.param([{"type": "subscribe", "id": 1}], 4400, id="id of another kind"),
        pytest.param([{"type": "complete"}], 4400, id="no id"),
        pytest.param(
            [{"type": "subscribe", "id": "1", "payload": {"query": "subscription { silent }"}}] * 2,
            4409,
            id="id in use",
        ),
    ],
)
async def test_invalid_messages_close_an_initialized_connection(
    streams: Streams, messages: list[object], code: int
) -> None:
    """After initialization too, an invalid message closes the connection."""
    async with streams.introduced() as socket:
        await say(socket, *messages)
        closed = await closing(socket)

    assert code == closed[0]


async def test_no_initialization(runtime: Runtime, config: Config) -> None:
    """A client that opens a connection and sends nothing is disconnected."""
    from graph.ws.endpoint import SocketEndpoint  # noqa: PLC0415

    app = compose(config, runtime, streaming.schema)
    route = next(
        each for each in app.routes if isinstance(getattr(each, "app", None), SocketEndpoint)
    )
    route.app._init_seconds = 0.01  # type: ignore[attr-defined] # found by its type
    async with (
        open_world(app, runtime) as world,
        listening(app) as address,
        Streams(address, world).socket() as socket,
    ):
        closed = await closing(socket)

    assert 4408 == closed[0]


async def test_origin(streams: Streams) -> None:
    """A page of another site cannot open a connection, but a page of this service can."""
    own = streams.address
    async with streams.socket(Origin=own) as socket:
        await say(socket, {"type": "ping"})
        answered = json.loads(await socket.recv())
    with pytest.raises(InvalidStatus) as refused:
        async with streams.socket(Origin="https://evil.example.com"):
            pass

    response = refused.value.response

    assert {"type": "pong"} == answered
    assert 403 == response.status_code
    assert ["FORBIDDEN"] == codes(json.loads(response.body))
    assert "nosniff" == response.headers["X-Content-Type-Options"]
    assert response.headers["X-Request-Id"].isalnum()


async def test_unknown_path(streams: Streams) -> None:
    """A WebSocket to an unknown path is refused like any other request."""
    with pytest.raises(InvalidStatus) as refused:
        async with connect(f"{streams.address.replace('http', 'ws')}/nowhere"):
            pass

    assert 404 == refused.value.response.status_code
    assert ["NOT_FOUND"] == codes(json.loads(refused.value.response.body))


async def test_protocol(streams: Streams) -> None:
    """A client without the subprotocol graphql-transport-ws is disconnected."""
    async with connect(f"{streams.address.replace('http', 'ws')}/graphql") as socket:
        closed = await closing(socket)

    assert 4406 == closed[0]


async def test_completing_a_subscription_closes_its_source(streams: Streams) -> None:
    """When the client completes a subscription, its source is closed."""
    subscribe = {"id": "1", "type": "subscribe", "payload": {"query": "subscription { silent }"}}
    async with streams.introduced() as socket:
        await say(socket, subscribe)
        await asyncio.wait_for(streaming.watched.waiting.wait(), 5)
        await say(socket, {"id": "1", "type": "complete"})
        await asyncio.wait_for(streaming.watched.closed.wait(), 5)


async def test_too_many_operations(runtime: Runtime, tmp_path: Path) -> None:
    """An operation above the limit is refused without `retryAfterSeconds`, until another ends."""
    config = configured(tmp_path, max_operations_per_socket=1)
    app = compose(config, runtime, streaming.schema)
    silent = {"type": "subscribe", "payload": {"query": "subscription { silent }"}}
    hello = {"id": "2", "type": "subscribe", "payload": {"query": "{ hello }"}}
    async with (
        open_world(app, runtime) as world,
        listening(app) as address,
        Streams(address, world).introduced() as socket,
    ):
        await say(socket, {"id": "1", **silent}, hello)
        refused = json.loads(await socket.recv())
        await say(socket, {"id": "1", "type": "complete"}, hello)
        answered = json.loads(await socket.recv())

    assert {"code": "RATE_LIMITED"} == refused["payload"][0]["extensions"]
    assert {"data": {"hello": "world"}} == answered["payload"]


@pytest.mark.parametrize("query", ["subscription { silent }", "{ forever }"])
async def test_disconnecting_cancels_operations(streams: Streams, query: str) -> None:
    """When a client disconnects, its running operations are canceled."""
    async with streams.introduced() as socket:
        await say(socket, {"id": "1", "type": "subscribe", "payload": {"query": query}})
        await asyncio.wait_for(streaming.watched.waiting.wait(), 5)
    await asyncio.wait_for(streaming.watched.closed.wait(), 5)


async def test_disconnecting_from_an_event_stream_closes_its_source(streams: Streams) -> None:
    """When a client closes an event stream, the source is closed."""
    async with streams.events("subscription { silent }"):
        await asyncio.wait_for(streaming.watched.waiting.wait(), 5)
    await asyncio.wait_for(streaming.watched.closed.wait(), 5)


async def test_revocation_closes_a_socket(streams: Streams) -> None:
    """Revoking a token closes its open connections at once."""
    subscribe = {"id": "1", "type": "subscribe", "payload": {"query": "subscription { silent }"}}
    async with streams.introduced() as socket:
        await say(socket, subscribe)
        await asyncio.wait_for(streaming.watched.waiting.wait(), 5)
        await _revoke(streams.world)
        closed = await asyncio.wait_for(closing(socket), 1)

    assert 4403 == closed[0]


async def test_revocation_ends_an_event_stream(streams: Streams) -> None:
    """Revoking a token ends its event streams with the error UNAUTHENTICATED."""
    async with streams.events("subscription { silent }") as response:
        await asyncio.wait_for(streaming.watched.waiting.wait(), 5)
        await _revoke(streams.world)
        lines = [line async for line in response.aiter_lines() if line]

    assert "event: next" == lines[0]
    assert ["UNAUTHENTICATED"] == codes(json.loads(lines[1].removeprefix("data: ")))
    assert "event: complete" == lines[2]


async def test_slow_readers_hold_back_the_source(streams: Streams) -> None:
    """For a client that reads nothing, the source produces only a few values."""
    subscribe = {"id": "1", "type": "subscribe", "payload": {"query": "subscription { large }"}}
    async with streams.introduced() as socket:
        await say(socket, subscribe)
        stalled = await _stalled()
        await say(socket, {"id": "1", "type": "complete"})
    async with streams.events("subscription { large }"):
        stalled_events = await _stalled()

    assert stalled < 200
    assert stalled_events < 400


async def test_a_subscription_needs_a_stream(streams: Streams) -> None:
    """A subscription from a client that accepts only JSON is refused."""
    response = await streams.world.post({"query": "subscription { count(to: 1) }"})

    assert 406 == response.status_code
    assert ["NOT_ACCEPTABLE"] == codes(response.json())


async def _stalled() -> int:
    """The number of values that were produced when no more are."""
    before = -1
    while before != streaming.watched.produced:
        before = streaming.watched.produced
        for _ in range(2000):
            await asyncio.sleep(0)
    return before


async def _revoke(world: World) -> None:
    token = world.tokens[Role.ADMINISTRATOR].token.id
    await revoke_token(world.runtime, COMMAND_LINE, token)
