"""The main use from outside: settings, test emails, refusals, the trail; no password leaks."""

import hashlib
import json
import time
from collections.abc import Iterator

import pytest

from tests.e2e.client import Client, Json
from tests.e2e.conftest import USERNAME
from tests.e2e.installation import Installation, Service
from tests.e2e.mail_server import HOST, MailServer, SignIn
from tests.e2e.operations import READ, SAVE, TEST, TRAIL, events
from tests.support.canary import CANARY, leaks

DISPLAY_NAME = 'Ada "The Count", 🚀 Postledger'
SENDER = "noreply@example.org"
RECIPIENT = "grace@example.net"
WRONG = "not-the-password"


@pytest.fixture
def elsewhere() -> Iterator[MailServer]:
    """Another mail server, to which an attacker could want the password to be sent."""
    with MailServer({}).running() as server:
        yield server


def test_settings_are_saved_tested_and_remembered(
    installation: Installation, mail_server: MailServer, elsewhere: MailServer
) -> None:
    """The trail records an administrator's saves, tests and mistakes, and no password leaks."""
    with installation.serving(POSTLEDGER_LOG_LEVEL="debug") as service:
        client = service.client
        _save(client, mail_server)
        _receive_a_test_email(client, mail_server)
        _mistype_the_password(client, mail_server)
        _be_refused_another_host(client, mail_server, elsewhere)
        _read_the_trail(client)
        _put_the_password_in_the_wrong_places(client)
        _read_the_other_endpoints(client)
        while_running = installation.stored()
        status = service.process.stop()

    assert 0 == status
    assert [] == leaks(CANARY, while_running)
    assert [] == leaks(CANARY, installation.stored())
    assert [] == leaks(CANARY, installation.answered())
    assert [] == leaks(CANARY, installation.written())


def _save(client: Client, mail_server: MailServer) -> None:
    settings = {**mail_server.settings, "defaultFromDisplayName": DISPLAY_NAME}
    saved = client.ask(SAVE, settings=settings, expectedRevision=0, reason="Set-up.").data
    result = saved["updateEmailSettings"]
    read = client.ask(READ).data["emailSettings"]

    assert "UpdateEmailSettingsSuccess" == result["__typename"]
    assert result["emailSettings"] == read
    assert (1, HOST, mail_server.port) == (read["revision"], read["smtpHost"], read["smtpPort"])
    assert ("SET", 1) == (read["smtpPassword"]["state"], read["smtpPassword"]["version"])


def _receive_a_test_email(client: Client, mail_server: MailServer) -> None:
    for mechanism in ("PLAIN", "LOGIN"):
        before = len(mail_server.mails)
        given = {"authMechanism": mechanism, "smtpPassword": {"set": CANARY}}
        tested = client.ask(TEST, input={"recipient": RECIPIENT, "settings": given}).data
        test = tested["sendTestEmail"]["testEmail"]

        assert "ACCEPTED" == test["outcome"]
        assert SignIn(mechanism, USERNAME, CANARY, accepted=True) == mail_server.sign_ins[-1]
        assert before + 1 == len(mail_server.mails)
    tested = client.ask(TEST, input={"recipient": RECIPIENT}).data["sendTestEmail"]["testEmail"]
    mail = mail_server.mails[-1]
    sender = mail.message["From"].addresses[0]

    assert {"PASSED"} == {stage["outcome"] for stage in tested["stages"]}
    assert (SENDER, (RECIPIENT,)) == (mail.sender, mail.recipients)
    assert (DISPLAY_NAME, SENDER) == (sender.display_name, sender.addr_spec)
    assert tested["messageId"] == mail.message["Message-ID"]
    assert "Postledger test email" == mail.message["Subject"]
    assert mail.content.isascii()


def _mistype_the_password(client: Client, mail_server: MailServer) -> None:
    given = {"smtpPassword": {"set": WRONG}}
    tested = client.ask(TEST, input={"recipient": RECIPIENT, "settings": given}).data
    test = tested["sendTestEmail"]["testEmail"]
    diagnosis = test["diagnosis"]

    assert "FAILED" == test["outcome"]
    assert ("CREDENTIALS_REJECTED", "AUTHENTICATE") == (diagnosis["code"], diagnosis["stage"])
    assert (WRONG, False) == (mail_server.sign_ins[-1].password, mail_server.sign_ins[-1].accepted)


def _be_refused_another_host(
    client: Client, mail_server: MailServer, elsewhere: MailServer
) -> None:
    connections = mail_server.connections
    given = {
        "smtpHost": "127.0.0.1",
        "smtpPort": elsewhere.port,
        "trustedCertificates": [elsewhere.authority],
    }
    saved = client.ask(SAVE, settings=given, expectedRevision=1).data["updateEmailSettings"]
    tested = client.ask(TEST, input={"recipient": RECIPIENT, "settings": given}).data
    test = tested["sendTestEmail"]
    read = client.ask(READ).data["emailSettings"]

    for result in (saved, test):
        assert "SecretReentryRequiredError" == result["__typename"]
        assert [["smtpPassword"]] == result["secrets"]
        changed = [["smtpHost"], ["smtpPort"], ["trustedCertificates"]]
        assert changed == result["changedFields"]
    assert (1, HOST) == (read["revision"], read["smtpHost"])
    assert (0, connections) == (elsewhere.connections, mail_server.connections)


