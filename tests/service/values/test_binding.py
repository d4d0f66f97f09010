"""A stored secret is sent only to the destination that it was entered for."""

import base64
import json
from itertools import combinations
from typing import Final

import pytest

from service.values.binding import BOUND_FIELDS
from service.verify.trail import TrailVerification, VerificationRequest, verify_trail
from tests.support.certificates import certificate
from tests.support.desk import THOROUGH, Desk, Json
from tests.support.recorder import HOSTS, Recorder, recording

pytestmark = pytest.mark.anyio

PASSWORD: Final = 'correct horse \\ "battery" 🔋'
SIGNED_IN: Final = base64.b64encode(f"\0postledger\0{PASSWORD}".encode())

_CHANGES: Final[dict[str, tuple[str, object]]] = {
    "smtpHost": ("smtpHost", HOSTS[1]),
    "smtpPort": ("smtpPort", None),
    "enableSecureConnection": ("enableSecureConnection", True),
    "tlsMode": ("tlsMode", "IMPLICIT"),
    "trustedCertificates": ("trustedCertificates", [certificate()]),
    "smtpUsername": ("smtpUsername", "eve"),
    "smtpDomain": ("smtpDomain", "EVIL"),
    "authMechanism": ("authMechanism", "LOGIN"),
    "oauth2.tokenUrl": ("tokenUrl", "https://login.example.net/token"),
    "oauth2.clientId": ("clientId", "eve"),
}
_PAIRS: Final = [*[(one,) for one in _CHANGES], *combinations(_CHANGES, 2)]


def _settings(port: int) -> Json:
    return {
        "smtpHost": HOSTS[0],
        "smtpPort": port,
        "smtpDomain": None,
        "enableSecureConnection": False,
        "tlsMode": "AUTO",
        "trustedCertificates": [],
        "smtpUsername": "postledger",
        "authMechanism": "PLAIN",
        "oauth2": {"tokenUrl": "https://login.example.com/token", "clientId": "postledger"},
    }


def _changed(base: Json, fields: tuple[str, ...], port: int) -> Json:
    """Returns only what differs, as a client would send it; OAuth2 is always sent whole."""
    changed: Json = {}
    for field in fields:
        name, value = _CHANGES[field]
        if field.startswith("oauth2."):
            changed["oauth2"] = {**(changed.get("oauth2") or base["oauth2"]), name: value}
        else:
            changed[name] = port if value is None else value
    return changed


_SAVE: Final = """mutation ($input: UpdateEmailSettingsInput!) {
  result: updateEmailSettings(input: $input)
  { __typename ... on SecretReentryRequiredError { secrets changedFields } } }"""
_TEST: Final = """mutation ($input: SendTestEmailInput!) { result: sendTestEmail(input: $input)
  { __typename ... on SecretReentryRequiredError { secrets changedFields } } }"""
_RESTORE: Final = """mutation ($input: RestoreEmailSettingsInput!) {
  result: restoreEmailSettings(input: $input)
  { __typename ... on SecretReentryRequiredError { secrets changedFields } } }"""


async def _ask(desk: Desk, document: str, given: Json) -> Json:
    result: Json = (await desk.ask(document, {"input": given})).data["result"]
    return result


async def _save(desk: Desk, settings: Json, revision: int) -> None:
    """Saves settings together with both secrets."""
    given = {
        **settings,
        "smtpPassword": {"set": PASSWORD},
        "oauth2": {**settings["oauth2"], "clientSecret": {"set": PASSWORD}},
    }
    result = await _ask(desk, _SAVE, {"settings": given, "expectedRevision": revision})
    assert {"__typename": "UpdateEmailSettingsSuccess"} == result


def test_the_bound_fields_are_the_documented_ones() -> None:
    """A secret is bound to every field that decides where or how it is sent."""
    assert {field.name for field in BOUND_FIELDS} == set(_CHANGES)


