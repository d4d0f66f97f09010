"""Attempts at a real Dovecot, which relays to a backend: each mechanism, right and wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from email import message_from_bytes
from typing import Final

import pytest

from mail.account import Account, OAuth2, SaslMechanism
from mail.report.codes import Code
from mail.report.report import EmailTestOutcome, StageName
from mail.secret import Secret
from tests.mail.diagnosis.fault import CLIENT_SECRET, Setting
from tests.mail.servers.attempts import assert_as_composed, attempted
from tests.mail.servers.refusal import Refusal, assert_refused, parameters
from tests.support.mail.certificates import MadeCertificates
from tests.support.mail.servers.backend import Backend, serving_backend
from tests.support.mail.servers.dovecot import Dovecot, need_dovecot, running_dovecot
from tests.support.mail.servers.introspection import introspecting
from tests.support.mail.token_server import TOKEN, TOKEN_HOST, TokenScript, TokenServer, granted
from tests.support.mail.world import PASSWORD, World
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

Stage = StageName
UNKNOWN: Final = "daily@example.net"
WRONG: Final = "Tr0ub4dor&4-nope"
_SIGNED_IN: Final[Mapping[str, Setting]] = {"username": "postledger", "password": Secret(PASSWORD)}

REFUSALS: Final = (
    Refusal(
        title="no username",
        service="submission",
        account={"username": None, "password": None},
        stage=Stage.MAIL_FROM,
        code=Code.SIGN_IN_REQUIRED,
        words="530 5.7.0 Authentication required",
        suggests="smtpUsername",
        remedy=_SIGNED_IN,
    ),
    Refusal(
        title="a refusal by the backend",
        service="submission",
        recipient=UNKNOWN,
        stage=Stage.RCPT_TO,
        code=Code.RECIPIENT_UNKNOWN,
        words=f"550 5.1.1 <{UNKNOWN}> <{UNKNOWN}>: Recipient address rejected: User unknown",
        then_to="ada@example.net",
    ),
    Refusal(
        title="a mechanism that is not offered",
        service="submission",
        account={"mechanism": SaslMechanism.NTLM},
        stage=Stage.AUTHENTICATE,
        code=Code.NO_COMMON_MECHANISM,
        words="",
        fix={"authMechanism": "AUTO"},
    ),
)


@dataclass(frozen=True, slots=True)
class Relay:
    """Dovecot, and the backend that it relays to."""

    dovecot: Dovecot
    backend: Backend


@pytest.fixture(scope="module")
def relay(certificates: MadeCertificates) -> Iterator[Relay]:
    """Runs Dovecot once for all tests of this module."""
    need_dovecot()
    with (
        serving_backend(frozenset({UNKNOWN})) as backend,
        introspecting(TOKEN, "postledger") as introspection,
        running_dovecot(
            user=("postledger", PASSWORD),
            pem=certificates.server_pem(),
            backend=backend.port,
            introspection=introspection,
        ) as dovecot,
    ):
        yield Relay(dovecot, backend)


@pytest.mark.parametrize("refusal", parameters(REFUSALS))
async def test_diagnoses_a_refusal(refusal: Refusal, world: World, relay: Relay) -> None:
    """A refusal by Dovecot gets the diagnosis of its row, and the fix works."""
    await assert_refused(refusal, world, {"submission": relay.dovecot.port})


@pytest.mark.parametrize(
    "mechanism",
    [
        SaslMechanism.PLAIN,
        SaslMechanism.LOGIN,
        SaslMechanism.CRAM_MD5,
        SaslMechanism.SCRAM_SHA_1,
        SaslMechanism.SCRAM_SHA_256,
    ],
)
async def test_signs_in(world: World, relay: Relay, mechanism: SaslMechanism) -> None:
    """Each mechanism signs in with the password, and a wrong password is recognized."""
    world.ports[587] = relay.dovecot.port
    account = replace(world.account, mechanism=mechanism)
    right = await attempted(world, account)
    wrong = await attempted(world, replace(account, password=Secret(WRONG)))

    assert EmailTestOutcome.ACCEPTED == right.outcome, right.diagnosis
    assert wrong.diagnosis is not None
    assert Stage.AUTHENTICATE == wrong.diagnosis.stage
    assert Code.CREDENTIALS_REJECTED == wrong.diagnosis.code
    assert WRONG not in repr(wrong)
    await until(lambda: f"method={account.mechanism.keyword}," in relay.dovecot.log.read_text())


@pytest.mark.parametrize("mechanism", [SaslMechanism.XOAUTH2, SaslMechanism.OAUTHBEARER])
async def test_signs_in_by_token(world: World, relay: Relay, mechanism: SaslMechanism) -> None:
    """Dovecot checks the token that the client fetched, and refuses any other token.

    The endpoint accepts the client's secret by HTTP Basic only, as RFC 6749 §2.3.1 lets it.
    """
    world.ports[587] = relay.dovecot.port
    context = world.certificates.context("good")
    async with TokenServer(TokenScript(wanted="basic"), context).running() as tokens:
        account = by_token(world.account, tokens.port, mechanism)
        right = await attempted(world, account)
    other = TokenScript(body=granted().replace(TOKEN, "another-token"))
    async with TokenServer(other, context).running() as tokens:
        wrong = await attempted(world, by_token(account, tokens.port, account.mechanism))

    assert EmailTestOutcome.ACCEPTED == right.outcome, right.diagnosis
    assert wrong.diagnosis is not None
    assert Stage.AUTHENTICATE == wrong.diagnosis.stage
    assert Code.TOKEN_REFUSED == wrong.diagnosis.code
    assert "another-token" not in repr(wrong)
    await until(lambda: f"method={account.mechanism.keyword}," in relay.dovecot.log.read_text())


def by_token(account: Account, port: int, mechanism: SaslMechanism) -> Account:
    """Returns the account with a token from an endpoint instead of a password."""
    oauth2 = OAuth2(f"https://{TOKEN_HOST}:{port}/token", "postledger", Secret(CLIENT_SECRET))
    return replace(account, password=None, oauth2=oauth2, mechanism=mechanism)


async def test_relays_the_message(world: World, relay: Relay) -> None:
    """The message that was accepted reaches the backend as it was composed."""
    world.ports[587] = relay.dovecot.port
    report = await attempted(world, world.account)
    assert EmailTestOutcome.ACCEPTED == report.outcome, report.diagnosis

    relayed = [message_from_bytes(message) for message in relay.backend.messages]
    arrived = next(each for each in relayed if report.message_id == each["Message-ID"])
    assert_as_composed(arrived)
