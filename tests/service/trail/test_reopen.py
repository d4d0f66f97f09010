"""A reopened trail vouches for the rows that existed, though it has no events of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from audit.trail.proofs import SignedCheckpoint
from service.access.tokens import CreatedToken, create_token, list_tokens, revoke_token
from service.export.archived import ArchiveExport, NoArchive, begin_archive_export
from service.operate.startup import open_closed_trail, open_runtime
from service.process.caller import COMMAND_LINE, Role
from service.process.keys import new_key
from service.process.runtime import Runtime
from service.process.storage import CannotStartError, Storage
from service.trail.reading import audit_checkpoint, audit_event
from service.trail.reopen import reopen_trail
from service.values.patch import SettingsPatch
from tests.support.trail.events import write
from tests.support.trail.living import live, save
from tests.support.trail.opened import NAME
from tests.support.trail.tampering import tamper
from tests.support.trail.verifiers import by_bundle, by_graphql

pytestmark = pytest.mark.anyio


async def reopened(runtime: Runtime, reason: str = "the disk broke") -> None:
    """Writes some events, then ends the trail and begins another."""
    await write(runtime.database, 3)
    await reopen_trail(runtime, COMMAND_LINE, reason, NAME)


async def test_life_goes_on(runtime: Runtime) -> None:
    """After reopening, existing settings and tokens can change, and the trail can end again."""
    await live(runtime)
    early = await create_token(runtime, COMMAND_LINE, "ends later", Role.VIEWER)
    await reopened(runtime)
    assert isinstance(early, CreatedToken)
    await revoke_token(runtime, COMMAND_LINE, early.token.id)
    await save(runtime, 3, SettingsPatch(smtp_port=2525))
    once = await by_graphql(runtime, None)
    await reopened(runtime, "again")
    await save(runtime, 4, SettingsPatch(smtp_port=2526))
    for token in await list_tokens(runtime):
        await revoke_token(runtime, COMMAND_LINE, token.id)

    assert ([], []) == (once, await by_graphql(runtime, None))


ADDED_TOKEN = (
    "INSERT INTO access_token (id, number, name, role, token_hash, created_at, actor_kind, "
    "actor_name) VALUES ('0', 99, 'me', 'ADMINISTRATOR', 'x', 'x', 'SYSTEM', 'x')"
)
EVENT = "WHERE kind = 'event' AND position = 10"
ATTACKS = {
    "edit an archived event": (
        f"UPDATE audit_archive SET content = replace(content, 'number', 'numbre') {EVENT}",
        "ARCHIVE_DIFFERS",
    ),
    "remove an archived event": (f"DELETE FROM audit_archive {EVENT}", "ARCHIVE_DIFFERS"),
    "remove the archive": ("DELETE FROM audit_archive", "ARCHIVE_DIFFERS"),
    "invent an archive": (
        "INSERT INTO audit_archive (log_id, kind, position, content) VALUES ('x', 'event', 0, 'x')",
        "ARCHIVE_DIFFERS",
    ),
    "edit an earlier revision": (
        "UPDATE email_settings_revision SET smtp_host = 'evil.example' WHERE revision = 1",
        "REVISION_DIFFERS",
    ),
    "add a token": (ADDED_TOKEN, "TOKENS_DIFFER"),
    "promote a token": (
        "UPDATE access_token SET role = 'ADMINISTRATOR' WHERE role = 'AUDITOR'",
        "TOKENS_DIFFER",
    ),
    "revive a revoked token": ("UPDATE access_token SET revoked_at = NULL", "TOKENS_DIFFER"),
    "remove a token": ("DELETE FROM access_token WHERE role = 'AUDITOR'", "TOKENS_DIFFER"),
    "remove a test": ("DELETE FROM test_email", "TESTS_DIFFER"),
    "change a test's outcome": ("UPDATE test_email SET outcome = 'ACCEPTED'", "TESTS_DIFFER"),
    "make an ended test run": (
        "UPDATE test_email SET outcome = 'RUNNING', finished_at = NULL",
        "TESTS_DIFFER",
    ),
    "link a revision elsewhere": (
        "UPDATE email_settings_revision SET audit_seq = 1 WHERE revision = 1",
        "REVISION_DIFFERS",
    ),
    "make the ended trail end twice": (
        (
            "UPDATE audit_archive SET content = (SELECT body FROM audit_event WHERE seq = 0) "
            "WHERE kind = 'event' AND position = 0"
        ),
        "ARCHIVE_DIFFERS",
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
async def test_what_was_there_before_cannot_be_changed(storage: Storage, name: str) -> None:
    """A change to the archive, or to a row from before the trail was reopened, is found."""
    statement, code = ATTACKS[name]
    async with open_runtime(storage) as runtime:
        await live(runtime)
        await reopened(runtime)
    await tamper(storage.database_url or "", statement)
    async with open_closed_trail(storage) as runtime:
        assert code in await by_graphql(runtime, None)


async def test_another_machine_follows(storage: Storage) -> None:
    """A machine accepts a new trail whose signed first event names the trail that it remembers."""
    other = replace(storage, data_directory=storage.data_directory.with_name("other"))
    for each in (storage, other):
        async with open_runtime(each) as runtime:
            await write(runtime.database, 2)
    async with open_closed_trail(storage) as runtime:
        await reopen_trail(runtime, COMMAND_LINE, "the disk broke", NAME)
        remembered = runtime.trail.memory.read()
    async with open_closed_trail(other, as_it_is=True) as runtime:
        assert [] == await by_graphql(runtime, None)
    async with open_runtime(other) as runtime:
        assert remembered == runtime.trail.memory.read()
        await write(runtime.database, 1)
        assert [] == await by_graphql(runtime, None)


async def test_another_machine_does_not_follow_a_stranger(storage: Storage) -> None:
    """A machine refuses a new trail whose first event does not name the trail it remembers."""
    other = replace(storage, data_directory=storage.data_directory.with_name("other"))
    async with open_runtime(other) as runtime:
        await write(runtime.database, 2)
    memory = other.data_directory / "signer.memory"
    memory.write_text(memory.read_text().replace(NAME, "stranger.example"))
    async with open_closed_trail(storage) as runtime:
        await reopen_trail(runtime, COMMAND_LINE, "the disk broke", NAME)

    with pytest.raises(CannotStartError, match="OTHER_TRAIL"):
        await _open(other)
    async with open_closed_trail(other, as_it_is=True) as runtime:
        assert ["ORIGIN_MISMATCH"] == await by_graphql(runtime, None)


async def test_another_machine_does_not_follow_a_key_that_it_lacks(storage: Storage) -> None:
    """A machine refuses a new trail that is signed with a key that the machine does not have."""
    other = replace(storage, data_directory=storage.data_directory.with_name("other"))
    async with open_runtime(other) as runtime:
        await write(runtime.database, 2)
    async with open_closed_trail(replace(storage, signing_keys=(new_key(),))) as runtime:
        await reopen_trail(runtime, COMMAND_LINE, "the disk broke", NAME)

    async with open_closed_trail(other, as_it_is=True) as runtime:
        assert ["ORIGIN_MISMATCH"] == await by_graphql(runtime, None)


async def _open(storage: Storage) -> None:
    async with open_runtime(storage):
        pytest.fail("it opened")


async def test_an_ended_trail_is_verified_offline(storage: Storage, tmp_path: Path) -> None:
    """A bundle of an archived trail verifies with a checkpoint from before the trail ended."""
    async with open_runtime(storage) as runtime:
        await write(runtime.database, 300)
        early = await audit_checkpoint(runtime, 200)
        assert isinstance(early, SignedCheckpoint)
    async with open_closed_trail(storage) as runtime:
        await reopen_trail(runtime, COMMAND_LINE, "the disk broke", NAME)
    (tmp_path / "early").write_text(early.note)
    log_id = early.checkpoint.origin.rpartition("/")[2]
    async with open_runtime(storage) as runtime:
        (tmp_path / "ended.zip").write_bytes(await _exported(runtime, log_id))
        unknown = await begin_archive_export(runtime, COMMAND_LINE, "x")
        recorded = await audit_event(runtime, 1)
    sound = await by_bundle(tmp_path / "ended.zip", tmp_path / "early")
    edit = ATTACKS["edit an archived event"][0]
    await tamper(storage.database_url or "", edit)
    async with open_runtime(storage) as runtime:
        (tmp_path / "edited.zip").write_bytes(await _exported(runtime, log_id))
    edited = await by_bundle(tmp_path / "edited.zip", tmp_path / "early")

    assert [] == sound
    assert isinstance(unknown, NoArchive)
    assert recorded is not None
    assert log_id == recorded.event.detail["ended_log_id"]
    assert "CHECKPOINT_MISMATCH" in edited


async def _exported(runtime: Runtime, log_id: str) -> bytes:
    export = await begin_archive_export(runtime, COMMAND_LINE, log_id)
    assert isinstance(export, ArchiveExport)
    return b"".join([chunk async for chunk in export.chunks()])