async def test_every_change_of_destination_needs_the_secrets_again(desk: Desk) -> None:
    """Saving, testing and restoring are refused for each bound field, alone and in pairs.

    No connection is opened, and each refusal is in the trail with the names of the fields. With
    the secrets entered again, each of the same changes is saved.
    """
    # The same code decides on both databases, so PostgreSQL gets fewer cases.
    pairs = _PAIRS if desk.runtime.database.kind == "sqlite" or THOROUGH else _PAIRS[:20]
    async with recording() as recorder, recording() as other:
        base = _settings(recorder.port)
        for number, fields in enumerate(pairs):
            await _save(desk, {**base, **_changed(base, fields, other.port)}, number)
        current = len(pairs) + 1
        await _save(desk, base, current - 1)
        for number, fields in enumerate(pairs, start=1):
            names = [name for name in _ORDER if name in fields]
            expected = {
                "__typename": "SecretReentryRequiredError",
                "secrets": [["smtpPassword"], ["oauth2", "clientSecret"]],
                "changedFields": [name.split(".") for name in names],
            }
            changed = _changed(base, fields, other.port)
            saved = await _ask(desk, _SAVE, {"settings": changed, "expectedRevision": current})
            tested = await _ask(desk, _TEST, {"settings": changed, "depth": "AUTHENTICATE"})
            restored = await _ask(
                desk, _RESTORE, {"revision": number, "expectedRevision": current, "reason": "Try."}
            )

            assert [expected] * 3 == [saved, tested, restored]
            recorded = await _last_events(desk, 3)
            assert [("DENIED", "SECRET_REENTRY_REQUIRED", names)] * 3 == recorded

        assert 0 == recorder.connections == other.connections
        assert current == await desk.revision()
        await _sends_the_password(desk, recorder)


_ORDER: Final = (
    "smtpHost",
    "smtpDomain",
    "smtpPort",
    "smtpUsername",
    "enableSecureConnection",
    "tlsMode",
    "trustedCertificates",
    "authMechanism",
    "oauth2.tokenUrl",
    "oauth2.clientId",
)


async def _last_events(desk: Desk, count: int) -> list[tuple[str, str, list[str]]]:
    rows = await desk.sql(
        "SELECT body FROM audit_event ORDER BY seq DESC LIMIT :count", count=count
    )
    bodies = [json.loads(str(body)) for (body,) in rows]
    return [
        (body["outcome"], body["error_code"], body["detail"]["fields"].split(", "))
        for body in bodies
    ]


async def _sends_the_password(desk: Desk, recorder: Recorder) -> None:
    """Checks the counterpart: with unchanged settings, the password is sent."""
    await desk.test(depth="AUTHENTICATE")

    assert SIGNED_IN in recorder.heard


async def test_a_test_of_unsaved_changes_uses_their_password(desk: Desk) -> None:
    """A test of unsaved changes uses the password that they include, and does not store it."""
    async with recording() as recorder, recording() as other:
        await desk.save({**_settings(recorder.port), "smtpPassword": {"set": "the stored one"}})
        unsaved = {"smtpPort": other.port, "smtpPassword": {"set": PASSWORD}}
        result = await desk.test(settings=unsaved, depth="AUTHENTICATE")

        assert "REACHED" == result["testEmail"]["outcome"]
        assert SIGNED_IN in other.heard
        assert 0 == recorder.connections
        await desk.test(depth="AUTHENTICATE")
        assert SIGNED_IN not in recorder.heard


async def test_clearing_the_secret_allows_a_new_destination(desk: Desk) -> None:
    """With the secret cleared, a new destination is saved and no password is sent to it."""
    async with recording() as recorder, recording() as other:
        await desk.save({**_settings(recorder.port), "smtpPassword": {"set": PASSWORD}})
        state = await desk.save({"smtpPort": other.port, "smtpPassword": {"clear": True}})

        assert "UNSET" == state["smtpPassword"]["state"]
        back = await desk.restore(1)
        assert "UpdateEmailSettingsSuccess" == back["__typename"]
        assert "UNSET" == back["emailSettings"]["smtpPassword"]["state"]
        await desk.test(depth="AUTHENTICATE")
        assert b"AUTH" not in recorder.heard


async def test_a_restore_takes_the_secrets_again(desk: Desk) -> None:
    """A refused restore succeeds once each secret that the refusal names is entered or cleared."""
    async with recording() as recorder, recording() as other:
        await _save(desk, _settings(recorder.port), 0)
        await _save(desk, _settings(other.port), 1)
        events = len(await desk.events())
        refused = await desk.restore(1)
        half = await desk.restore(1, smtpPassword={"set": PASSWORD})
        wrong = await desk.restore(1, oauth2ClientSecret={"set": "a\0b"})
        restored = await desk.restore(
            1, smtpPassword={"set": PASSWORD}, oauth2ClientSecret={"clear": True}
        )

        assert [["smtpPassword"], ["oauth2", "clientSecret"]] == refused["secrets"]
        assert [["oauth2", "clientSecret"]] == half["secrets"]
        assert [["oauth2", "clientSecret"]] == [each["field"] for each in wrong["problems"]]
        state = restored["emailSettings"]
        assert (3, recorder.port) == (state["revision"], state["smtpPort"])
        assert ("SET", "UNSET") == (
            state["smtpPassword"]["state"],
            state["oauth2"]["clientSecret"]["state"],
        )
        assert ["smtpPort", "clientSecret"] == [each["field"][-1] for each in restored["changes"]]
        assert ["EMAIL_SETTINGS_CHANGE_REFUSED"] * 3 + ["EMAIL_SETTINGS_RESTORED"] == [
            each["action"] for each in (await desk.events())[events:]
        ]
        assert "correct horse" not in "".join(each["body"] for each in await desk.events())
        assert 3 == await desk.whole()
        verified = await verify_trail(desk.runtime, VerificationRequest())
        assert isinstance(verified, TrailVerification)
        assert verified.intact
        await desk.test(depth="AUTHENTICATE")
        assert SIGNED_IN in recorder.heard
        assert SIGNED_IN not in other.heard


