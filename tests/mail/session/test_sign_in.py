import base64
import hmac
from dataclasses import replace
from pathlib import Path

import pytest
import spnego

from mail.account import OAuth2, SaslMechanism
from mail.report.report import EmailTestDepth, EmailTestOutcome
from mail.secret import Secret
from mail.session.redaction import REDACTED
from tests.support.mail.sasl import BearerServer, ScramServer, ShortLines, XOAuth2Server, plain
from tests.support.mail.scripted import Act, Peer, Script
from tests.support.mail.token_server import TOKEN, TOKEN_HOST, TokenScript, TokenServer, granted
from tests.support.mail.world import PASSWORD, World

pytestmark = pytest.mark.anyio

CHALLENGE = b"<1896.697170952@mx.example.org>"


def expecting(*expected: str) -> Act:
    """Accepts a client that sends exactly these responses, encoded in base64."""

    async def act(peer: Peer, line: str) -> None:
        words = line.split(" ")
        responses = words[2:]
        while len(responses) < len(expected):
            await peer.say("334 ")
            responses.append(await peer.hear() or "")
        decoded = [base64.b64decode(each).decode() for each in responses]
        await peer.say("235 2.7.0 Welcome" if decoded == list(expected) else "535 5.7.8 No")

    return act


async def cram_md5(peer: Peer, _line: str) -> None:
    """Plays the server's side of CRAM-MD5 (RFC 2195)."""
    await peer.say("334 " + base64.b64encode(CHALLENGE).decode())
    digest = hmac.new(PASSWORD.encode(), CHALLENGE, "md5").hexdigest()
    response = base64.b64decode(await peer.hear() or "").decode()
    await peer.say("235 2.7.0 Welcome" if response == f"postledger {digest}" else "535 5.7.8 No")


async def ntlm(peer: Peer, _line: str) -> None:
    """Plays the server's side of NTLM with pyspnego's acceptor."""
    context = spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
    await peer.say("334 NTLM supported")
    challenge = context.step(base64.b64decode(await peer.hear() or ""))
    await peer.say("334 " + base64.b64encode(challenge or b"").decode())
    try:
        context.step(base64.b64decode(await peer.hear() or ""))
    except spnego.exceptions.SpnegoError:
        await peer.say("535 5.7.3 Authentication unsuccessful")
    else:
        await peer.say(f"235 2.7.0 Welcome {context.client_principal}")


@pytest.fixture
def ntlm_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Creates the file in which pyspnego's acceptor looks up passwords."""
    file = tmp_path / "users"
    file.write_text(f"EXAMPLE:postledger:{PASSWORD}\n", encoding="utf-8")
    monkeypatch.setenv("NTLM_USER_FILE", str(file))


@pytest.mark.usefixtures("ntlm_users")
@pytest.mark.parametrize(
    ("script", "changes"),
    [
        pytest.param(
            Script(auth="PLAIN", on={"AUTH PLAIN": expecting(f"\0postledger\0{PASSWORD}")}),
            {},
            id="plain",
        ),
        pytest.param(
            Script(
                auth="PLAIN", on={"AUTH PLAIN": expecting(f"\0EXAMPLE\\postledger\0{PASSWORD}")}
            ),
            {"domain": "EXAMPLE"},
            id="plain-with-domain",
        ),
        pytest.param(
            Script(auth="LOGIN", on={"AUTH LOGIN": expecting("EXAMPLE\\postledger", PASSWORD)}),
            {"domain": "EXAMPLE"},
            id="login-with-domain",
        ),
        pytest.param(
            Script(auth="LOGIN", on={"AUTH LOGIN": expecting("почта", "п" * 300)}),
            {"username": "почта", "password": Secret("п" * 300)},
            id="login-in-utf-8",
        ),
        pytest.param(
            Script(auth="CRAM-MD5 PLAIN", on={"AUTH CRAM-MD5": cram_md5}),
            {"mechanism": SaslMechanism.CRAM_MD5},
            id="cram-md5",
        ),
        pytest.param(
            Script(auth="CRAM-MD5 PLAIN", on={"AUTH CRAM-MD5": cram_md5}, tls="none"),
            {"secure": False},
            id="cram-md5-without-tls",
        ),
        pytest.param(
            Script(auth="NTLM PLAIN", on={"AUTH NTLM": ntlm}),
            {"domain": "EXAMPLE"},
            id="ntlm-first-with-a-domain",
        ),
        pytest.param(
            Script(auth="NTLM", on={"AUTH NTLM": ntlm}),
            {"username": "EXAMPLE\\postledger"},
            id="ntlm-with-the-domain-in-the-name",
        ),
        pytest.param(
            Script(auth="SCRAM-SHA-256", on={"AUTH SCRAM-SHA-256": ScramServer()}),
            {},
            id="scram-sha-256",
        ),
        pytest.param(
            Script(auth="SCRAM-SHA-1", on={"AUTH SCRAM-SHA-1": ScramServer("SCRAM-SHA-1")}),
            {},
            id="scram-sha-1",
        ),
        pytest.param(
            Script(auth="SCRAM-SHA-256", on={"AUTH SCRAM": ScramServer(proof="reply")}),
            {},
            id="scram-with-the-proof-in-the-final-reply",
        ),
        pytest.param(
            Script(auth="SCRAM-SHA-256", on={"AUTH SCRAM": ScramServer(iterations=600_000)}),
            {},
            id="scram-with-many-iterations",
        ),
        pytest.param(
            Script(
                auth="PLAIN SCRAM-SHA-1 SCRAM-SHA-256",
                on={"AUTH SCRAM-SHA-256": ScramServer()},
                tls="none",
            ),
            {"secure": False},
            id="scram-first-without-tls",
        ),
        pytest.param(
            Script(
                auth="SCRAM-SHA-256",
                on={"AUTH SCRAM": ScramServer(username="a,b=cé")},
            ),
            {"username": "a,b=cé"},
            id="scram-with-an-unusual-name",
        ),
        pytest.param(
            Script(auth="SCRAM-SHA-256", on={"AUTH": ShortLines(ScramServer(username="n" * 400))}),
            {"username": "n" * 400},
            id="scram-with-a-long-name",
        ),
        pytest.param(
            Script(auth="PLAIN", on={"AUTH": ShortLines(plain(password="п" * 200))}),
            {"password": Secret("п" * 200)},
            id="plain-with-a-long-password",
        ),
        pytest.param(
            Script(on={"AUTH PLAIN": "502 5.5.1 Command not implemented"}),
            {},
            id="login-after-plain-is-refused-with-502",
        ),
        pytest.param(
            Script(on={"AUTH PLAIN": "504 5.5.4 Unrecognized authentication type"}),
            {},
            id="login-after-plain-is-refused-with-504",
        ),
        pytest.param(
            Script(
                on={
                    "AUTH PLAIN": "535 5.7.8 Error: authentication failed: Invalid authentication"
                    " mechanism"
                }
            ),
            {},
            id="login-after-plain-is-refused-with-535-as-a-mechanism",
        ),
        pytest.param(
            Script(
                on={"AUTH PLAIN": "535 Login fail", "AUTH LOGIN": expecting("postledger", PASSWORD)}
            ),
            {"host": "smtp.qq.com"},
            id="login-first-where-plain-is-known-to-fail",
        ),
    ],
)
async def test_signs_in(world: World, script: Script, changes: dict[str, str]) -> None:
    """A server that checks the credentials accepts each mechanism, and no secret is shown."""
    async with world.serving({587: script}):
        account = replace(world.account, **changes)  # type: ignore[arg-type]
        report = await world.attempt(account, EmailTestDepth.AUTHENTICATE)

        assert EmailTestOutcome.REACHED == report.outcome, report.diagnosis
        assert account.password is not None
        assert account.password.reveal() not in repr(report)
        assert any(REDACTED in line.line for line in report.transcript if line.redacted)


