"""Passwords that an attacker exchanges by editing version numbers, or by destroying a key."""

from dataclasses import replace
from typing import Final

import pytest

from audit.c2sp.note_keys import Signer
from audit.trail.proofs import SignedCheckpoint
from db.queries import events
from mail.secret import Secret
from service.operate.startup import open_closed_trail, open_runtime
from service.process.caller import COMMAND_LINE
from service.process.keys import new_key
from service.process.runtime import Runtime
from service.process.storage import Storage
from service.settings.current import SettingsUpdate, update_email_settings
from service.settings.saving import SettingsUpdated
from service.settings.state import load_current
from service.trail.reading import audit_checkpoint
from service.trail.reopen import reopen_trail
from service.values.patch import SettingsPatch
from service.values.secret_names import SecretName
from tests.support.trail.forging import Forged
from tests.support.trail.opened import NAME, SEED
from tests.support.trail.tampering import tamper
from tests.support.trail.verifiers import by_graphql

pytestmark = pytest.mark.anyio

_SWAP: Final = (
    "UPDATE secret_fingerprint SET version = version + 100",
    "UPDATE secret_fingerprint SET version = 103 - version",
)
_DESTROY_FINGERPRINT_KEY: Final = (
    "UPDATE stored_secret SET ciphertext = nonce WHERE name = 'fingerprintKey'"
)
_REST: Final = (
    "version, key_id, nonce, ciphertext, updated_at FROM stored_secret WHERE name = 'smtpPassword'"
)
ATTACKS: Final = {
    "swap the versions": _SWAP,
    "give a version another fingerprint": (
        "UPDATE secret_fingerprint SET fingerprint = {blob:00} WHERE version = 1",
    ),
    "add two versions": (
        "INSERT INTO secret_fingerprint VALUES ('host', 'smtpPassword', 3, {blob:01})",
        "INSERT INTO secret_fingerprint VALUES ('host', 'smtpPassword', 4, {blob:02})",
    ),
    "destroy the key of the fingerprints": (_DESTROY_FINGERPRINT_KEY,),
    "destroy the password": (
        "UPDATE stored_secret SET ciphertext = nonce WHERE name = 'smtpPassword'",
    ),
    "add a secret that no setting has": (
        f"INSERT INTO stored_secret SELECT scope, 'mine', {_REST}",
    ),
    "add a secret of another scope": (f"INSERT INTO stored_secret SELECT 'guest', name, {_REST}",),
}


GIVEN_EARLIER: Final = (
    "UPDATE stored_secret SET updated_at = '2020-01-01T00:00:00.000000Z' "
    "WHERE name = 'smtpPassword'"
)


async def _give(runtime: Runtime, revision: int, password: str) -> SettingsUpdated:
    patch = SettingsPatch(
        smtp_host="mail.example.com", smtp_username="me", smtp_password=Secret(password)
    )
    saved = await update_email_settings(runtime, COMMAND_LINE, SettingsUpdate(patch, revision))
    assert isinstance(saved, SettingsUpdated)
    return saved


async def _in_force(runtime: Runtime) -> tuple[int, str | None]:
    async with runtime.database.reading() as session:
        current = await load_current(session, runtime.scope, runtime.keys)
        opened = current.secrets.open(SecretName.SMTP_PASSWORD, current.values)
        return current.revision, None if opened is None else opened.reveal()


@pytest.mark.parametrize("again", [False, True], ids=["", "after-reopening"])
@pytest.mark.parametrize("name", ATTACKS)
async def test_the_value_of_a_version_cannot_be_changed(
    storage: Storage,
    name: str,
    again: bool,  # noqa: FBT001 (a table's column)
) -> None:
    """A changed fingerprint or version is found, because the events have marks of the values."""
    async with open_runtime(storage) as runtime:
        await _give(runtime, 0, "first")
        await _give(runtime, 1, "second")
        if again:
            await reopen_trail(runtime, COMMAND_LINE, "the disk broke", NAME)
    await tamper(storage.database_url or "", *ATTACKS[name])
    async with open_closed_trail(storage) as runtime:
        assert ["SETTINGS_DIFFER"] == await by_graphql(runtime, None)


async def test_a_value_keeps_its_version_and_its_mark(storage: Storage) -> None:
    """A password that is given again has its earlier version, also in a reopened trail."""
    async with open_runtime(storage) as runtime:
        await _give(runtime, 0, "first")
        await _give(runtime, 1, "second")
        await _give(runtime, 2, "first")
        once = await by_graphql(runtime, None)
        await reopen_trail(runtime, COMMAND_LINE, "the disk broke", NAME)
        await _give(runtime, 3, "third")
        back = await _give(runtime, 4, "second")

        assert 2 == back.state.secrets[SecretName.SMTP_PASSWORD].version
        assert ([], []) == (once, await by_graphql(runtime, None))


