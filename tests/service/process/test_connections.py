"""Open connections are closed when their token ends, or cannot be checked for too long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from audit.event import Actor, ActorKind, Client
from db.engine.database import Database, Session
from service.access.tokens import CreatedToken, authenticate, create_token, revoke_token
from service.operate.startup import open_runtime
from service.process.caller import COMMAND_LINE, Caller, Role
from service.process.connections import ConnectionEnd, OpenConnection, OpenConnections
from service.process.runtime import Runtime
from service.process.storage import Storage
from tests.support.desk import Clock

pytestmark = pytest.mark.anyio

DEADLINE = 10
SOON = 0.01
LONG = 60.0
CLIENT = Client("192.0.2.7", "peer", None, "id", None)
PERSON = Caller(Actor(ActorKind.PERSON, "f3a1", "Ada", "VIEWER"), Role.VIEWER)


class BrokenDatabase(Database):
    """A database that a test breaks; `asked` counts the queries while it is broken."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.error: Exception | None = None
        self.silent = False
        self.asked = asyncio.Semaphore(0)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Session]:
        """Fails, does not answer, or reads as usual."""
        if self.error is not None or self.silent:
            self.asked.release()
        if self.silent:
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error
        async with super().reading() as session:
            yield session


@pytest.fixture
async def broken(storage: Storage) -> AsyncIterator[BrokenDatabase]:
    """Opens the service's database for the test to break."""
    opened = BrokenDatabase(storage.database_url or "")
    yield opened
    await opened.close()


def _watching(runtime: Runtime, database: Database, patience: float = LONG) -> Runtime:
    """Returns the service with frequent checks of its open connections."""
    connections = OpenConnections(
        database, runtime.clock, check_seconds=SOON, patience_seconds=patience
    )
    return replace(runtime, database=database, connections=connections)


async def _token(runtime: Runtime) -> tuple[Caller, str]:
    """Creates a token, and returns its caller and its id."""
    expires = runtime.clock() + timedelta(hours=1)
    created = await create_token(runtime, COMMAND_LINE, "A test", Role.VIEWER, expires)
    assert isinstance(created, CreatedToken)
    caller = await authenticate(runtime, created.text, CLIENT)
    assert isinstance(caller, Caller)
    return caller, created.token.id


async def _end(session: OpenConnection) -> ConnectionEnd | None:
    """Waits until a connection is closed, and returns why."""
    async with asyncio.timeout(DEADLINE):
        await session.ended.wait()
    return session.end


async def test_a_token_revoked_by_another_process(runtime: Runtime, storage: Storage) -> None:
    """A revocation by another process is noticed, and the connection is closed."""
    caller, token_id = await _token(runtime)
    here = _watching(runtime, runtime.database)
    async with open_runtime(storage) as elsewhere, here.connections.open(caller) as session:
        await revoke_token(elsewhere, COMMAND_LINE, token_id)
        end = await _end(session)

    assert ConnectionEnd.TOKEN_ENDED is end


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(ConnectionRefusedError("refused"), id="as the network says it"),
        pytest.param(RuntimeError("a bug"), id="a bug"),
    ],
)
async def test_an_outage_does_not_end_the_watch(
    runtime: Runtime, broken: BrokenDatabase, error: Exception
) -> None:
    """A token that was revoked during an outage is noticed once the database is back."""
    caller, token_id = await _token(runtime)
    here = _watching(runtime, broken)
    async with here.connections.open(caller) as session:
        broken.error = error
        async with asyncio.timeout(DEADLINE):
            for _ in range(3):
                await broken.asked.acquire()
        await revoke_token(runtime, COMMAND_LINE, token_id)
        before = session.is_over()
        broken.error = None
        end = await _end(session)

    assert not before
    assert ConnectionEnd.TOKEN_ENDED is end


async def test_a_watch_that_was_canceled_starts_again(runtime: Runtime) -> None:
    """Revoked tokens are noticed even if the watching task was canceled."""
    caller, token_id = await _token(runtime)
    here = _watching(runtime, runtime.database)
    async with here.connections.open(caller) as session:
        watch = here.connections._watch
        assert watch is not None
        watch.cancel()
        await asyncio.wait([watch])
        await revoke_token(runtime, COMMAND_LINE, token_id)
        end = await _end(session)

    assert ConnectionEnd.TOKEN_ENDED is end


@pytest.mark.parametrize("silent", [False, True], ids=["it fails", "it does not answer"])
async def test_a_long_outage_closes_connections_of_tokens(
    runtime: Runtime,
    broken: BrokenDatabase,
    silent: bool,  # noqa: FBT001 (a table's column)
) -> None:
    """Connections of tokens are closed, as the tokens may be revoked; those of people stay."""
    caller, _ = await _token(runtime)
    here = _watching(runtime, broken, patience=5 * SOON)
    broken.silent, broken.error = silent, ConnectionRefusedError()
    async with (
        here.connections.open(PERSON) as person,
        here.connections.open(caller) as session,
    ):
        end = await _end(session)
        stays = not person.is_over()
        # Leaving the blocks must not wait for the broken database.
        broken.silent = False
        here.connections._watch = None

    assert ConnectionEnd.UNCONFIRMED is end
    assert stays


@pytest.mark.parametrize("person", [False, True], ids=["access token", "person"])
async def test_expiry_needs_no_database(
    runtime: Runtime,
    broken: BrokenDatabase,
    person: bool,  # noqa: FBT001 (a table's column)
) -> None:
    """A connection is closed when its caller's credentials expire, even during an outage."""
    clock = Clock()
    runtime = replace(runtime, clock=clock)
    caller, _ = await _token(runtime)
    if person:
        caller = replace(PERSON, until=caller.until)
    broken.error = ConnectionRefusedError()
    here = _watching(runtime, broken)
    async with here.connections.open(caller) as session:
        before = session.is_over()
        clock.now += timedelta(hours=2)
        at_once = session.is_over()
        end = await _end(session)

    assert (False, True) == (before, at_once)
    assert ConnectionEnd.TOKEN_ENDED is end
