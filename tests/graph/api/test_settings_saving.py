"""Saving settings: what a change keeps, clears, refuses, and records in the trail."""

import asyncio
import json
from typing import Final

import pytest

from tests.support import documents
from tests.support.certificates import certificate
from tests.support.desk import Desk, Json

pytestmark = pytest.mark.anyio

FULL: Final[Json] = {
    "smtpHost": "mail.example.com",
    "smtpDomain": "CORP",
    "smtpPort": 2525,
    "smtpUsername": "postledger",
    "defaultFromAddress": "noreply@example.com",
    "defaultFromDisplayName": "Example, Inc. 😀",
    "enableSecureConnection": False,
    "tlsMode": "STARTTLS",
    "trustedCertificates": [certificate()],
    "authMechanism": "NTLM",
    "oauth2": {
        "tokenUrl": "https://login.example.com/token",
        "clientId": "postledger",
        "scope": "mail",
    },
    "ehloHostname": "platform.example.com",
    "timeoutSeconds": 10,
}
DEFAULTS: Final[Json] = {
    **dict.fromkeys(FULL),
    "smtpPort": 587,
    "enableSecureConnection": True,
    "tlsMode": "AUTO",
    "trustedCertificates": [],
    "authMechanism": "AUTO",
    "timeoutSeconds": 30,
}
TEXTS: Final = [name for name, value in FULL.items() if isinstance(value, str)]


def _shown(state: Json) -> Json:
    """Returns the state's values in the form of an input."""
    shown = {name: state[name] for name in FULL}
    shown["trustedCertificates"] = [each["pem"] for each in state["trustedCertificates"]]
    if state["oauth2"] is not None:
        shown["oauth2"] = {name: state["oauth2"][name] for name in FULL["oauth2"]}
    return shown


async def test_there_are_no_settings_before_the_first_save(desk: Desk) -> None:
    """Before the first save there are no settings, and only revision 0 can be expected."""
    assert None is await desk.settings()
    result = await desk.update({"smtpPort": 25}, expectedRevision=1)

    (problem,) = result["problems"]
    assert ("EXPECTED_REVISION_UNKNOWN", ["expectedRevision"]) == (
        problem["code"],
        problem["field"],
    )
    assert 0 == problem["suggestion"]["value"]


async def test_the_first_save_fills_in_the_defaults(desk: Desk) -> None:
    """Even an empty first save makes revision 1, with port 587 and a secured connection."""
    state = await desk.save({})

    assert DEFAULTS == _shown(state)
    assert 1 == state["revision"]
    assert state == await desk.settings()


async def test_every_field_is_kept_as_given(desk: Desk) -> None:
    """Saved values are read back unchanged, and `fromHeader` shows the header of messages."""
    state = await desk.save(FULL)

    assert FULL == _shown(state)
    assert state["fromHeader"].endswith("<noreply@example.com>")
    assert state["updatedBy"] == {"kind": "ACCESS_TOKEN", "displayName": "The administrator"}


async def test_a_change_of_one_field_leaves_the_others(desk: Desk) -> None:
    """An omitted field stays as it is, and null resets a field to its default."""
    await desk.save(FULL)
    for field, value in FULL.items():
        # NTLM does not need OAuth2, so OAuth2 can be cleared.
        cleared = await desk.save({field: None})
        back = await desk.save({field: value})

        assert {**FULL, field: DEFAULTS[field]} == _shown(cleared)
        assert _shown(back) == FULL


async def test_an_empty_text_clears_like_null(desk: Desk) -> None:
    """An empty or blank text clears any text field."""
    texts = [name for name in TEXTS if name not in {"tlsMode", "authMechanism"}]
    await desk.save(FULL)
    state = await desk.save({name: " " if name == "smtpHost" else "" for name in texts})

    assert dict.fromkeys(texts) == {name: state[name] for name in texts}


async def test_oauth2_is_cleared_whole_and_its_scope_alone(desk: Desk) -> None:
    """The scope can be kept, changed or cleared; null clears OAuth2 and its secret."""
    oauth2 = {"tokenUrl": FULL["oauth2"]["tokenUrl"], "clientId": "postledger"}
    await desk.save({"oauth2": {**oauth2, "scope": "mail", "clientSecret": {"set": "x"}}})
    kept = await desk.save({"oauth2": oauth2, "timeoutSeconds": 5})
    scopeless = await desk.save({"oauth2": {**oauth2, "scope": None}})
    gone = await desk.save({"oauth2": None})
    back = await desk.save({"oauth2": oauth2})

    assert ("mail", "SET") == (kept["oauth2"]["scope"], kept["oauth2"]["clientSecret"]["state"])
    assert None is scopeless["oauth2"]["scope"]
    assert None is gone["oauth2"]
    assert "UNSET" == back["oauth2"]["clientSecret"]["state"]