async def test_another_password_never_passes_for_the_current_one(storage: Storage) -> None:
    """A save records a replaced password, even if the database gives both the same version."""
    async with open_runtime(storage) as runtime:
        await _give(runtime, 0, "first")
        await _give(runtime, 1, "second")
    await tamper(storage.database_url or "", *_SWAP)
    async with open_runtime(storage) as runtime:
        saved = await _give(runtime, 2, "first")

        assert saved.event is not None
        assert (3, "first") == await _in_force(runtime)
    await tamper(storage.database_url or "", *_SWAP)
    async with open_closed_trail(storage) as runtime:
        assert ["SETTINGS_DIFFER"] == await by_graphql(runtime, None)


async def test_a_password_that_replaces_a_destroyed_one_is_recorded(storage: Storage) -> None:
    """A save over a password that cannot be decrypted makes an event, also for an equal version."""
    async with open_runtime(storage) as runtime:
        await _give(runtime, 0, "first")
        await _give(runtime, 1, "second")
    await tamper(storage.database_url or "", *_SWAP, *ATTACKS["destroy the password"])
    async with open_runtime(storage) as runtime:
        saved = await _give(runtime, 2, "first")

        assert saved.event is not None
        assert (3, "first") == await _in_force(runtime)
    await tamper(storage.database_url or "", *_SWAP)
    async with open_closed_trail(storage) as runtime:
        assert "REVISION_DIFFERS" in await by_graphql(runtime, None)


async def test_the_current_password_keeps_its_version(storage: Storage) -> None:
    """Saving the current password again changes nothing, even without the fingerprints' key."""
    async with open_runtime(storage) as runtime:
        await _give(runtime, 0, "first")
        await _give(runtime, 1, "second")
    await tamper(storage.database_url or "", _DESTROY_FINGERPRINT_KEY)
    async with open_runtime(storage) as runtime:
        saved = await _give(runtime, 2, "second")

        assert saved.event is None
        assert (2, "second") == await _in_force(runtime)


async def test_when_a_password_was_given_cannot_be_changed(storage: Storage) -> None:
    """A password's stored time is its event's, and giving the same password again keeps it."""
    async with open_runtime(storage) as runtime:
        first = await _give(runtime, 0, "first")
        same = await _give(runtime, 1, "first")
        sound = await by_graphql(runtime, None)
    await tamper(storage.database_url or "", GIVEN_EARLIER)
    async with open_closed_trail(storage) as runtime:
        found = await by_graphql(runtime, None)

    assert first.event is not None
    assert first.event.occurred_at == same.state.secrets[SecretName.SMTP_PASSWORD].updated_at
    assert ([], ["SETTINGS_DIFFER"]) == (sound, found)


@pytest.mark.parametrize("again", [False, True], ids=["", "after-reopening"])
async def test_a_trail_from_before_the_marks_is_intact(
    storage: Storage,
    again: bool,  # noqa: FBT001 (a table's column)
) -> None:
    """A trail whose events have no marks is intact, because nothing is compared with them."""
    async with open_runtime(storage) as runtime:
        await _give(runtime, 0, "first")
        if again:
            await reopen_trail(runtime, COMMAND_LINE, "the disk broke", NAME)
        await _give(runtime, 1, "second")
        known = await audit_checkpoint(runtime)
        assert isinstance(known, SignedCheckpoint)
        async with runtime.database.reading() as session:
            bodies = await events.bodies(session, 0, 10)
    forged = Forged(known.checkpoint.origin, bodies, known.note)
    documents = forged.documents()
    for document in documents:
        for name in ("smtpPassword_mark", "smtpPassword_numbers", "secrets_digest"):
            document["detail"].pop(name, None)
    forged.rewrite(documents)
    forged.replace_rows()
    forged.sign_all(Signer.from_seed(forged.origin, SEED))
    await tamper(storage.database_url or "", *forged.statements)
    (storage.data_directory / "signer.memory").unlink()
    async with open_closed_trail(storage) as runtime:
        assert [] == await by_graphql(runtime, None)


async def test_a_lost_key_is_not_a_finding(storage: Storage) -> None:
    """A secret whose key is missing is not a finding, and neither is giving it again."""
    async with open_runtime(storage) as runtime:
        await _give(runtime, 0, "first")
    async with open_runtime(replace(storage, encryption_keys=(new_key(),))) as runtime:
        lost = await by_graphql(runtime, None)
        await _give(runtime, 1, "first")

        assert ([], []) == (lost, await by_graphql(runtime, None))
