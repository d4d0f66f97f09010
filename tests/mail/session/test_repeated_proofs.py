import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from mail.account import OAuth2, SaslMechanism
from mail.report.report import EmailTestDepth, Report
from mail.secret import Secret
from tests.support.mail.sasl import ScramServer, encoded
from tests.support.mail.scripted import Peer, Script
from tests.support.mail.token_server import TOKEN, TOKEN_HOST, TokenScript, TokenServer
from tests.support.mail.world import PASSWORD, World

pytestmark = pytest.mark.anyio

PASSWORD_MECHANISMS = [
    SaslMechanism.PLAIN,
    SaslMechanism.LOGIN,
    SaslMechanism.SCRAM_SHA_256,
    SaslMechanism.SCRAM_SHA_1,
    SaslMechanism.CRAM_MD5,
]
CHALLENGES = {
    SaslMechanism.LOGIN: ["VXNlcm5hbWU6", "UGFzc3dvcmQ6"],
    SaslMechanism.CRAM_MD5: [encoded("<1896.697170952@mx.example.org>")],
    SaslMechanism.XOAUTH2: [encoded('{"status": "401"}')],
    SaslMechanism.OAUTHBEARER: [encoded('{"status": "invalid_token"}')],
}


def pieces(response: str) -> list[str]:
    """Returns what a response contains that could be attacked: passwords, tokens, proofs, nonces.

    A name, `biws` (SCRAM's `n,,`) and fixed answers are no secrets.
    """
    text = base64.b64decode(response).decode()
    values = re.findall(r"(?:^|,)[rp]=([^,]+)", text) + re.findall(r" ([0-9a-f]{32})$", text)
    values += [each for each in (PASSWORD, TOKEN) if each in text]
    if values:
        values += [response, text.replace("\0", " ").replace("\1", " ")]
    proofs = [each for each in values if re.fullmatch(r"[A-Za-z0-9+/]{20,}={1,2}", each)]
    return values + [base64.b64decode(each).hex() for each in proofs]


@dataclass
class Parrot:
    """A server that asks what `mechanism` expects, and repeats the piece `number` in its reply."""

    mechanism: SaslMechanism
    number: int
    heard: list[str] = field(default_factory=list)

    async def __call__(self, peer: Peer, line: str) -> None:
        """Answers AUTH."""
        self._hear(line.split(" ")[2:])
        challenges = CHALLENGES.get(self.mechanism, [])
        if self.mechanism.value.startswith("SCRAM"):
            nonce = base64.b64decode(line.split(" ")[2]).decode().rpartition("r=")[2]
            challenges = [encoded(f"r={nonce}server,s=QSXCR+Q6sek8bf92,i=4096")]
        for challenge in challenges:
            await peer.say(f"334 {challenge}")
            self._hear([await peer.hear() or ""])
        await peer.say(f"535 5.7.8 No: {(self.heard or [''])[self.number % len(self.heard)]}")

    def _hear(self, responses: Sequence[str]) -> None:
        for response in responses:
            self.heard += pieces(response)


def assert_hidden(parrot: Parrot, report: Report) -> None:
    """Checks that the report contains no piece that the server has heard."""
    assert parrot.heard
    assert not [piece for piece in parrot.heard if piece in repr(report)]
    assert report.diagnosis is not None
    assert report.diagnosis.code in {"CREDENTIALS_REJECTED", "TOKEN_REFUSED"}


@pytest.mark.parametrize("number", range(8))
@pytest.mark.parametrize("mechanism", PASSWORD_MECHANISMS)
async def test_hides_a_repeated_proof(world: World, mechanism: SaslMechanism, number: int) -> None:
    """A server that repeats a part of the sign-in, such as SCRAM's proof, has it hidden."""
    parrot = Parrot(mechanism, number)
    script = Script(auth=mechanism.keyword, on={"AUTH": parrot})
    async with world.serving({587: script}):
        account = replace(world.account, mechanism=mechanism)
        report = await world.attempt(account, EmailTestDepth.AUTHENTICATE)

    assert_hidden(parrot, report)


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("mechanism", [SaslMechanism.XOAUTH2, SaslMechanism.OAUTHBEARER])
async def test_hides_a_repeated_token(world: World, mechanism: SaslMechanism, number: int) -> None:
    """A server that repeats the token, or the message with it, has it hidden."""
    parrot = Parrot(mechanism, number)
    script = Script(auth=mechanism.keyword, on={"AUTH": parrot})
    async with (
        TokenServer(TokenScript(), world.context()).running() as tokens,
        world.serving({587: script}),
    ):
        oauth2 = OAuth2(f"https://{TOKEN_HOST}:{tokens.port}/token", "postledger", Secret("s3cret"))
        account = replace(world.account, oauth2=oauth2, mechanism=mechanism)
        report = await world.attempt(account, EmailTestDepth.AUTHENTICATE)

    assert_hidden(parrot, report)


async def test_hides_the_proof_of_the_server(world: World) -> None:
    """A server's proof in the text of 235 is hidden: it helps to guess the password."""
    proofs: list[str] = []

    class Remembering(ScramServer):
        async def _accept(self, peer: Peer, final: str) -> None:
            proofs.extend([encoded(final), final[2:]])
            await super()._accept(peer, final)

    script = Script(auth="SCRAM-SHA-256", on={"AUTH": Remembering(proof="reply")})
    async with world.serving({587: script}):
        report = await world.attempt(world.account, EmailTestDepth.AUTHENTICATE)

    assert report.diagnosis is None
    assert 2 == len(proofs)
    assert not [proof for proof in proofs if proof in repr(report)]


async def test_shows_a_repeated_name(world: World) -> None:
    """The name is no secret, so the reply that repeats it and the From address stay readable."""
    script = Script(auth="LOGIN", on={"RCPT": "550 5.1.1 Not for postledger"})
    async with world.serving({587: script}):
        report = await world.attempt(world.account)

    lines = [line.line for line in report.transcript]
    assert "MAIL FROM:<postledger@example.org>" in " ".join(lines)
    assert "550 5.1.1 Not for postledger" in lines
