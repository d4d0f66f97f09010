"""Appending: the tree grows and the checkpoint is signed, all in one transaction."""

import asyncio
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import text

from audit.c2sp import tree
from audit.c2sp.checkpoint import Checkpoint, OpenedCheckpoint, open_checkpoint
from audit.c2sp.note_keys import Signer
from audit.trail.appending import SignerRefusedError, Tip, Trail, append
from audit.trail.body import read_body
from audit.trail.memory import SignerMemory
from audit.trail.opening import NotOpened, OpeningCode, open_trail
from db.engine.database import Database
from db.instant import write_instant
from db.queries import events
from db.queries import tree as stored
from db.queries.event_search import EventConditions
from db.queries.keyset import Window
from service.access.tokens import CreatedToken, create_token
from service.process.caller import COMMAND_LINE, Role
from service.process.runtime import Runtime
from tests.support.trail.events import START, an_event, at, write
from tests.support.trail.opened import NAME, SEED, HeldKeys

pytestmark = pytest.mark.anyio


async def _tip(database: Database) -> Tip:
    async with database.reading() as session:
        return Tip.of(await events.head(session))


async def test_each_event_extends_the_tree_and_gets_a_signed_checkpoint(
    database: Database, trail: Trail
) -> None:
    """The root hash in the newest note is that of the bodies, by RFC 6962's own definition."""
    await write(database, 5)
    tip = await _tip(database)
    async with database.reading() as session:
        bodies = await events.bodies(session, 0, 10)
        note = await stored.checkpoint_note(session, 5) or ""

    opened = open_checkpoint(note, tip.origin, [trail.signer(tip).verifier])

    assert isinstance(opened, OpenedCheckpoint)
    assert Checkpoint(tip.origin, 5, _root([body.encode() for body in bodies])) == opened.checkpoint


def _root(bodies: list[bytes]) -> bytes:
    if len(bodies) == 1:
        return tree.leaf_hash(bodies[0])
    middle = 1 << (len(bodies) - 1).bit_length() - 1
    return tree.node_hash(_root(bodies[:middle]), _root(bodies[middle:]))


@pytest.mark.usefixtures("trail")
async def test_the_stored_nodes_are_the_complete_subtrees(database: Database) -> None:
    """Five leaves have five, two and one complete nodes; no other node is stored."""
    await write(database, 5)
    async with database.reading() as session:
        rows = await session.exec(
            text("SELECT level, idx FROM audit_node ORDER BY level, idx")  # type: ignore[call-overload] # plain SQL
        )

        expected = [(0, 0), (0, 1), (0, 2), (0, 3), (0, 4), (1, 0), (1, 1), (2, 0)]
        assert expected == [tuple(row) for row in rows.all()]


async def test_several_events_in_one_transaction_follow_each_other(
    database: Database, trail: Trail
) -> None:
    """Each event has its number and its checkpoint, and the signer remembers the last one."""
    async with database.transaction() as session:
        for number in range(3):
            await append(session, an_event(number), at(START))

    assert (await _tip(database)).checkpoint == trail.memory.read()


async def _append_and_fail(database: Database) -> None:
    async with database.transaction() as session:
        await append(session, an_event(2), at(START))
        raise ZeroDivisionError


async def test_what_is_rolled_back_leaves_nothing(database: Database, trail: Trail) -> None:
    """Neither the database nor the signer's memory keeps an event that was rolled back."""
    await write(database, 2)
    with pytest.raises(ZeroDivisionError):
        await _append_and_fail(database)
    await write(database, 1, first=2)
    tip = await _tip(database)

    assert 3 == tip.size
    assert tip.checkpoint == trail.memory.read()


@pytest.mark.usefixtures("trail")
async def test_a_clock_that_went_back_is_noted(database: Database) -> None:
    """The event has the time of the event before it, and records the clock's time."""
    async with database.transaction() as session:
        await append(session, an_event(0), at(START))
        appended = await append(session, an_event(1), at(START - timedelta(hours=1)))
        row = await events.event(session, 1)

    assert "2026-11-23T07:29:00.000000Z" == appended.ts
    assert row is not None
    assert "2026-11-23T06:29:00.000000Z" == read_body(row.body).detail["clock_went_back_to"]


async def test_waiting_for_the_lock_does_not_turn_the_clock_back(runtime: Runtime) -> None:
    """An event's time is read when the transaction has the lock, not when it began to wait."""
    asked = asyncio.Event()
    seconds = count()

    def clock() -> datetime:
        asked.set()
        return START + timedelta(seconds=next(seconds))

    timed = replace(runtime, clock=clock)
    async with runtime.database.transaction() as session:
        await events.lock_head(session)
        waiting = asyncio.create_task(create_token(timed, COMMAND_LINE, "waits", Role.VIEWER))
        await asked.wait()
        await append(session, an_event(0), clock)
    created = await waiting
    async with runtime.database.reading() as session:
        row = await events.event(session, 1)

    assert row is not None
    assert "clock_went_back_to" not in read_body(row.body).detail
    assert isinstance(created, CreatedToken)
    assert row.ts == write_instant(created.token.created_at)