async def test_a_secret_is_set_cleared_or_left(desk: Desk) -> None:
    """Exactly one of `set` and `clear` changes a secret; an omitted secret stays as it is."""
    cases: list[tuple[Json | None, str, int | None]] = [
        ({"set": "new"}, "SET", 2),
        ({"set": " old "}, "SET", 1),
        ({"set": "old"}, "SET", 3),
        ({"set": ""}, "UNSET", None),
        ({"clear": True}, "UNSET", None),
        ({"clear": False}, "SET", 1),
        (None, "UNSET", None),
    ]
    for given, state, version in cases:
        await desk.save({"smtpPassword": {"set": " old "}})
        saved = (await desk.save({"smtpPassword": given}))["smtpPassword"]

        assert (state, version) == (saved["state"], saved["version"]), given
        kept = (await desk.save({}))["smtpPassword"]
        assert saved == kept, given


async def test_a_malformed_secret_is_refused(desk: Desk) -> None:
    """A malformed secret is the caller's mistake, and the answer does not repeat it."""
    wrong: list[object] = [
        {},
        {"set": "x", "clear": True},
        {"set": None},
        {"clear": None},
        {"set": "x", "clear": None},
        {"set": 7},
        {"set": ["hunter2"]},
        {"set": {"x": "hunter2"}},
        "hunter2",
        {"sett": "hunter2"},
    ]
    for given in wrong:
        change = {"settings": {"smtpPassword": given}, "expectedRevision": 0}
        answer = await desk.ask(documents.UPDATE, {"input": change})

        assert {"BAD_USER_INPUT"} == {*answer.codes}, given
        assert b"hunter2" not in answer.raw, given
    assert 0 == await desk.whole()


async def test_a_save_without_changes_writes_nothing(desk: Desk) -> None:
    """A save without changes makes no revision and no event, and returns the one in force."""
    await desk.save({**FULL, "smtpPassword": {"set": "x"}})
    events = await desk.events()
    result = await desk.update({**FULL, "smtpPassword": {"set": "x"}})

    assert (1, [], None) == (
        result["emailSettings"]["revision"],
        result["changes"],
        result["auditEvent"],
    )
    assert events == await desk.events()


async def test_the_event_records_the_change(desk: Desk) -> None:
    """The event has the actor, the reason, and each field's values in order, but no secret."""
    await desk.save({"smtpHost": "a.example.com", "smtpPassword": {"set": "one"}})
    change = {"smtpHost": "b.example.com", "smtpPort": 25, "smtpPassword": {"set": "two"}}
    result = await desk.update(change, reason="Moving, at last.")
    event = result["auditEvent"]

    expected = [
        (["smtpHost"], "a.example.com", "b.example.com", False),
        (["smtpPort"], 587, 25, False),
        (["smtpPassword"], 1, 2, True),
    ]
    assert expected == [tuple(change.values()) for change in event["changes"]]
    assert result["changes"] == event["changes"]
    assert ("EMAIL_SETTINGS_UPDATED", "SUCCEEDED", "Moving, at last.", 2) == (
        event["action"],
        event["outcome"],
        event["reason"],
        event["revision"],
    )
    assert "The administrator" == event["actor"]["displayName"]
    assert "Save" == json.loads(event["body"])["client"]["operation"]


