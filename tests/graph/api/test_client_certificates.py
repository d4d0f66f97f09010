"""The client certificate and its key over GraphQL: they are saved together, or not at all."""

from collections.abc import Sequence
from typing import Final

import pytest
from cryptography.hazmat.primitives.serialization import PrivateFormat

from db.keyring import EncryptionKey, Keyring
from mail.secret import Secret
from service.email_tests.request import EmailTestPlan, EmailTestRequest, plan
from service.process.caller import COMMAND_LINE
from service.process.email_test_limits import EmailTestLimits
from service.process.storage import Storage
from service.settings.draft import Draft, draft
from service.settings.rotation import Rotated, rotate_keys
from service.settings.state import load_current
from service.values.patch import SettingsPatch
from service.values.secret_names import SecretName
from service.verify.trail import TrailVerification, verify_trail
from tests.support.client_certificates import Wish, chain, key, key_pem, made
from tests.support.desk import Desk, Json, open_desk

pytestmark = pytest.mark.anyio

KEY: Final = key_pem(key())
BOTH: Final = {"clientCertificate": "".join(chain()), "clientKey": {"set": KEY}}
OTHER: Final = {"clientCertificate": made("other"), "clientKey": {"set": key_pem(key("other"))}}
SQL: Final = "SELECT ciphertext FROM stored_secret WHERE name = 'clientKey'"


def _codes(problems: Sequence[Json]) -> list[tuple[str, str]]:
    return [(each["code"], ".".join(each["field"])) for each in problems]


async def _stored_key(desk: Desk) -> str | None:
    runtime = desk.runtime
    async with runtime.database.reading() as session:
        current = await load_current(session, runtime.scope, runtime.keys)
        found = current.secrets.open(SecretName.CLIENT_KEY, current.values)
        return None if found is None else found.reveal()


async def _planned(desk: Desk, patch: SettingsPatch) -> EmailTestPlan:
    """Returns the plan of a test with unsaved changes."""
    runtime = desk.runtime
    async with runtime.database.reading() as session:
        current = await load_current(session, runtime.scope, runtime.keys)
        drafted = await draft(current, patch, runtime.keys)
        assert isinstance(drafted, Draft)
        request = EmailTestRequest("ada@example.com", patch)
        planned = plan(request, current, drafted, EmailTestLimits())
    assert isinstance(planned, EmailTestPlan)
    return planned


async def test_the_certificate_is_shown_and_the_key_is_not(desk: Desk) -> None:
    """Clients read the whole chain, and of the key only that it is set, its version and time."""
    state = await desk.save({**BOTH, "revocationCheck": "SOFT"})

    assert list(chain()) == [each["pem"] for each in state["clientCertificate"]]
    assert "CN=postledger" == state["clientCertificate"][0]["subject"]
    assert ("SET", 1) == (state["clientKey"]["state"], state["clientKey"]["version"])
    assert state["updatedAt"] == state["clientKey"]["updatedAt"]
    assert "SOFT" == state["revocationCheck"]
    ((sealed,),) = await desk.sql(SQL)
    assert isinstance(sealed, bytes | memoryview)
    assert 4_116 == len(bytes(sealed))
    (event,) = await desk.events()
    changes = {each["field"][0]: each for each in event["changes"]}
    assert (None, 1, True) == (
        changes["clientKey"]["before"],
        changes["clientKey"]["after"],
        changes["clientKey"]["redacted"],
    )
    assert KEY == await _stored_key(desk)