@pytest.mark.usefixtures("trail")
async def test_many_writers_leave_no_gap(database: Database) -> None:
    """Of twenty concurrent writers, every event is recorded once, with the hash before it."""
    await asyncio.gather(*(write(database, 1, first=number) for number in range(20)))
    async with database.reading() as session:
        rows = await events.events(session, EventConditions(), Window(100))

    assert list(range(19, -1, -1)) == [row.seq for row in rows]
    assert [row.leaf for row in rows[1:]] == [row.prev for row in rows[:-1]]
    assert {f"number {number}" for number in range(20)} == {
        read_body(row.body).reason for row in rows
    }


@pytest.mark.usefixtures("trail")
async def test_another_process_may_append_in_between(
    database: Database, memory: SignerMemory
) -> None:
    """A signer that last saw a smaller trail goes on if the new end continues what it saw."""
    await write(database, 3)
    other = Trail(HeldKeys(SEED), memory)
    seen = (await _tip(database)).checkpoint
    await write(database, 4, first=3)
    other.begin_at(seen)
    other.attach(database)
    await write(database, 1, first=7)

    assert 8 == (await _tip(database)).size


async def test_the_signer_refuses_a_history_that_it_did_not_sign(
    database: Database, trail: Trail
) -> None:
    """Nothing is recorded if the database has another root hash for the size that was signed."""
    await write(database, 3)
    seen = (await _tip(database)).checkpoint
    trail.begin_at(replace(seen, root=bytes(32)))

    with pytest.raises(SignerRefusedError, match="does not continue"):
        await write(database, 1, first=3)

    assert 3 == (await _tip(database)).size


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("last_leaf = '00'", id="hash"),
        pytest.param("last_ts = '2099-01-01T00:00:00.000000Z'", id="time"),
        pytest.param("log_id = 'another'", id="trail"),
    ],
)
async def test_nothing_is_appended_to_an_end_that_was_changed(
    database: Database, trail: Trail, change: str
) -> None:
    """The head row must match the last event, because the next event repeats what it says."""
    await write(database, 2)
    async with database.transaction() as session:
        await (await session.connection()).execute(text(f"UPDATE audit_head SET {change}"))

    with pytest.raises(SignerRefusedError, match="changed outside the service"):
        await write(database, 1, first=2)
    async with database.reading() as session:
        opened = await open_trail(session, trail, NAME)

    assert isinstance(opened, NotOpened)
    assert OpeningCode.NOT_SIGNED is opened.code


async def test_the_signer_refuses_a_shorter_database(database: Database, trail: Trail) -> None:
    """A database with fewer events than were signed is refused."""
    await write(database, 3)
    seen = (await _tip(database)).checkpoint
    trail.begin_at(replace(seen, size=9))

    with pytest.raises(SignerRefusedError, match="9 events were signed"):
        await write(database, 1, first=3)


@pytest.mark.usefixtures("trail")
async def test_a_key_that_is_not_available_signs_nothing(
    database: Database, memory: SignerMemory
) -> None:
    """A process without the trail's key cannot append."""
    await write(database, 1)
    stranger = Trail(HeldKeys(bytes(32)), memory)
    stranger.begin_at((await _tip(database)).checkpoint)
    stranger.attach(database)

    with pytest.raises(SignerRefusedError, match="not available"):
        await write(database, 1, first=1)


async def test_the_database_must_carry_its_trail(database: Database) -> None:
    """Appending through a database without an attached trail raises an error."""
    with pytest.raises(TypeError, match="without its trail"):
        await write(database, 1)


async def test_a_memory_that_cannot_be_written_does_not_undo_the_change(
    database: Database, trail: Trail
) -> None:
    """The event is recorded, and the memory catches up with the next event."""
    place = trail.memory.path
    await write(database, 1)
    trail.memory = SignerMemory(place.parent / "gone" / "memory")
    await write(database, 1, first=1)
    trail.memory = SignerMemory(place)

    assert 2 == (await _tip(database)).size
    behind = trail.memory.read()
    await write(database, 1, first=2)

    assert isinstance(behind, Checkpoint)
    assert 1 == behind.size
    assert (await _tip(database)).checkpoint == trail.memory.read()


def test_a_signer_shows_no_secret() -> None:
    """A signer's repr does not contain its private key."""
    signer = Signer.from_seed("a/b", SEED)

    assert SEED.hex() not in repr(signer)


async def test_a_call_that_is_canceled_too_late_completes(
    database: Database, trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that is canceled after its commit still waits for the signer's memory."""
    begun, let_go = threading.Event(), threading.Event()
    remember, woken = SignerMemory.remember, asyncio.Event()

    def slowly(memory: SignerMemory, checkpoint: Checkpoint, note: str) -> None:
        begun.set()
        let_go.wait(20)
        remember(memory, checkpoint, note)

    monkeypatch.setattr(SignerMemory, "remember", slowly)
    trail.watch(woken.set)
    writing = asyncio.create_task(write(database, 1))
    await asyncio.to_thread(begun.wait, 20)
    writing.cancel()
    for _ in range(10):
        await asyncio.sleep(0)
    is_waiting = not writing.done()
    let_go.set()
    await asyncio.wait({writing})
    remembered = trail.memory.read()

    assert is_waiting
    assert writing.cancelled()
    assert woken.is_set()
    assert isinstance(remembered, Checkpoint)
    assert 1 == remembered.size