async def test_each_secret_has_to_be_entered_again(desk: Desk) -> None:
    """Each stored secret has to be entered again, and the error names the missing one only."""
    async with recording() as recorder:
        base = _settings(recorder.port)
        await _save(desk, base, 0)
        result = await desk.update({"smtpHost": HOSTS[1], "smtpPassword": {"set": PASSWORD}})

        assert "SecretReentryRequiredError" == result["__typename"]
        assert [["oauth2", "clientSecret"]] == result["secrets"]
        assert "OAuth2 Client Secret" in result["message"]
        assert "smtpPassword" not in result["message"]


_EDITS: Final = {
    "smtp_host": "'127.0.0.2'",
    "smtp_port": "smtp_port + 1",
    "enable_secure_connection": "TRUE",
    "tls_mode": "'IMPLICIT'",
    "trusted_certificates": ":certificates",
    "smtp_username": "'eve'",
    "smtp_domain": "'EVIL'",
    "auth_mechanism": "'LOGIN'",
    "oauth2_token_url": "'https://login.example.net/token'",
    "oauth2_client_id": "'eve'",
    "smtp_password_version": "smtp_password_version + 1",
}


async def test_a_row_edited_in_the_database_makes_the_secret_unreadable(desk: Desk) -> None:
    """An attacker who edits the row in SQL cannot have the password sent: it does not decrypt.

    The password is not lost: once the row is restored, it can be used again.
    """
    async with recording() as recorder:
        await _save(desk, _settings(recorder.port), 0)
        await _drop_guards(desk)
        for column, value in _EDITS.items():
            before = (await desk.sql(f"SELECT {column} FROM email_settings_revision"))[0][0]
            certificates = {"certificates": json.dumps([certificate()])}
            await _edit(desk, column, value, certificates if value.startswith(":") else {})

            assert "UNREADABLE" == await _password_state(desk), column
            for unsaved in (None, {"timeoutSeconds": 5}):
                result = await desk.test(settings=unsaved, depth="AUTHENTICATE")
                assert "InvalidSettingsError" == result["__typename"], column
                assert "PASSWORD_UNREADABLE" in {each["code"] for each in result["problems"]}
            await _edit(desk, column, ":before", {"before": before})
            assert "SET" == await _password_state(desk), column

        assert 0 == recorder.connections
        await _sends_the_password(desk, recorder)


async def _edit(desk: Desk, column: str, value: str, values: Json) -> None:
    await desk.sql(f"UPDATE email_settings_revision SET {column} = {value}", **values)


async def _password_state(desk: Desk) -> str:
    state = await desk.settings()
    assert state is not None
    codes = {problem["code"] for problem in state["problems"]}
    found: str = state["smtpPassword"]["state"]
    assert (found == "UNREADABLE") == ("PASSWORD_UNREADABLE" in codes)
    return found


_ATTACKS: Final = (
    "DELETE FROM stored_secret WHERE name = 'smtpPassword'",
    "UPDATE stored_secret SET version = version + 1",
    "UPDATE stored_secret SET key_id = '0123456789abcdef'",
    (
        "UPDATE stored_secret SET (nonce, ciphertext) = (SELECT nonce, ciphertext "
        "FROM stored_secret WHERE name = 'oauth2.clientSecret') WHERE name = 'smtpPassword'"
    ),
)


async def test_a_sealed_secret_edited_in_the_database_is_unreadable(desk: Desk) -> None:
    """A sealed secret that was moved, removed or relabeled is unreadable until it is replaced."""
    async with recording() as recorder:
        await _save(desk, _settings(recorder.port), 0)
        for statement in _ATTACKS:
            await desk.sql(statement)

            assert "UNREADABLE" == await _password_state(desk), statement
            await _save(desk, _settings(recorder.port), await desk.revision())
            assert "SET" == await _password_state(desk), statement

        await _sends_the_password(desk, recorder)


async def _drop_guards(desk: Desk) -> None:
    if desk.runtime.database.kind == "sqlite":
        await desk.sql("DROP TRIGGER email_settings_revision_no_update")
    else:
        await desk.sql("ALTER TABLE email_settings_revision DISABLE TRIGGER ALL")