async def test_an_equal_key_has_an_equal_version(desk: Desk) -> None:
    """A key that is pasted with other line ends, or in OpenSSH's form, is the same key."""
    await desk.save(BOTH)
    revision = await desk.whole()
    for text in (KEY.replace("\n", "\r\n"), key_pem(key(), PrivateFormat.OpenSSH)):
        await desk.save({"clientKey": {"set": text}})

    assert revision == await desk.whole()
    assert 2 == (await desk.save(OTHER))["clientKey"]["version"]
    assert 1 == (await desk.save(BOTH))["clientKey"]["version"]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({**BOTH, "clientCertificate": OTHER["clientCertificate"]}, id="both"),
        pytest.param({"clientCertificate": OTHER["clientCertificate"]}, id="certificate"),
        pytest.param({"clientKey": OTHER["clientKey"]}, id="key"),
    ],
)
async def test_a_key_of_another_certificate_is_refused(desk: Desk, change: Json) -> None:
    """A mismatch is reported at both fields, and nothing is saved, whichever of them changes."""
    await desk.save(BOTH)
    before = await desk.sql("SELECT version, nonce FROM stored_secret ORDER BY name")
    expected = [
        ("CLIENT_KEY_MISMATCH", "clientCertificate"),
        ("CLIENT_KEY_MISMATCH", "clientKey"),
    ]

    assert expected == _codes(await desk.check(change))
    assert expected == _codes((await desk.update({**change, "timeoutSeconds": 7}))["problems"])
    tested = await desk.test(settings={**change, "smtpHost": "127.0.0.1"}, depth="CONNECT")
    assert expected == _codes(tested["problems"])
    assert 1 == await desk.whole()
    assert before == await desk.sql("SELECT version, nonce FROM stored_secret ORDER BY name")
    (event,) = [each for each in await desk.events() if each["errorCode"] == "INVALID_SETTINGS"][:1]
    for field in ("clientCertificate", "clientKey"):
        assert f"{field}: CLIENT_KEY_MISMATCH" in event["body"]


async def test_a_restore_cannot_separate_a_certificate_from_its_key(desk: Desk) -> None:
    """A restored certificate must fit the key in force, or come with its key, which is not kept."""
    await desk.save(BOTH)
    await desk.save(OTHER)
    await desk.save({"timeoutSeconds": 7})
    refused = await desk.restore(1)
    restored = await desk.restore(2)
    with_key = await desk.restore(1, clientKey=BOTH["clientKey"])

    assert "UpdateEmailSettingsSuccess" == with_key["__typename"]
    assert KEY == await _stored_key(desk)
    assert "InvalidSettingsError" == refused["__typename"]
    assert {"CLIENT_KEY_MISMATCH"} == {code for code, _ in _codes(refused["problems"])}
    assert "UpdateEmailSettingsSuccess" == restored["__typename"]
    await desk.save({"clientKey": {"clear": True}})
    assert "UpdateEmailSettingsSuccess" == (await desk.restore(1))["__typename"]


async def test_a_renewed_certificate_may_keep_its_key(desk: Desk) -> None:
    """A new certificate for the same key is saved without entering the key again."""
    await desk.save(BOTH)
    renewed = made("postledger", "root", Wish(authority=False))
    state = await desk.save({"clientCertificate": renewed})

    assert [renewed] == [each["pem"] for each in state["clientCertificate"]]
    assert ("SET", 1) == (state["clientKey"]["state"], state["clientKey"]["version"])
    assert KEY == await _stored_key(desk)


async def test_the_key_stays_when_the_destination_changes(desk: Desk) -> None:
    """No server receives the key, so it is not bound to a host; a password still is."""
    await desk.save({**BOTH, "smtpHost": "a.example.com", "smtpPassword": {"set": "x"}})
    refused = await desk.update({"smtpHost": "b.example.com"})
    await desk.save({"smtpHost": "b.example.com", "smtpPassword": {"set": "x"}})

    assert "SecretReentryRequiredError" == refused["__typename"]
    assert [["smtpPassword"]] == refused["secrets"]
    assert "Enter SMTP Password again" in refused["message"]
    assert KEY == await _stored_key(desk)


async def test_each_alone_is_a_warning(desk: Desk) -> None:
    """A certificate without a key, and a key without a certificate, can be saved one by one."""
    first = await desk.save({"clientCertificate": BOTH["clientCertificate"]})
    second = await desk.save({"clientKey": BOTH["clientKey"]})
    third = await desk.save({"clientCertificate": ""})

    assert ("CLIENT_CERTIFICATE_WITHOUT_KEY", "clientKey") in _codes(first["problems"])
    assert not [code for code, _ in _codes(second["problems"]) if code.startswith("CLIENT_")]
    assert ("CLIENT_KEY_WITHOUT_CERTIFICATE", "clientCertificate") in _codes(third["problems"])
    assert [] == third["clientCertificate"]
    assert "UNSET" == (await desk.save({"clientKey": {"clear": True}}))["clientKey"]["state"]
    assert [] == await desk.sql(SQL)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("x", "CLIENT_KEY_INVALID", id="no-key"),
        pytest.param(key_pem(key(), passphrase=b"x"), "CLIENT_KEY_ENCRYPTED", id="encrypted"),
        pytest.param("x" * 40_000, "CLIENT_KEY_TOO_LONG", id="long"),
    ],
)
async def test_an_unusable_key_is_refused(desk: Desk, text: str, code: str) -> None:
    """An unusable key has its own code at its own field, and replaces nothing."""
    await desk.save(BOTH)
    result = await desk.update({"clientKey": {"set": text}})

    assert [(code, "clientKey")] == _codes(result["problems"])
    assert KEY == await _stored_key(desk)


