"""Verification in the database: whatever the service itself writes is intact."""

import asyncio
import json
from dataclasses import replace

import pytest
import trustme

from audit.c2sp.checkpoint import Checkpoint, sign_checkpoint
from audit.c2sp.note_keys import Signer
from audit.trail.body import digest_of
from audit.trail.proofs import SignedCheckpoint
from db.queries import events
from mail.report.report import EmailTestDepth, EmailTestOutcome
from service.email_tests.request import EmailTestRequest
from service.email_tests.sending import EmailTestStarted, cancel_test_email, send_test_email
from service.operate.startup import open_closed_trail, open_runtime
from service.process.caller import COMMAND_LINE
from service.process.runtime import Runtime
from service.process.storage import Storage
from service.trail.key_change import KeyRotated, NoNewKey, rotate_signing_key
from service.trail.reading import audit_checkpoint
from service.trail.reopen import reopen_trail
from service.values.patch import SettingsPatch
from service.verify.trail import NotAKey, TrailVerification, VerificationRequest, verify_trail
from tests.support.recorder import recording
from tests.support.trail.events import write
from tests.support.trail.forging import Forged
from tests.support.trail.living import live, save, verified
from tests.support.trail.opened import NAME
from tests.support.trail.tampering import tamper

pytestmark = pytest.mark.anyio


async def test_what_the_service_writes_is_intact(runtime: Runtime) -> None:
    """Tokens, settings, secrets and refused changes match the trail."""
    await live(runtime)

    assert [] == await verified(runtime)


@pytest.mark.parametrize("kept", ["{note}", "\ufeff{note}", "{note}\n\n"])
async def test_a_kept_checkpoint_that_an_editor_saved(runtime: Runtime, kept: str) -> None:
    """A checkpoint with Windows line ends or a byte order mark is still accepted."""
    await write(runtime.database, 3)
    early = await audit_checkpoint(runtime)
    assert isinstance(early, SignedCheckpoint)
    note = kept.replace("{note}", early.note)

    assert [] == await verified(runtime, note, note.replace("\n", "\r\n"))


async def test_a_test_under_way_is_intact(runtime: Runtime) -> None:
    """A trail is intact while a test is running, and after it was canceled."""
    await live(runtime)
    async with recording(None) as silent:
        slow = SettingsPatch(smtp_host="127.0.0.1", smtp_port=silent.port)
        begun = await send_test_email(
            runtime,
            COMMAND_LINE,
            EmailTestRequest(patch=slow, depth=EmailTestDepth.CONNECT, wait=False),
        )
        found = await verified(runtime)
        assert isinstance(begun, EmailTestStarted)
        await cancel_test_email(runtime, COMMAND_LINE, begun.test_email.id)

    assert EmailTestOutcome.RUNNING is begun.test_email.report.outcome
    assert [] == found
    assert [] == await verified(runtime)


async def test_an_empty_trail_is_intact(runtime: Runtime) -> None:
    """A trail without events is intact."""
    assert [] == await verified(runtime)


async def test_a_trail_with_a_second_key_is_intact(storage: Storage) -> None:
    """Each checkpoint is checked with the key that signed at its size."""
    async with open_runtime(storage) as runtime:
        await live(runtime)
        early = await audit_checkpoint(runtime)
    newer = replace(storage, signing_keys=("A" * 43 + "=", *storage.signing_keys))
    async with open_runtime(newer) as runtime:
        await rotate_signing_key(runtime, COMMAND_LINE)
        await write(runtime.database, 2)
        late = await audit_checkpoint(runtime)

        assert isinstance(early, SignedCheckpoint)
        assert isinstance(late, SignedCheckpoint)
        assert [] == await verified(runtime, early.note)
        assert [] == await verified(runtime, keys=(late.verifier_key,))
        assert [] == await verified(runtime, early.note, keys=(early.verifier_key,))


async def test_two_commands_change_the_key_once(storage: Storage) -> None:
    """Of two commands at the same time, one changes the key and the other one is refused."""
    async with open_runtime(storage) as runtime:
        await write(runtime.database, 1)
    newer = replace(storage, signing_keys=("A" * 43 + "=", *storage.signing_keys))
    async with open_runtime(newer) as runtime:
        both = await asyncio.gather(
            rotate_signing_key(runtime, COMMAND_LINE), rotate_signing_key(runtime, COMMAND_LINE)
        )

        assert {KeyRotated, NoNewKey} == {type(each) for each in both}
        assert [] == await verified(runtime)


async def test_a_reopened_trail_is_intact(runtime: Runtime) -> None:
    """A reopened trail vouches for the settings that existed, and for later changes."""
    await live(runtime)
    await reopen_trail(runtime, COMMAND_LINE, "a try", NAME)
    await save(runtime, 3, SettingsPatch(smtp_port=2525))

    assert [] == await verified(runtime)


async def test_long_texts_are_known_by_their_hash(storage: Storage) -> None:
    """An event cuts a text that is too long for it, but a changed text is still found."""
    certificates = await _certificates(12)
    async with open_runtime(storage) as runtime:
        await save(runtime, 0, SettingsPatch(smtp_host="mail.example.com"))
        await save(runtime, 1, SettingsPatch(trusted_certificates=certificates))
        await save(runtime, 2, SettingsPatch(trusted_certificates=certificates[:1]))
        await save(runtime, 3, SettingsPatch(trusted_certificates=certificates))

        assert [] == await verified(runtime)
        stored = json.dumps(certificates)
        assert len(stored) > 8_000
    place = stored.rindex("\\n", 0, -60) - 9
    other = stored[:place] + ("A" if stored[place] != "A" else "B") + stored[place + 1 :]
    await tamper(
        storage.database_url or "",
        f"UPDATE email_settings_revision SET trusted_certificates = '{other}' WHERE revision = 2",
    )
    async with open_closed_trail(storage) as runtime:
        found = await verified(runtime)

    assert ["REVISION_DIFFERS"] == [each.partition(":")[0] for each in found]


