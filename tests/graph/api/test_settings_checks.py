"""Checking without saving, the known providers, and which role may do what with the settings."""

from typing import Final

import pytest

from service.process.caller import Role
from service.process.keys import KeyFile
from service.values.providers import email_providers
from tests.support import documents
from tests.support.desk import Desk, Json
from tests.support.recorder import recording

pytestmark = pytest.mark.anyio


async def test_a_check_reports_what_a_save_would_report(desk: Desk) -> None:
    """A check reports the same problems as a save, without a revision, an event or a connection."""
    async with recording() as recorder:
        changes: list[Json] = [
            {"smtpPort": 0, "smtpHost": "a b", "defaultFromDisplayName": "\n"},
            {"smtpPort": 0, "authMechanism": "XOAUTH2", "trustedCertificates": ["x"]},
        ]
        for change in changes:
            checked = await desk.check(change)
            saved = await desk.update(change)
            assert saved["problems"] == checked
        events = await desk.events()
        good = {
            "smtpHost": "127.0.0.1",
            "smtpPort": recorder.port,
            "smtpUsername": "CORP\\ada",
            "smtpDomain": "CORP",
            "enableSecureConnection": False,
            "smtpPassword": {"set": "x"},
        }
        checked = await desk.check(good)

        assert events == await desk.events()
        assert 0 == await desk.whole()
        assert [] == await desk.sql("SELECT version FROM stored_secret")
        assert [] == await desk.sql("SELECT version FROM secret_fingerprint")
        assert 0 == recorder.connections
        assert (await desk.save(good))["problems"] == checked


async def test_a_check_reports_that_a_secret_must_be_entered_again(desk: Desk) -> None:
    """Each stored secret that would be sent to another destination is reported at its own field."""
    oauth2 = {"tokenUrl": "https://login.example.com/token", "clientId": "x"}
    await desk.save(
        {"smtpPassword": {"set": "x"}, "oauth2": {**oauth2, "clientSecret": {"set": "x"}}}
    )
    problems = await desk.check({"smtpHost": "other.example.com"})

    assert [
        ("SECRET_REENTRY_REQUIRED", ["smtpPassword"]),
        ("SECRET_REENTRY_REQUIRED", ["oauth2", "clientSecret"]),
    ] == [(each["code"], each["field"]) for each in problems]
    assert "SMTP Host would change" in problems[0]["message"]


async def test_a_suggested_value_is_sent_as_it_is(desk: Desk) -> None:
    """A client puts a suggestion's value into its field unread: a number, a boolean or a text."""
    wrong: list[tuple[Json, str, object]] = [
        ({"smtpPort": 0}, "smtpPort", 587),
        ({"timeoutSeconds": 301}, "timeoutSeconds", 30),
        ({"smtpHost": "smtp://mail.example.com"}, "smtpHost", "mail.example.com"),
        ({"smtpHost": "a.example.com", "smtpPort": 465, "tlsMode": "STARTTLS"}, "tlsMode", None),
        ({"enableSecureConnection": False, "smtpHost": "a.example.com"}, "", True),
    ]
    for change, name, value in wrong:
        problems = await desk.check(change)
        given = [each["suggestion"] for each in problems if each["suggestion"]]
        suggested = {each["field"][0]: each["value"] for each in given if each["field"]}

        assert suggested, problems
        if value is not None and name:
            assert value == suggested[name]
        if value is True:
            assert True is suggested["enableSecureConnection"]
        after = await desk.check({**change, **suggested})
        assert {each["code"] for each in problems}.isdisjoint(
            {each["code"] for each in after} - {"FROM_ADDRESS_MISSING", "HOST_MISSING"}
        )


async def test_an_invalid_value_is_explained_to_people(desk: Desk) -> None:
    """The error's message can be shown as it is: it names the fields as the settings page does."""
    one = await desk.update({"smtpPort": 0})
    reason = await desk.update({}, reason="")
    certificate = await desk.update({"trustedCertificates": ["x"]})
    wrong = {"smtpPort": 0, "timeoutSeconds": 0, "smtpHost": "a b", "smtpDomain": "a\\b"}
    many = await desk.update({**wrong, "ehloHostname": "a b"})

    assert "SMTP Port: Enter a port from 1 to 65535, usually 587." == one["message"]
    assert reason["message"].startswith("Reason: Enter a reason")
    assert certificate["message"].startswith("Trusted Certificates: ")
    assert many["message"].startswith("SMTP Host: Enter only a host name")
    assert many["message"].endswith(" 2 more to correct.")