async def test_all_problems_are_reported_at_once_and_nothing_is_saved(desk: Desk) -> None:
    """All problems are reported in one answer, and the refusal is recorded without values."""
    await desk.save({})
    result = await desk.update(
        {
            "smtpHost": "smtp://evil.example",
            "smtpPort": 0,
            "smtpDomain": "a\\b",
            "smtpUsername": "a\nb",
            "smtpPassword": {"set": "a\r\nb"},
            "defaultFromAddress": "nobody",
            "defaultFromDisplayName": "x" * 256,
            "trustedCertificates": [certificate(), "evil"],
            "authMechanism": "XOAUTH2",
            "ehloHostname": "a b",
            "timeoutSeconds": 301,
        },
        reason="The old one is gone.",
    )

    assert "InvalidSettingsError" == result["__typename"]
    expected = [
        ("HOST_HAS_SCHEME", ["smtpHost"]),
        ("DOMAIN_INVALID", ["smtpDomain"]),
        ("PORT_OUT_OF_RANGE", ["smtpPort"]),
        ("USERNAME_INVALID", ["smtpUsername"]),
        ("FROM_ADDRESS_INVALID", ["defaultFromAddress"]),
        ("DISPLAY_NAME_INVALID", ["defaultFromDisplayName"]),
        ("CERTIFICATE_INVALID", ["trustedCertificates", "1"]),
        ("EHLO_HOSTNAME_INVALID", ["ehloHostname"]),
        ("TIMEOUT_OUT_OF_RANGE", ["timeoutSeconds"]),
        ("PASSWORD_INVALID", ["smtpPassword"]),
        ("OAUTH2_REQUIRED", ["oauth2"]),
    ]
    assert expected == [(each["code"], each["field"]) for each in result["problems"]]
    assert {"ERROR"} == {each["severity"] for each in result["problems"]}
    assert 1 == await desk.whole()
    refused = (await desk.events())[-1]
    assert ("EMAIL_SETTINGS_CHANGE_REFUSED", "DENIED", "INVALID_SETTINGS", 1) == (
        refused["action"],
        refused["outcome"],
        refused["errorCode"],
        refused["revision"],
    )
    assert "evil" not in refused["body"]
    assert "smtpPort: PORT_OUT_OF_RANGE" in json.loads(refused["body"])["detail"]["fields"]
    assert "The old one is gone." == refused["reason"]


async def test_a_conflict_shows_what_has_changed(desk: Desk) -> None:
    """A conflict returns the settings in force and the other changes, and writes nothing."""
    await desk.save({"smtpHost": "a.example.com"})
    await desk.save({"smtpPort": 25})
    await desk.save({"smtpHost": "c.example.com", "smtpPassword": {"set": "x"}})
    events = await desk.events()
    conflicts = {
        1: {"smtpHost": "c.example.com", "smtpPort": 25, "smtpPassword": 1},
        2: {"smtpHost": "c.example.com", "smtpPassword": 1},
        0: {"smtpHost": "c.example.com", "smtpPort": 25, "smtpPassword": 1},
        # These revisions do not exist, so there is nothing to compare with.
        4: {},
        -1: {},
    }
    for expected, theirs in conflicts.items():
        for result in (
            await desk.update({"smtpPort": 26}, expectedRevision=expected),
            await desk.restore(1, expectedRevision=expected),
        ):
            assert "RevisionConflictError" == result["__typename"]
            assert theirs == {each["field"][0]: each["after"] for each in result["theirChanges"]}
            assert await desk.settings() == result["current"]

    assert events == await desk.events()
    assert 3 == await desk.whole()


async def test_of_several_saves_at_once_one_succeeds(desk: Desk) -> None:
    """Of several saves based on the same revision, one succeeds; the others are conflicts."""
    await desk.save({})
    results = await asyncio.gather(
        *[desk.update({"smtpPort": 100 + at}, expectedRevision=1) for at in range(6)]
    )

    names = sorted(result["__typename"] for result in results)
    assert ["RevisionConflictError"] * 5 + ["UpdateEmailSettingsSuccess"] == names
    assert 2 == await desk.whole()


async def test_an_abandoned_save_is_complete_or_absent(desk: Desk) -> None:
    """Whenever the caller disconnects, the revision and its event are both saved or both not."""
    await desk.save({})
    for patience in range(0, 60, 3):
        change = {"settings": {"smtpPort": 100 + patience, "smtpPassword": {"set": str(patience)}}}
        asking = asyncio.create_task(
            desk.ask(
                documents.UPDATE, {"input": {**change, "expectedRevision": await desk.whole()}}
            )
        )
        for _ in range(patience):
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

        await desk.whole()
    assert "SET" == (await desk.save({"smtpPassword": {"set": "x"}}))["smtpPassword"]["state"]


async def test_a_reason_is_a_line_of_text(desk: Desk) -> None:
    """A reason has 1 to 1,000 characters and no control characters, and is saved."""
    for port, reason in enumerate(("x" * 1_000, "пароль сменён 🔑")):
        result = await desk.update({"smtpPort": 25 + port}, reason=reason)
        assert reason == result["auditEvent"]["reason"]
    for reason in ("", " ", "x" * 1_001, "a\nb", "a\0b", "a\u2028b"):
        for result in (
            await desk.update({"smtpPort": 99}, reason=reason),
            await desk.restore(1, reason=reason),
        ):
            assert ["REASON_INVALID"] == [each["code"] for each in result["problems"]]