@pytest.mark.parametrize("kept", [2, 100])
async def test_a_text_that_looks_cut_matches_only_itself(storage: Storage, kept: int) -> None:
    """A saved text that looks cut cannot be replaced by the text whose hash it contains."""
    whole = "relay.evil.example" + "x" * 100
    chosen = f"{whole[:kept]}… [cut, {len(whole)} characters, SHA-256 {digest_of(whole)}]"
    async with open_runtime(storage) as runtime:
        await save(runtime, 0, SettingsPatch(smtp_username=chosen))
        await save(runtime, 1, SettingsPatch(smtp_port=2525))
        sound = await verified(runtime)
    url = storage.database_url or ""
    await tamper(url, f"UPDATE email_settings_revision SET smtp_username = '{whole}'")
    async with open_closed_trail(storage) as runtime:
        found = await verified(runtime)

    assert [] == sound
    assert ["REVISION_DIFFERS", "SETTINGS_DIFFER"] == [each.partition(":")[0] for each in found]


async def _certificates(count: int) -> tuple[str, ...]:
    authority = trustme.CA()
    made = [authority.issue_cert(f"mail{number}.example.com") for number in range(count)]
    return tuple(each.cert_chain_pems[0].bytes().decode() for each in made)


async def test_a_trail_longer_than_a_step_is_intact(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A trail that is verified in several steps is intact."""
    monkeypatch.setattr("audit.verify.steps.STEP", 4)
    await live(runtime)
    await write(runtime.database, 13)
    steps: list[tuple[int, int]] = []
    result = await verify_trail(
        runtime, VerificationRequest(on_step=lambda done, total: steps.append((done, total)))
    )

    assert isinstance(result, TrailVerification)
    assert () == result.findings
    assert (steps[-1][1], result.events_checked) == steps[-1]
    assert len(steps) > 3


async def test_a_quick_verification_finds_an_intact_trail_intact(runtime: Runtime) -> None:
    """A quick verification, of hashes, tree and newest checkpoint only, finds nothing."""
    await live(runtime)
    result = await verify_trail(runtime, VerificationRequest(quick=True))

    assert isinstance(result, TrailVerification)
    assert result.intact


async def test_a_quick_verification_trusts_no_key_without_an_event(storage: Storage) -> None:
    """A key that no event names is found, even if the trail's key signed its first checkpoint."""
    async with open_runtime(storage) as runtime:
        await write(runtime.database, 3)
        known = await audit_checkpoint(runtime)
        assert isinstance(known, SignedCheckpoint)
        async with runtime.database.reading() as session:
            bodies = await events.bodies(session, 0, 10)
    forged = Forged(known.checkpoint.origin, bodies, known.note)
    thief = Signer.from_seed(forged.origin, b"the attacker's own key, 32 bytes")
    forged.go_on_with(thief, forged.documents()[-1])
    await tamper(storage.database_url or "", *forged.statements)
    (storage.data_directory / "signer.memory").unlink()
    async with open_closed_trail(storage) as runtime:
        asked = VerificationRequest(keys=(known.verifier_key,), quick=True)
        found = await verify_trail(runtime, asked)

    assert isinstance(found, TrailVerification)
    assert "SIGNATURE_INVALID" in [each.code for each in found.findings]


async def test_a_malformed_key_is_refused(runtime: Runtime) -> None:
    """A text that is not a verifier key is refused, instead of reported as not having signed."""
    assert isinstance(await verify_trail(runtime, VerificationRequest(keys=("x",))), NotAKey)


async def test_a_strangers_key_is_not_the_trails(runtime: Runtime) -> None:
    """A verification with another trail's key finds that this key did not sign the checkpoint."""
    await live(runtime)
    signed = await audit_checkpoint(runtime)
    assert isinstance(signed, SignedCheckpoint)
    stranger = str(Signer.from_seed(signed.checkpoint.origin, bytes(32)).verifier)
    found = await verified(runtime, keys=(stranger,))

    assert 1 == len(found)
    assert found[0].startswith("SIGNATURE_INVALID: the newest checkpoint: it is signed by")


async def test_a_checkpoint_from_before_the_known_key(storage: Storage) -> None:
    """A checkpoint older than the known key is unproven; a forged one is a finding."""
    async with open_runtime(storage) as runtime:
        await write(runtime.database, 3)
        early = await audit_checkpoint(runtime)
    assert isinstance(early, SignedCheckpoint)
    origin = early.checkpoint.origin
    thief = Signer.from_seed(origin, b"the attacker's own key, 32 bytes")
    notes = (
        early.note,
        sign_checkpoint(early.checkpoint, thief),
        sign_checkpoint(Checkpoint(origin, 3, bytes(32)), thief),
    )
    newer = replace(storage, signing_keys=("A" * 43 + "=", *storage.signing_keys))
    async with open_runtime(newer) as runtime:
        changed = await rotate_signing_key(runtime, COMMAND_LINE)
        assert isinstance(changed, KeyRotated)
        results = []
        for note in notes:
            asked = VerificationRequest(((note, "your checkpoint"),), (changed.after,))
            found = await verify_trail(runtime, asked)
            assert isinstance(found, TrailVerification)
            results.append(([each.code for each in found.findings], len(found.unproven)))
        both = await verified(runtime, early.note, keys=(changed.before, changed.after))

    invalid = "SIGNATURE_INVALID"
    assert [([], 1), ([invalid], 0), ([invalid, "CHECKPOINT_MISMATCH"], 0)] == results
    assert [] == both