async def test_a_check_reports_a_missing_key(desk: Desk) -> None:
    """A check already reports that a password could not be stored."""
    assert isinstance(desk.runtime.keys, KeyFile)
    desk.runtime.keys.path.unlink()
    problems = await desk.check({"smtpPassword": {"set": "x"}})

    assert [("ENCRYPTION_KEY_UNAVAILABLE", ["smtpPassword"])] == [
        (each["code"], each["field"]) for each in problems
    ]


async def test_a_google_password_is_checked_and_not_repeated(desk: Desk) -> None:
    """A check warns of a password that is no Google app password, and does not repeat it."""
    gmail = {"smtpHost": "smtp.gmail.com", "smtpUsername": "ada@gmail.com"}
    for password, warned in (
        ("abcd efgh ijkl mnop", True),
        ("correct horse", True),
        ("abcdefghijklmno1", True),
        ("abcdefghijklmnop", False),
    ):
        problems = await desk.check({**gmail, "smtpPassword": {"set": password}})

        assert warned == ("APP_PASSWORD_FORMAT" in {each["code"] for each in problems})
        assert password.encode() not in desk.answers[-1].raw
    other = {"smtpHost": "smtp.example.com", "smtpPassword": {"set": "correct horse"}}
    assert "APP_PASSWORD_FORMAT" not in {each["code"] for each in await desk.check(other)}


async def test_the_provider_is_known_by_its_host(desk: Desk) -> None:
    """A provider is found by its host in any spelling, and not by a host that resembles it."""
    for host, provider in (
        ("SMTP.Gmail.com.", "gmail"),
        ("smtp.office365.com", "microsoft-365"),
        ("email-smtp.eu-west-1.amazonaws.com", "amazon-ses"),
        ("smtp.gmail.com.evil.example", None),
        ("evilsmtp.gmail.com", None),
        ("192.0.2.1", None),
        (None, None),
    ):
        state = await desk.save({"smtpHost": host})

        assert provider == (state["provider"] and state["provider"]["id"])


async def test_the_providers_are_listed_and_found_by_address(desk: Desk) -> None:
    """Providers are listed, filtered by an address's domain, and empty for any other address."""
    query = "query ($address: String) { emailProviders(address: $address) { id smtpHost } }"

    async def ids(address: str | None) -> list[str]:
        found = (await desk.ask(query, {"address": address})).data["emailProviders"]
        return [each["id"] for each in found]

    assert [each.id for each in email_providers(None)] == await ids(None)
    assert ["gmail"] == await ids(" ada@GMAIL.com ")
    for address in ("ada@example.com", "", "gmail.com", "@", "a@" + "é" * 500, "\0", "a@\u202e"):
        assert [] == await ids(address)


EVERY_ROLE: Final = frozenset(Role)
READERS: Final = EVERY_ROLE - {Role.VIEWER}
ADMINISTRATORS: Final = READERS - {Role.AUDITOR}
PERMISSIONS: Final[list[tuple[str, Json, frozenset[Role]]]] = [
    (documents.UPDATE, {"input": {"settings": {}, "expectedRevision": 1}}, ADMINISTRATORS),
    (
        documents.RESTORE,
        {"input": {"revision": 1, "expectedRevision": 1, "reason": "x"}},
        ADMINISTRATORS,
    ),
    (documents.TEST, {"input": {"depth": "CONNECT"}}, ADMINISTRATORS),
    (documents.CHECK, {"settings": {}}, ADMINISTRATORS),
    (documents.SETTINGS, {}, EVERY_ROLE),
    (documents.SETTINGS, {"revision": 1}, READERS),
    (documents.SETTINGS, {"at": "2026-11-23T13:00:00Z"}, READERS),
    (documents.REVISIONS, {}, READERS),
    (documents.COMPARE, {"from": 0, "to": 1}, READERS),
    ("{ emailProviders { id } }", {}, EVERY_ROLE),
]


async def test_a_role_may_do_what_it_is_for(desk: Desk) -> None:
    """Administrators change settings, auditors read everything, viewers what is in force."""
    await desk.save({})
    for query, variables, allowed in PERMISSIONS:
        for role in Role:
            answer = await desk.ask(query, variables, role)

            assert ([] if role in allowed else ["FORBIDDEN"]) == answer.codes, (query, role)
    assert 1 == await desk.whole()