def _read_the_trail(client: Client) -> None:
    recorded = events(client.ask(TRAIL, first=100).data)
    requested = ("TEST_EMAIL_REQUESTED", "SUCCEEDED", None)
    accepted = ("TEST_EMAIL_FINISHED", "SUCCEEDED", None)

    assert [
        ("ACCESS_TOKEN_CREATED", "SUCCEEDED", None),
        ("EMAIL_SETTINGS_UPDATED", "SUCCEEDED", None),
        *[requested, accepted] * 3,
        requested,
        ("TEST_EMAIL_FINISHED", "FAILED", "CREDENTIALS_REJECTED"),
        ("EMAIL_SETTINGS_CHANGE_REFUSED", "DENIED", "SECRET_REENTRY_REQUIRED"),
        ("TEST_EMAIL_REQUESTED", "DENIED", "SECRET_REENTRY_REQUIRED"),
    ] == [(event["action"], event["outcome"], event["errorCode"]) for event in recorded]
    assert list(range(len(recorded))) == [event["sequence"] for event in recorded]
    assert "Set-up." == recorded[1]["reason"]
    assert {
        "field": ["smtpPassword"],
        "before": None,
        "after": 1,
        "redacted": True,
    } in recorded[1]["changes"]
    assert ["SYSTEM"] + ["ACCESS_TOKEN"] * 11 == [event["actor"]["kind"] for event in recorded]
    _check_the_chain_of_hashes(recorded)


def _check_the_chain_of_hashes(recorded: list[Json]) -> None:
    leaves = [hashlib.sha256(b"\0" + event["body"].encode()).hexdigest() for event in recorded]

    assert leaves == [event["leafHash"] for event in recorded]
    assert [None, *leaves[:-1]] == [json.loads(event["body"])["prev"] for event in recorded]


def _put_the_password_in_the_wrong_places(client: Client) -> None:
    literal = json.dumps(CANARY)
    wrong_values: list[Json] = [
        {"smtpPort": CANARY},
        {"smtpPassword": CANARY},
        {"smtpPassword": {"set": [CANARY]}},
        {"smtpPassword": {"set": {"x": CANARY}}},
        {"smtpPassword": {"set": CANARY, "clear": True}},
        {"smtpPassword": {"set": CANARY, "sett": CANARY}},
        {"smtpPasword": {"set": CANARY}},
        {"tlsMode": CANARY},
        {"enableSecureConnection": CANARY},
        {"trustedCertificates": [{"pem": CANARY}]},
    ]
    answers = [client.ask(SAVE, settings=each, expectedRevision=1) for each in wrong_values]
    answers += [
        client.ask(f"mutation {{ updateEmailSettings(input: {inside}) {{ __typename }} }}")
        for inside in (
            f"{{settings: {{smtpPort: {literal}}}, expectedRevision: 1}}",
            f"{{settings: {{smtpPassword: {literal}}}, expectedRevision: 1}}",
            f"{{settings: {{smtpPassword: {{set: [{literal}]}}}}, expectedRevision: 1}}",
            f"{{settings: {{smtpPasword: {{set: {literal}}}}}, expectedRevision: 1}}",
            f"{{settings: {{smtpPassword: {{set: {literal}}}}}, expectedRevision: {literal}}}",
            f"{{settings: {{smtpPassword: {{set: {literal}}}}}",
            f"{{settings: {{smtpPassword: {{set: {literal}",
        )
    ]
    answers += [
        client.ask(SAVE, settings={"smtpPassword": {"set": CANARY}}, expectedRevision=CANARY),
        client.send(json.dumps({"query": CANARY}).encode()),
        client.send(CANARY.encode()),
        client.bearing("plg_" + CANARY.encode().hex()).ask(READ),
    ]
    invalid = {"smtpHost": "not a host", "smtpPassword": {"set": CANARY + "\n"}}
    refused = client.ask(SAVE, settings=invalid, expectedRevision=1).data["updateEmailSettings"]
    conflict = client.ask(SAVE, settings={"smtpPassword": {"set": CANARY}}, expectedRevision=7).data

    assert [] == [answer.body for answer in answers if not answer.codes]
    assert {"BAD_USER_INPUT"} == {code for answer in answers[:15] for code in answer.codes}
    assert ["HOST_INVALID", "PASSWORD_INVALID"] == [each["code"] for each in refused["problems"]]
    assert "RevisionConflictError" == conflict["updateEmailSettings"]["__typename"]


def _read_the_other_endpoints(client: Client) -> None:
    paths = (
        "/audit/export?format=bundle",
        "/audit/export?format=jsonl",
        "/audit/export?format=csv",
        "/audit/export?format=ocsf",
        "/audit/log/checkpoint",
        "/audit/log/tile/entries/000.p/1",
        "/health/ready",
        "/metrics",
        "/schema.graphql",
    )

    assert dict.fromkeys(paths, 200) == {path: client.get(path) for path in paths}


def test_a_leak_would_be_found(shared: tuple[Installation, Service]) -> None:
    """The search for leaks finds a password that was shown on purpose."""
    installation, service = shared
    name = f"{CANARY} as a name {time.monotonic()}"
    before = service.client.ask(READ).data["emailSettings"]
    revision = 0 if before is None else before["revision"]
    settings = {"defaultFromDisplayName": name}
    saved = service.client.ask(SAVE, settings=settings, expectedRevision=revision).data

    assert "UpdateEmailSettingsSuccess" == saved["updateEmailSettings"]["__typename"]
    assert "raw" in leaks(CANARY, installation.stored())
    assert "JSON, ASCII" in leaks(CANARY, installation.answered())
