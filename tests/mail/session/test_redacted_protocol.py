"""A password that is a word of the protocol neither breaks a test nor is shown."""

import base64
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from mail.report.report import EmailTestOutcome, Report, TranscriptSender
from mail.secret import Secret
from mail.session.redaction import REDACTED
from tests.support.mail.scripted import GREETING, OFFERS, Peer, Script, refusing
from tests.support.mail.secrets import assert_no_secret
from tests.support.mail.world import World

pytestmark = pytest.mark.anyio

CODES = 4


def shown_words(report: Report) -> Iterator[str]:
    """Yields what a report shows of the server's words, without the reply codes."""
    server = report.server
    if server is not None:
        yield from (server.banner or "", *server.extensions, *server.auth_mechanisms)
    yield from (stage.detail or "" for stage in report.stages)
    yield from (stage.enhanced_code or "" for stage in report.stages)
    yield report.diagnosis.message if report.diagnosis else ""
    sent = (line for line in report.transcript if line.sender is TranscriptSender.SERVER)
    yield from (line.line[CODES:] for line in sent)


@pytest.mark.parametrize("security", ["starttls", "none"])
@pytest.mark.parametrize(
    "password",
    [
        *("smtp", "tls", "STARTTLS", "size", "auth", "plain", "login", "250", "235", "2.1.0"),
        *("esmtp", "ok", "e", "authentication", "8bitmime", "SIZE 10240000", "250-SIZE", "334"),
        *("example", "mx.example.org"),
    ],
)
async def test_words_of_the_protocol(world: World, password: str, security: str) -> None:
    """The protocol reads what the server sent, and only what is shown is redacted."""
    secure = security == "starttls"
    account = replace(world.account, secure=secure, password=Secret(password))
    script = Script(tls=security, offers=f"{OFFERS}250-ESMTP\n")
    async with world.serving({587: script}):
        report = await world.attempt(account)

    assert EmailTestOutcome.ACCEPTED == report.outcome, report.diagnosis
    if len(password) < 3:
        words = {word for text in shown_words(report) for word in text.lower().split()}
        assert password not in words
    else:
        assert not [text for text in shown_words(report) if password.lower() in text.lower()]


async def test_shows_the_other_words(world: World) -> None:
    """Only the words that contain the password are hidden; the client's commands never are."""
    account = replace(world.account, password=Secret("TLS"))
    async with world.serving({587: Script()}):
        report = await world.attempt(account)
    shown = [line.line for line in report.transcript]

    assert [f"250-{REDACTED}", "250 ENHANCEDSTATUSCODES"] == shown[6:8]
    assert ["STARTTLS", f"220 2.0.0 Ready to start {REDACTED}"] == shown[8:10]
    assert report.server is not None
    assert ("PLAIN", "LOGIN") == report.server.auth_mechanisms
    assert GREETING[CODES:] == report.server.banner


async def test_diagnoses_in_spite_of_the_password(world: World) -> None:
    """A diagnosis keeps its words if the password is a letter or a word of the reply."""
    refusal = "550 5.1.1 <ada@example.net>: a user that is unknown"
    messages = []
    for password in ("a", "unknown"):
        account = replace(world.account, password=Secret(password))
        async with world.serving({587: Script(on={"RCPT": refusal})}):
            report = await world.attempt(account)
        assert report.diagnosis is not None
        assert "RECIPIENT_UNKNOWN" == report.diagnosis.code
        messages.append(report.diagnosis.message.partition(": ")[2])

    assert [
        "5.1.1 <ada@example.net>: [redacted] user that is unknown.",
        "5.1.1 <ada@example.net>: a user that is [redacted].",
    ] == messages


async def test_own_words_are_shown(world: World) -> None:
    """Postledger's own words are shown even if the password is among them."""
    account = replace(world.account, port=80, password=Secret("http"))
    async with world.serving({80: Script(greeting="HTTP/1.1 400 Bad Request")}):
        report = await world.attempt(account)

    assert report.diagnosis is not None
    assert report.diagnosis.message.endswith(
        "it speaks HTTP, which is for the web: [redacted] 400 Bad Request."
    )
    assert "it speaks HTTP, which is for the web: [redacted] 400 Bad Request" == next(
        stage.detail for stage in report.stages if stage.name == "GREETING"
    )


async def repeat_challenge(peer: Peer, line: str) -> None:
    """Repeats the credentials in a challenge, in reverse."""
    await peer.say(f"334 {line.rpartition(' ')[2][::-1]}")


async def repeat_digest(peer: Peer, _line: str) -> None:
    """Repeats the digest of CRAM-MD5 in the final reply, split over two lines."""
    await peer.say("334 PDE4OTZAbXguZXhhbXBsZS5vcmc+")
    digest = base64.b64decode(await peer.hear() or "").decode().rpartition(" ")[2]
    peer.server.heard.append(digest.encode())
    await peer.say(f"535-5.7.8 postledger sent {digest[:9]}\n535 5.7.8 {digest[9:]}, wrong")


async def test_hides_repeated_challenges(world: World) -> None:
    """A challenge is hidden, even if its credentials cannot be recognized."""
    script = Script(on={"AUTH": repeat_challenge}, auth="PLAIN")
    async with world.serving({587: script}):
        report = await world.attempt(world.account)
    shown = [line.line for line in report.transcript]
    start = shown.index(f"AUTH PLAIN {REDACTED}")

    assert f"334 {REDACTED}" == shown[start + 1]
    assert_no_secret(report)


async def test_hides_a_repeated_digest(world: World) -> None:
    """The digest of CRAM-MD5 is a secret of its own; the words around it are shown."""
    script = Script(on={"AUTH": repeat_digest}, auth="CRAM-MD5", tls="none")
    async with world.serving({587: script}) as servers:
        report = await world.attempt(replace(world.account, secure=False))
    digest = next(line for line in servers[587].heard if re.fullmatch(rb"[0-9a-f]{32}", line))

    assert report.diagnosis is not None
    assert report.diagnosis.message.endswith(f"5.7.8 postledger sent {REDACTED} {REDACTED} wrong.")
    assert digest.decode()[9:] not in repr(report)


async def test_username_is_no_secret(world: World) -> None:
    """A username that was sent by LOGIN is shown where the server or the client repeats it."""
    account = replace(world.account, username="postledger@example.org")
    refusal = refusing("FROM", "550 5.7.60 postledger@example.org is not permitted to send")
    async with world.serving({587: Script(auth="LOGIN", on={"MAIL": refusal})}):
        report = await world.attempt(account)
    shown = [line.line for line in report.transcript]

    assert any(line.startswith("MAIL FROM:<postledger@example.org>") for line in shown)
    assert "550 5.7.60 postledger@example.org is not permitted to send" in shown
