from dataclasses import replace

import pytest

from mail.account import OAuth2
from mail.report.report import EmailTestDepth, EmailTestOutcome
from mail.secret import Secret
from tests.support.mail.sasl import BearerServer
from tests.support.mail.scripted import Script
from tests.support.mail.token_server import TOKEN_HOST, TokenScript, TokenServer
from tests.support.mail.world import World

pytestmark = pytest.mark.anyio


async def test_shows_both_tries(world: World) -> None:
    """The transcript shows the refused mechanism and the accepted one, without credentials."""
    script = Script(on={"AUTH PLAIN": "502 5.5.1 Command not implemented"})
    async with world.serving({587: script}):
        report = await world.attempt(world.account, EmailTestDepth.AUTHENTICATE)

    lines = [line.line for line in report.transcript]
    assert lines[lines.index("AUTH PLAIN [redacted]") :][:8] == [
        "AUTH PLAIN [redacted]",
        "502 5.5.1 Command not implemented",
        "AUTH LOGIN",
        "334 [redacted]",
        "[redacted]",
        "334 [redacted]",
        "[redacted]",
        "235 2.7.0 Authentication successful",
    ]


@pytest.mark.parametrize("reply", ["535 5.7.8 Authentication failed", "454 4.7.0 Try later"])
async def test_tries_a_refused_password_once(world: World, reply: str) -> None:
    """After a refused password AUTO tries no other mechanism, because it counts as a failure."""
    async with world.serving({587: Script(on={"AUTH PLAIN": reply})}) as servers:
        report = await world.attempt(world.account, EmailTestDepth.AUTHENTICATE)

        assert EmailTestOutcome.FAILED == report.outcome
        assert 1 == sum(line.startswith(b"AUTH") for line in servers[587].heard)


async def test_tries_two_mechanisms_at_most(world: World) -> None:
    """After a second refused mechanism AUTO gives up, even if the server offers a third."""
    script = Script(auth="PLAIN LOGIN NTLM", on={"AUTH": "504 5.5.4 Unrecognized type"})
    async with world.serving({587: script}) as servers:
        report = await world.attempt(world.account, EmailTestDepth.AUTHENTICATE)

        assert report.diagnosis is not None
        assert "MECHANISM_REFUSED" == report.diagnosis.code
        assert 2 == sum(line.startswith(b"AUTH") for line in servers[587].heard)


async def test_says_which_name_was_sent(world: World) -> None:
    """With a domain, the diagnosis of a refused password contains the name that was sent."""
    async with world.serving({587: Script(on={"AUTH": "535 5.7.8 No"})}):
        account = replace(world.account, domain="CORP")
        report = await world.attempt(account, EmailTestDepth.AUTHENTICATE)

        assert report.diagnosis is not None
        assert "CORP\\postledger" in report.diagnosis.message


async def test_does_not_show_a_name_that_contains_the_password(world: World) -> None:
    """A provider's token may be both name and password, so the name is not shown then."""
    async with world.serving({587: Script(on={"AUTH": "535 5.7.8 No"})}):
        token = "0a1b2c3d-token"
        account = replace(world.account, domain="CORP", username=token, password=Secret(token))
        report = await world.attempt(account, EmailTestDepth.AUTHENTICATE)

        assert report.diagnosis is not None
        assert "CREDENTIALS_REJECTED" == report.diagnosis.code
        assert token not in repr(report)


@pytest.mark.parametrize("status", ["invalid_token", "insufficient_scope", "401"])
async def test_reports_the_status_of_a_refused_token(world: World, status: str) -> None:
    """The diagnosis of a token that OAUTHBEARER refused contains the server's status."""
    script = Script(auth="OAUTHBEARER", on={"AUTH": BearerServer(status)})
    async with (
        TokenServer(TokenScript(), world.context()).running() as tokens,
        world.serving({587: script}),
    ):
        oauth2 = OAuth2(f"https://{TOKEN_HOST}:{tokens.port}/token", "postledger", Secret("s3cret"))
        account = replace(world.account, oauth2=oauth2, password=None)
        report = await world.attempt(account, EmailTestDepth.AUTHENTICATE)

        assert report.diagnosis is not None
        assert f"(status {status})" in report.diagnosis.message
