"""Open connections during a database outage, and when their token ends."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.typing import EventDict
from websockets.asyncio.client import ClientConnection

from graph.app import compose
from service.access.tokens import CreatedToken, create_token, revoke_token
from service.operate.startup import open_runtime
from service.process.caller import COMMAND_LINE, Role
from service.process.connections import (
    CHECK_SECONDS,
    PATIENCE_SECONDS,
    OpenConnections,
)
from service.process.keys import new_key
from service.process.runtime import Runtime
from service.process.storage import Storage
from tests.support.breakable import Breakable, breakable
from tests.support.desk import Clock
from tests.support.edge.sockets import Streams, closing, say
from tests.support.edge.world import codes, configured, listening, open_world

pytestmark = pytest.mark.anyio

DEADLINE = 20
SOON = 0.01
LONG = 60.0
FAILED = "could not check open connections"
MUTATION = """mutation { createAccessToken(input: {name: "x", role: VIEWER}) { __typename } }"""


@pytest.fixture
async def way(postgresql_url: str) -> AsyncIterator[Breakable]:
    """A connection to a PostgreSQL database that can be broken."""
    async with breakable(postgresql_url) as opened:
        yield opened


@pytest.fixture
def elsewhere(postgresql_url: str, tmp_path: Path) -> Storage:
    """The storage of another service process on the same database, which stays connected."""
    return Storage(tmp_path / "elsewhere", postgresql_url, (new_key(),), (new_key(),))


@pytest.fixture
async def runtime(elsewhere: Storage, way: Breakable, tmp_path: Path) -> AsyncIterator[Runtime]:
    """An open service behind the breakable connection."""
    here = replace(elsewhere, database_url=way.url, data_directory=tmp_path / "here")
    async with open_runtime(here) as opened:
        yield opened


@asynccontextmanager
async def _serving(
    runtime: Runtime,
    check_seconds: float = CHECK_SECONDS,
    patience_seconds: float = PATIENCE_SECONDS,
    **given: float,
) -> AsyncIterator[Streams]:
    """The service on a port, with these intervals for checking its open connections."""
    connections = OpenConnections(
        runtime.database,
        runtime.clock,
        check_seconds=check_seconds,
        patience_seconds=patience_seconds,
    )
    runtime = replace(runtime, connections=connections)
    app = compose(configured(Path("unused"), **given), runtime)
    async with open_world(app, runtime) as world, listening(app) as address:
        yield Streams(address, world)


@contextmanager
def _logged(message: str) -> Iterator[asyncio.Event]:
    """An event that is set when a message is logged; the log prints nothing meanwhile."""
    found = asyncio.Event()

    def look(_logger: object, _method: str, event: EventDict) -> EventDict:
        if event["event"] == message:
            found.set()
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(processors=[look])
    yield found
    structlog.configure(**before)


async def _revoke(storage: Storage, token: CreatedToken) -> None:
    """Revokes a token in another process, which sends no notification."""
    async with open_runtime(storage) as runtime:
        await revoke_token(runtime, COMMAND_LINE, token.token.id)


async def _answer(socket: ClientConnection, query: str, identifier: str) -> dict[str, Any]:
    """The result of an operation on a WebSocket."""
    await say(socket, {"id": identifier, "type": "subscribe", "payload": {"query": query}})
    result: dict[str, Any] = json.loads(await socket.recv())
    assert identifier == result["id"]
    assert {"id": identifier, "type": "complete"} == json.loads(await socket.recv())
    return result


async def test_a_short_outage(runtime: Runtime, way: Breakable, elsewhere: Storage) -> None:
    """A short outage closes no connection, and a token that is revoked afterwards still ends it."""
    with _logged(FAILED) as failed:
        async with (
            _serving(runtime, SOON, LONG) as service,
            service.introduced() as socket,
        ):
            first = await _answer(socket, MUTATION, "1")
            await way.refuse()
            await asyncio.wait_for(failed.wait(), DEADLINE)
            await way.repair()
            second = await _answer(socket, MUTATION, "2")
            await _revoke(elsewhere, service.world.tokens[Role.ADMINISTRATOR])
            closed = await asyncio.wait_for(closing(socket), DEADLINE)

    assert [1, 1] == [len(each["payload"]["data"]) for each in (first, second)]
    assert (4403, "The access token is no longer valid.") == closed


async def test_a_socket_that_is_opened_during_an_outage(runtime: Runtime, way: Breakable) -> None:
    """Its close code makes clients try again, and its reason has an id that the log has too."""
    async with _serving(runtime) as service, service.socket() as socket:
        await way.refuse()
        context = [structlog.contextvars.merge_contextvars]
        with structlog.testing.capture_logs(processors=context) as logged:
            payload = {"Authorization": service.authorization}
            await say(socket, {"type": "connection_init", "payload": payload})
            code, reason = await closing(socket)
        await way.repair()
    failures = [each["request_id"] for each in logged if each["event"] == "internal error"]

    assert 1013 == code
    assert [reason] == [f"Internal error, logged under {each}." for each in failures]


async def test_a_silent_database_blocks_no_caller(runtime: Runtime, way: Breakable) -> None:
    """A caller that cannot be identified in time gets 503, or a WebSocket closed with 1013."""
    serving = _serving(runtime, query_timeout_seconds=SOON)
    async with serving as service, service.socket() as socket:
        way.hang()
        payload = {"Authorization": service.authorization}
        await say(socket, {"type": "connection_init", "payload": payload})
        answer, closed = await asyncio.wait_for(
            asyncio.gather(
                service.world.client.post(
                    "/graphql",
                    json={"query": "{ viewer { role } }"},
                    headers=service.world.headers(),
                ),
                closing(socket),
            ),
            DEADLINE,
        )
        await way.repair()

    assert (503, ["TIMED_OUT"]) == (answer.status_code, codes(answer.json()))
    assert "10" == answer.headers["Retry-After"]
    assert (1013, answer.json()["errors"][0]["message"]) == closed


@pytest.mark.parametrize("silent", [False, True], ids=["refused", "silent"])
async def test_a_long_outage(
    runtime: Runtime,
    way: Breakable,
    silent: bool,  # noqa: FBT001 (a table's column)
) -> None:
    """Connections whose token cannot be checked for too long are closed; clients try again."""
    query = "subscription { emailSettingsChanged { revision } }"
    async with (
        _serving(runtime, SOON, 50 * SOON) as service,
        service.introduced() as socket,
        service.events(query) as response,
    ):
        if silent:
            way.hang()
        else:
            await way.refuse()
        async with asyncio.timeout(DEADLINE):
            closed = await closing(socket)
            lines = [line async for line in response.aiter_lines() if line.strip(":")]
        await way.repair()
        again = await service.world.ask("{ viewer { role } }")

    assert 1013 == closed[0]
    assert "event: complete" not in lines
    assert "errors" not in again


async def test_a_token_that_expires_with_a_socket_open(runtime: Runtime, way: Breakable) -> None:
    """An expired token closes its connection before any further operation runs."""
    clock = Clock()
    runtime = replace(runtime, clock=clock)
    # The periodic check never runs here, so the next operation must notice the expiry.
    async with _serving(runtime, LONG, LONG) as service:
        expires = clock() + timedelta(hours=1)
        created = await create_token(runtime, COMMAND_LINE, "A", Role.ADMINISTRATOR, expires)
        assert isinstance(created, CreatedToken)
        service.world.tokens[Role.ADMINISTRATOR] = created
        async with service.introduced() as socket:
            await way.refuse()
            clock.now += timedelta(hours=2)
            await say(socket, {"id": "1", "type": "subscribe", "payload": {"query": MUTATION}})
            closed = await closing(socket)
        await way.repair()

    assert (4403, "The access token is no longer valid.") == closed