@pytest.mark.usefixtures("ntlm_users")
async def test_ntlm_proves_the_password(world: World) -> None:
    """NTLM with a wrong password is rejected, because the acceptor verifies the proof."""
    async with world.serving({587: Script(auth="NTLM", on={"AUTH NTLM": ntlm})}):
        account = replace(world.account, domain="EXAMPLE", password=Secret("wrong"))
        report = await world.attempt(account, EmailTestDepth.AUTHENTICATE)

        assert report.diagnosis is not None
        assert "CREDENTIALS_REJECTED" == report.diagnosis.code


async def test_signs_in_by_token(world: World) -> None:
    """XOAUTH2 fetches a token, sends it in the documented format, and the report hides it."""
    context = world.certificates.context("good")
    wanted = f"user=postledger\1auth=Bearer {TOKEN}\1\1"
    script = Script(auth="XOAUTH2", on={"AUTH XOAUTH2": expecting(wanted)})
    async with (
        TokenServer(TokenScript(), context).running() as server,
        world.serving({587: script}),
    ):
        url = f"https://{TOKEN_HOST}:{server.port}/token"
        oauth2 = OAuth2(url, "postledger", Secret("s3cret"), "mail.send")
        account = replace(world.account, oauth2=oauth2, password=None)
        report = await world.attempt(account, EmailTestDepth.AUTHENTICATE)

        assert EmailTestOutcome.REACHED == report.outcome, report.diagnosis
        assert "TOKEN" == report.stages[0].name
        assert TOKEN not in repr(report)
        assert "s3cret" not in repr(report)


@pytest.mark.parametrize("length", [40, 1500, 6000])
@pytest.mark.parametrize("keyword", ["XOAUTH2", "OAUTHBEARER"])
async def test_signs_in_by_a_token_of_any_length(world: World, keyword: str, length: int) -> None:
    """A token that makes the command line too long is sent after an empty challenge."""
    token = "t0ken." * (length // 6)
    server = BearerServer(token=token) if keyword == "OAUTHBEARER" else XOAuth2Server(token)
    script = Script(auth=f"{keyword} PLAIN", on={"AUTH": ShortLines(server)})
    async with (
        TokenServer(TokenScript(body=granted(token=token)), world.context()).running() as tokens,
        world.serving({587: script}) as servers,
    ):
        url = f"https://{TOKEN_HOST}:{tokens.port}/token"
        oauth2 = OAuth2(url, "postledger", Secret("s3cret"), "mail.send")
        account = replace(world.account, oauth2=oauth2, password=None)
        report = await world.attempt(account, EmailTestDepth.AUTHENTICATE)

        assert EmailTestOutcome.REACHED == report.outcome, report.diagnosis
        assert all(len(line) <= 512 for line in servers[587].heard if line.startswith(b"AUTH"))
        assert token not in repr(report)
