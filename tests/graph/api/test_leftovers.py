"""Warnings about what was pasted into usernames and secrets, over GraphQL."""

import base64
from typing import Final

import pytest

from tests.support.desk import Desk, Json
from tests.support.recorder import recording

pytestmark = pytest.mark.anyio

OAUTH2: Final = {"tokenUrl": "https://login.example.com/token", "clientId": "id"}
CODES: Final = {
    "BLANKS_AROUND_VALUE",
    "INVISIBLE_CHARACTERS",
    "QUOTES_AROUND_VALUE",
    "VALUE_IS_MASKED",
    "APP_PASSWORD_FORMAT",
}


def _found(problems: list[Json]) -> list[tuple[str, str]]:
    return [(each["code"], ".".join(each["field"])) for each in problems if each["code"] in CODES]


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Tr0ub4dor ", "BLANKS_AROUND_VALUE"),
        ("\u00a0Tr0ub4dor", "BLANKS_AROUND_VALUE"),
        ("Tr0ub\u200b4dor", "INVISIBLE_CHARACTERS"),
        ("“Tr0ub4dor”", "QUOTES_AROUND_VALUE"),
        ("********", "VALUE_IS_MASKED"),
    ],
)
async def test_a_suspicious_secret_is_reported_and_kept(
    desk: Desk, password: str, code: str
) -> None:
    """A check and the save warn of the same; the secret is sent as entered, and never shown."""
    async with recording() as recorder:
        settings = {
            "smtpHost": "127.0.0.1",
            "smtpPort": recorder.port,
            "enableSecureConnection": False,
            "smtpUsername": "ada",
            "smtpPassword": {"set": password},
            "oauth2": {**OAUTH2, "clientSecret": {"set": password}},
            "authMechanism": "PLAIN",
        }
        checked = await desk.check(settings)
        state = await desk.save(settings)
        again = await desk.save(settings)
        result = await desk.test(depth="AUTHENTICATE")
        heard = bytes(recorder.heard)

    expected = [(code, "smtpPassword"), (code, "oauth2.clientSecret")]
    assert expected == _found(checked) == _found(state["problems"]) == _found(again["problems"])
    assert "REACHED" == result["testEmail"]["outcome"]
    sent = base64.b64encode(f"\0ada\0{password}".encode())
    assert b"AUTH PLAIN " + sent + b"\r\n" in heard
    read = await desk.settings()
    assert read is not None
    assert [] == _found(read["problems"])
    secret = password.strip("\u00a0 “”")
    for answer in desk.answers:
        assert secret not in answer.raw.decode()
        assert "Tr0ub" not in answer.raw.decode()


async def test_a_suspicious_username_is_reported_and_kept(desk: Desk) -> None:
    """A username is stored as entered, with a warning that suggests the cleaned one."""
    state = await desk.save(
        {"smtpUsername": " ada\u200b", "oauth2": {**OAUTH2, "clientId": '"id"'}}
    )
    read = await desk.settings()

    assert read is not None
    assert state["problems"] == read["problems"]
    assert (" ada\u200b", '"id"') == (state["smtpUsername"], state["oauth2"]["clientId"])
    assert [
        ("BLANKS_AROUND_VALUE", "smtpUsername"),
        ("INVISIBLE_CHARACTERS", "smtpUsername"),
        ("QUOTES_AROUND_VALUE", "oauth2.clientId"),
    ] == _found(state["problems"])


async def test_a_save_reports_the_form_of_a_google_password(desk: Desk) -> None:
    """A save warns of a password that is no app password, as a check does."""
    gmail = {"smtpHost": "smtp.gmail.com", "smtpUsername": "ada@gmail.com"}
    for password, expected in (
        ("abcd efgh ijkl mnop", [("APP_PASSWORD_FORMAT", "smtpPassword")]),
        ("abcdefghijklmnop", []),
    ):
        settings = {**gmail, "smtpPassword": {"set": password}}

        assert expected == _found(await desk.check(settings))
        assert expected == _found((await desk.save(settings))["problems"])
        assert password.encode() not in desk.answers[-1].raw