async def test_a_test_presents_what_is_saved_or_given(desk: Desk) -> None:
    """A test gets the certificate, the key and the revocation check, saved or unsaved."""
    base = {"smtpHost": "127.0.0.1", "defaultFromAddress": "ada@example.com"}
    await desk.save({**base, **BOTH, "revocationCheck": "HARD"})
    saved = (await _planned(desk, SettingsPatch())).account
    given = (await _planned(desk, _patch_of(OTHER))).account

    assert ("".join(chain()), "HARD") == (saved.client_certificate, saved.revocation)
    assert saved.client_key is not None
    assert KEY == saved.client_key.reveal()
    assert saved.client_key in saved.secrets
    assert made("other") == given.client_certificate
    assert given.client_key is not None
    assert key_pem(key("other")) == given.client_key.reveal()
    assert KEY == await _stored_key(desk)


def _patch_of(change: Json) -> SettingsPatch:
    return SettingsPatch(
        client_certificate=change["clientCertificate"],
        client_key=Secret(change["clientKey"]["set"]),
    )


async def test_a_changed_key_makes_a_passed_test_stale(desk: Desk) -> None:
    """A test proves only the key that it used: the digest of its values covers the key."""
    await desk.save({**BOTH, "smtpHost": "127.0.0.1", "smtpPort": 9})
    await desk.test(depth="CONNECT")
    failed = await desk.settings()
    changed = await desk.save(OTHER)

    assert failed is not None
    assert "FAILED" == failed["verification"]["state"]
    assert "UNTESTED" == changed["verification"]["state"]


async def test_another_encryption_key_seals_it_again(desk: Desk) -> None:
    """After the encryption key was changed, the same client key is still there."""
    await desk.save(BOTH)
    ((before,),) = await desk.sql(SQL)
    rotated = await rotate_keys(desk.runtime, COMMAND_LINE, fresh=True)
    ((after,),) = await desk.sql(SQL)

    assert isinstance(rotated, Rotated)
    assert "clientKey" in rotated.resealed.done
    assert before != after
    assert KEY == await _stored_key(desk)


async def test_a_key_that_cannot_be_decrypted_is_reported(storage: Storage) -> None:
    """If its encryption key is lost, the settings say so, and no test runs until it is replaced.

    A certificate can still be changed then, because there is no key to compare it with.
    """
    async with open_desk(storage) as desk:
        await desk.save({**BOTH, "smtpHost": "127.0.0.1"})
    other = _Keys(Keyring([EncryptionKey(b"o" * 32)]))
    async with open_desk(storage, other) as desk:
        state = await desk.settings()
        assert state is not None
        assert "UNREADABLE" == state["clientKey"]["state"]
        assert ("CLIENT_KEY_UNREADABLE", "clientKey") in _codes(state["problems"])
        tested = await desk.test(depth="CONNECT")
        assert [("CLIENT_KEY_UNREADABLE", "clientKey")] == _codes(tested["problems"])
        await desk.save({"clientCertificate": made("other")})
        state = await desk.save({"clientKey": OTHER["clientKey"]})
        assert "SET" == state["clientKey"]["state"]


class _Keys:
    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def current(self) -> Keyring:
        """Returns the only keyring."""
        return self._keyring


async def test_the_trail_covers_the_new_settings(desk: Desk) -> None:
    """Verification follows the certificate, the versions of the key and the revocation check."""
    await desk.save({**BOTH, "revocationCheck": "HARD"})
    await desk.save(OTHER)
    await desk.save({"clientKey": {"clear": True}, "revocationCheck": None})
    await desk.save(BOTH)
    intact = await verify_trail(desk.runtime)
    await desk.sql("UPDATE stored_secret SET version = 2 WHERE name = 'clientKey'")
    damaged = await verify_trail(desk.runtime)

    assert isinstance(intact, TrailVerification)
    assert intact.intact
    assert isinstance(damaged, TrailVerification)
    assert any("clientKey" in each.message for each in damaged.findings)
