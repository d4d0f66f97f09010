"""What test emails show about the settings, and saving only what was tested."""

import base64
from typing import Final

import pytest

from tests.support.desk import Desk, Json
from tests.support.recorder import Recorder, echoing, recording

pytestmark = pytest.mark.anyio

DEPTH: Final = {"depth": "AUTHENTICATE"}


def _settings(recorder: Recorder, password: str = "one") -> Json:
    return {
        "smtpHost": "127.0.0.1",
        "smtpPort": recorder.port,
        "enableSecureConnection": False,
        "smtpUsername": "postledger",
        "smtpPassword": {"set": password},
    }


async def _verified(desk: Desk) -> tuple[str, str | None]:
    state = await desk.settings()
    assert state is not None
    test = state["verification"]["testEmail"]
    return state["verification"]["state"], None if test is None else test["id"]


async def _tested(desk: Desk, **request: object) -> str:
    result = await desk.test(**{**DEPTH, **request})
    test_id: str = result["testEmail"]["id"]
    return test_id


async def test_settings_have_the_state_of_their_last_test(desk: Desk) -> None:
    """Settings are UNTESTED, then PASSED or FAILED by the last test of exactly these values."""
    async with recording() as recorder:
        await desk.save(_settings(recorder))
        assert ("UNTESTED", None) == await _verified(desk)

        passed = await _tested(desk)
        assert ("PASSED", passed) == await _verified(desk)

        recorder.reply = echoing
        failed = await _tested(desk)
        assert ("FAILED", failed) == await _verified(desk)


async def test_a_test_of_other_values_is_stale(desk: Desk) -> None:
    """Any change makes the state STALE, and the old values make it PASSED again."""
    async with recording() as recorder:
        await desk.save(_settings(recorder))
        passed = await _tested(desk)
        for change, back in (
            ({"timeoutSeconds": 5}, {"timeoutSeconds": 30}),
            ({"smtpPassword": {"set": "two"}}, {"smtpPassword": {"set": "one"}}),
            ({"defaultFromDisplayName": "x"}, {"defaultFromDisplayName": None}),
        ):
            await desk.save(change)
            assert ("STALE", passed) == await _verified(desk)
            await desk.save(back)
            assert ("PASSED", passed) == await _verified(desk)


async def test_only_connecting_can_fail_but_not_pass(desk: Desk) -> None:
    """A test of depth CONNECT makes settings FAILED if it fails, but never PASSED."""
    async with recording() as recorder:
        await desk.save(_settings(recorder))
        await _tested(desk, depth="CONNECT")
        assert ("UNTESTED", None) == await _verified(desk)

    failed = await _tested(desk, depth="CONNECT")
    assert ("FAILED", failed) == await _verified(desk)


async def test_a_test_of_unsaved_changes_proves_them_once_saved(desk: Desk) -> None:
    """Unsaved changes that passed a test are PASSED once they are saved."""
    async with recording() as recorder:
        await desk.save({})
        passed = await _tested(desk, settings=_settings(recorder))
        assert ("STALE", passed) == await _verified(desk)
        result = await desk.update(_settings(recorder), verifiedByTestEmail=passed)

        assert "UpdateEmailSettingsSuccess" == result["__typename"]
        assert ("PASSED", passed) == await _verified(desk)


async def test_only_what_was_tested_is_saved(desk: Desk) -> None:
    """Other values, another password, or an unknown or shallow test are refused and recorded."""
    async with recording() as recorder:
        await desk.save({})
        good = _settings(recorder)
        passed = await _tested(desk, settings=good)
        shallow = await _tested(desk, settings=good, depth="CONNECT")
        recorder.reply = echoing
        wrong = {**good, "smtpPassword": {"set": "wrong"}}
        failed = await _tested(desk, settings=wrong)
        unknown = base64.urlsafe_b64encode(b"TestEmail:none").decode()
        nul = base64.urlsafe_b64encode(b"TestEmail:\0").decode()
        for settings, test_id, shown in (
            ({**good, "timeoutSeconds": 5}, passed, passed),
            ({**good, "smtpPassword": {"set": "two"}}, passed, passed),
            ({**good, "smtpPassword": {"clear": True}}, passed, passed),
            ({**good, "defaultFromAddress": "a@example.com"}, passed, passed),
            (good, shallow, shallow),
            (wrong, failed, failed),
            (good, unknown, None),
            (good, nul, None),
            (good, "", None),
            (good, "x", None),
            (good, "RW1haWxTZXR0aW5nczox", None),
        ):
            result = await desk.update(settings, verifiedByTestEmail=test_id)
            event = (await desk.events())[-1]

            assert "NotVerifiedError" == result["__typename"], settings
            assert shown == (result["testEmail"] and result["testEmail"]["id"])
            assert ("DENIED", "NOT_VERIFIED") == (event["outcome"], event["errorCode"])
        assert 1 == await desk.whole()
        assert 1 == (await desk.settings() or {})["revision"]


async def test_the_problems_of_a_test_are_reported_before_it_runs(desk: Desk) -> None:
    """What a test lacks is reported field by field, and nothing is connected to."""
    for request, expected in (
        ({}, ["HOST_REQUIRED", "FROM_ADDRESS_REQUIRED", "RECIPIENT_REQUIRED"]),
        ({"depth": "CONNECT"}, ["HOST_REQUIRED"]),
        (
            {"recipient": "a b", "settings": {"smtpHost": "127.0.0.1"}},
            ["FROM_ADDRESS_REQUIRED", "RECIPIENT_INVALID"],
        ),
        (
            {"recipient": "=?utf-8?q?=0D=0ABcc=3A_x=40y?=@example.com", "depth": "ENVELOPE"},
            ["HOST_REQUIRED", "FROM_ADDRESS_REQUIRED", "RECIPIENT_INVALID"],
        ),
        ({"settings": {"smtpPort": 0}, "depth": "CONNECT"}, ["PORT_OUT_OF_RANGE"]),
    ):
        result = await desk.test(**request)

        assert expected == [each["code"] for each in result["problems"]]
        event = (await desk.events())[-1]
        assert ("TEST_EMAIL_REQUESTED", "DENIED") == (event["action"], event["outcome"])


async def test_a_message_carries_the_from_header_that_was_shown(desk: Desk) -> None:
    """The server receives the From header that `fromHeader` shows, and no other recipients."""
    async with recording() as recorder:
        state = await desk.save(
            {
                **_settings(recorder),
                "defaultFromAddress": "noreply@example.com",
                "defaultFromDisplayName": 'Ada "the Countess" Lovelace, Ltd.',
            }
        )
        result = await desk.test(recipient="charles@example.org")

        assert "ACCEPTED" == result["testEmail"]["outcome"]
        heard = recorder.heard.decode()
        assert f"From: {state['fromHeader']}\r\n" in heard
        assert "RCPT TO:<charles@example.org>\r\n" in heard
        assert "Bcc" not in heard
