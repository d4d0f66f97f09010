"""At start the database is compared with the signer's memory, and a difference is reported."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import text

from audit.c2sp.checkpoint import Checkpoint, OpenedCheckpoint, open_checkpoint
from audit.c2sp.note_keys import parse_verifier_key
from audit.event import AuditAction
from audit.standalone.formats.keys import VerifierKey
from audit.trail.appending import Tip
from audit.trail.body import read_body
from db.engine.database import Database
from db.queries import events
from db.queries import tree as stored
from service.access.tokens import create_token
from service.operate.startup import open_closed_trail, open_runtime
from service.process.caller import COMMAND_LINE, Role
from service.process.runtime import Runtime
from service.process.storage import CannotStartError, Storage
from service.trail.key_change import KeyRotated, NoNewKey, rotate_signing_key
from service.trail.reopen import reopen_trail
from tests.support.trail.events import write
from tests.support.trail.opened import NAME
from tests.support.trail.tampering import tamper

pytestmark = pytest.mark.anyio

CUT = ("DELETE FROM audit_event WHERE seq > 2", "DELETE FROM audit_node WHERE idx << level > 2")


async def _fill(storage: Storage, count: int = 5) -> Checkpoint:
    async with open_runtime(storage) as runtime:
        await write(runtime.database, count)
        async with runtime.database.reading() as session:
            return Tip.of(await events.head(session)).checkpoint


async def _problem(storage: Storage) -> str:
    with pytest.raises(CannotStartError) as raised:
        async with open_runtime(storage):
            pytest.fail("it opened")
    return str(raised.value)


async def test_an_unchanged_trail_opens_again(storage: Storage) -> None:
    """The database of an unchanged trail continues what the signer remembers."""
    checkpoint = await _fill(storage)
    async with open_runtime(storage) as runtime:
        assert checkpoint == runtime.trail.memory.read()


async def test_a_crash_before_the_memory_was_written_is_harmless(storage: Storage) -> None:
    """The database may be ahead of the memory, which then catches up."""
    await _fill(storage, 3)
    memory = storage.data_directory / "signer.memory"
    behind = memory.read_text()
    checkpoint = await _fill(storage, 4)
    memory.write_text(behind)
    async with open_runtime(storage) as runtime:
        assert checkpoint == runtime.trail.memory.read()


async def test_an_older_database_does_not_open(storage: Storage) -> None:
    """If the memory is ahead, the message contains both sizes and what to do."""
    await _fill(storage)
    async with open_closed_trail(storage) as runtime, runtime.database.reading() as session:
        notes = await stored.checkpoints(session, 2, 1)
    memory = storage.data_directory / "signer.memory"
    memory.write_text(notes[0][1].replace("\n3\n", "\n300\n"))
    problem = await _problem(storage)

    assert problem.startswith("DATABASE_BEHIND: ")
    assert "300 events were signed, but the database has 5" in problem
    assert "postledger audit reopen" in problem


async def test_a_rewritten_database_does_not_open(storage: Storage) -> None:
    """A database with as many events as the memory, but another root hash, does not open."""
    await _fill(storage)
    memory = storage.data_directory / "signer.memory"
    lines = memory.read_text().split("\n")
    lines[2] = "A" * 43 + "="
    memory.write_text("\n".join(lines))

    assert (await _problem(storage)).startswith("NOT_A_CONTINUATION: ")


async def test_another_trails_database_does_not_open(storage: Storage) -> None:
    """A database of another trail than the memory's does not open."""
    await _fill(storage)
    memory = storage.data_directory / "signer.memory"
    memory.write_text(memory.read_text().replace(NAME, "other.example"))

    assert (await _problem(storage)).startswith("OTHER_TRAIL: ")


async def test_a_damaged_memory_is_not_a_first_start(storage: Storage) -> None:
    """A memory that cannot be read is not treated as a missing memory."""
    await _fill(storage)
    (storage.data_directory / "signer.memory").write_text("scribble")

    assert (await _problem(storage)).startswith("MEMORY_MALFORMED: ")


async def test_a_missing_key_is_named(storage: Storage) -> None:
    """Without the key in use nothing can be recorded, so the service does not start."""
    await _fill(storage)
    other = replace(storage, signing_keys=("A" * 43 + "=",))

    assert (await _problem(other)).startswith("KEY_MISSING: ")


async def test_without_any_key_the_message_names_the_variable(storage: Storage) -> None:
    """Without a valid signing key, the message says which variable to set."""
    if storage.database_url is not None and storage.database_url.startswith("sqlite"):
        storage = replace(storage, signing_keys=("short",))

    assert "POSTLEDGER_SIGNING_KEY" in await _problem(replace(storage, signing_keys=("short",)))


@pytest.mark.parametrize(
    "statements",
    [
        pytest.param(("DELETE FROM audit_checkpoint WHERE size > 3",), id="newest-checkpoint-gone"),
        pytest.param(("DELETE FROM audit_node WHERE level = 2",), id="node-gone"),
    ],
)
async def test_an_end_that_is_not_signed_does_not_open(
    storage: Storage, statements: tuple[str, ...]
) -> None:
    """The newest checkpoint must match the end of the trail and the stored tree."""
    await _fill(storage)
    await tamper(storage.database_url or "", *statements)

    assert (await _problem(storage)).startswith("NOT_SIGNED: ")


async def test_the_old_key_introduces_the_new_key(storage: Storage) -> None:
    """The first checkpoint after a change of keys is signed by both; the change is an event."""
    await _fill(storage, 3)
    newer = replace(storage, signing_keys=("A" * 43 + "=", *storage.signing_keys))
    async with open_runtime(newer) as runtime:
        rotated = await rotate_signing_key(runtime, COMMAND_LINE)

        assert isinstance(rotated, KeyRotated)
        await write(runtime.database, 1, first=9)
        async with runtime.database.reading() as session:
            tip = Tip.of(await events.head(session))
            both = await stored.checkpoint_note(session, rotated.from_size) or ""
            after = await stored.checkpoint_note(session, tip.size) or ""
            event = await events.event(session, rotated.from_size - 1)

    def signers(note: str) -> tuple[str, ...]:
        keys = [parse_verifier_key(each) for each in (rotated.before, rotated.after)]
        opened = open_checkpoint(
            note, tip.origin, [key for key in keys if isinstance(key, VerifierKey)]
        )
        assert isinstance(opened, OpenedCheckpoint)
        return tuple(map(str, opened.signed_by))

    assert (rotated.after, rotated.before) == signers(both)
    assert (rotated.after,) == signers(after)
    assert event is not None
    assert AuditAction.SIGNING_KEY_CHANGED == read_body(event.body).action


async def test_without_a_newer_key_nothing_rotates(storage: Storage) -> None:
    """If the keys are in the configuration, only the operator can add one."""
    async with open_runtime(storage) as runtime:
        assert isinstance(await rotate_signing_key(runtime, COMMAND_LINE), NoNewKey)


async def test_the_embedded_default_makes_and_rotates_its_own_key(storage: Storage) -> None:
    """The key file in the data directory has mode 0600, and rotating adds a new key to it."""
    local = replace(storage, database_url=None, signing_keys=())
    async with open_runtime(local) as runtime:
        rotated = await rotate_signing_key(runtime, COMMAND_LINE)
        file = local.data_directory / "signing.keys"

        assert isinstance(rotated, KeyRotated)
        assert 0o600 == file.stat().st_mode & 0o777
        assert 2 == len(file.read_text().split())


async def test_a_new_trail_records_the_old_trail(storage: Storage) -> None:
    """Its first event contains the reason and both checkpoints; the old events are archived."""
    await _fill(storage)
    await tamper(storage.database_url or "", *CUT)
    memory = storage.data_directory / "signer.memory"
    remembered = memory.read_text()
    await _problem(storage)
    async with open_closed_trail(storage) as runtime:
        done = await reopen_trail(runtime, COMMAND_LINE, "the disk broke", NAME)
    async with open_runtime(storage) as runtime:
        await create_token(runtime, COMMAND_LINE, "works", Role.VIEWER)
        async with runtime.database.reading() as session:
            first = await events.event(session, 0)
            kept = (
                await session.exec(
                    text("SELECT count(*) FROM audit_archive WHERE kind = 'event'")  # type: ignore[call-overload] # plain SQL
                )
            ).one()[0]

    assert done.note != remembered
    assert first is not None
    event = read_body(first.body)
    assert (AuditAction.TRAIL_REOPENED, "the disk broke") == (event.action, event.reason)
    assert remembered.startswith(str(event.detail["remembered_checkpoint"]))
    assert json.loads(first.body)["log_id"] not in done.ended
    assert 3 == kept


async def test_the_guards_are_back_in_a_new_trail(runtime: Runtime) -> None:
    """Beginning a new trail removes the guards only for a moment."""
    await write(runtime.database, 2)
    await reopen_trail(runtime, COMMAND_LINE, "trying", NAME)

    with pytest.raises(Exception, match="append-only"):
        await _delete(runtime.database)


async def _delete(database: Database) -> None:
    async with database.transaction() as session:
        await (await session.connection()).execute(text("DELETE FROM audit_event"))
