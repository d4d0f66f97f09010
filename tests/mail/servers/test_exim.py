"""Attempts at a real Exim: its refusals as it words them, its sign-ins, and its view of ALPN."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import pytest

from mail.account import OAuth2, SaslMechanism
from mail.report.codes import Code
from mail.report.report import EmailTestOutcome, StageName
from mail.secret import Secret
from tests.mail.diagnosis.fault import CLIENT_SECRET, Setting
from tests.mail.servers.attempts import assert_as_composed, attempted
from tests.mail.servers.refusal import Refusal, assert_refused, parameters
from tests.support.mail.certificates import MadeCertificates
from tests.support.mail.client_certificates import STRANGER
from tests.support.mail.servers.backend import serving_backend
from tests.support.mail.servers.exim import Exim, need_exim, running_exim
from tests.support.mail.token_server import TOKEN_HOST, TokenScript, TokenServer
from tests.support.mail.world import PASSWORD, World
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

Stage = StageName
_UNKNOWN_THERE: Final = "noreply@callout.example.org"
_ANONYMOUS: Final[Mapping[str, Setting]] = {"username": None, "password": None}

REFUSALS: Final = (
    Refusal(
        title="our address",
        service="connect",
        stage=Stage.GREETING,
        code=Code.CLIENT_REFUSED,
        words="550 Administrative prohibition",
    ),
    Refusal(
        title="an EHLO name with an underscore",
        service="usual",
        account={"ehlo_hostname": "mail_relay"},
        stage=Stage.EHLO,
        code=Code.EHLO_NAME_REFUSED,
        words="501 Syntactically invalid EHLO argument(s)",
        fix={"ehloHostname": "host.example.com"},
    ),
    Refusal(
        title="no client certificate",
        service="certificates",
        stage=Stage.EHLO,  # the alert comes after the handshake of TLS 1.3
        code=Code.TLS_CLIENT_CERTIFICATE_REQUIRED,
        words="",
        suggests="clientCertificate",
    ),
    Refusal(
        title="a client certificate of a stranger",
        service="certificates",
        account={"client_certificate": STRANGER.chain, "client_key": STRANGER.key},
        stage=Stage.EHLO,  # the alert comes after the handshake of TLS 1.3
        code=Code.TLS_CLIENT_CERTIFICATE_REFUSED,
        words="",
        suggests="clientCertificate",
    ),
    Refusal(
        title="sign-in that is not offered without TLS",
        service="usual",
        account={"secure": False},
        stage=Stage.AUTHENTICATE,
        code=Code.SIGN_IN_REQUIRES_TLS,
        words="",
        fix={"enableSecureConnection": "true"},
    ),
    Refusal(
        title="a sign-in that cannot be checked",
        service="broken",
        stage=Stage.AUTHENTICATE,
        code=Code.SIGN_IN_UNAVAILABLE,
        words="435 Unable to authenticate at present",
        transient=True,
    ),
    Refusal(
        title="a recipient elsewhere without a username",
        service="usual",
        account=_ANONYMOUS,
        recipient="ada@example.com",
        stage=Stage.RCPT_TO,
        code=Code.RELAYING_DENIED,
        words="550 relay not permitted",
        suggests="smtpUsername",
    ),
    Refusal(
        title="an unknown recipient",
        service="usual",
        account=_ANONYMOUS,
        recipient="daily@example.net",
        stage=Stage.RCPT_TO,
        code=Code.RECIPIENT_UNKNOWN,
        words="550 Unrouteable address",
        then_to="ada@example.net",
    ),
    Refusal(
        title="a sender domain that is unknown",
        service="usual",
        sender="relay@nowhere.example",
        stage=Stage.RCPT_TO,
        code=Code.SENDER_DOMAIN_UNKNOWN,
        words="550 Verification failed for <relay@nowhere.example> Unrouteable address",
        suggests="defaultFromAddress",
        then_from="postledger@example.org",
    ),
    Refusal(
        title="a policy without a message",
        service="forbidden",
        stage=Stage.RCPT_TO,
        code=Code.POLICY_REFUSED,
        words="550 Administrative prohibition",
    ),
    Refusal(
        title="a policy that defers",
        service="later",
        stage=Stage.RCPT_TO,
        code=Code.TEMPORARILY_REFUSED,
        words="451 Temporary local problem - please try later",
        transient=True,
    ),
    Refusal(
        title="a message that is too large",
        service="small",
        stage=Stage.MAIL_FROM,
        code=Code.MESSAGE_TOO_LARGE,
        words="552 Message size exceeds maximum permitted",
    ),
    Refusal(
        title="content that is refused",
        service="content",
        stage=Stage.DATA,
        code=Code.MESSAGE_REFUSED,
        words="550 This message scored 12.3 spam points.",
    ),
)


@pytest.fixture(scope="module")
def exim(certificates: MadeCertificates) -> Iterator[Exim]:
    """Runs Exim once for all tests of this module."""
    need_exim()
    with (
        serving_backend(frozenset({_UNKNOWN_THERE})) as backend,
        running_exim(
            user=("postledger", PASSWORD),
            pem=certificates.server_pem(),
            authority=certificates.client_authority_pem,
            backend=backend.port,
        ) as server,
    ):
        yield server


@pytest.mark.parametrize("refusal", parameters(REFUSALS))
async def test_diagnoses_a_refusal(refusal: Refusal, world: World, exim: Exim) -> None:
    """A refusal by Exim gets the diagnosis of its row, and the fix works."""
    await assert_refused(refusal, world, exim.ports)


async def test_asks_whether_the_sender_exists(world: World, exim: Exim) -> None:
    """A From mailbox that its own server denies is refused, also when Exim remembers the denial."""
    for words in ("550 Verification failed for", "(cached) callout verification failure"):
        refusal = Refusal(
            title="callout",
            service="callout",
            sender=_UNKNOWN_THERE,
            stage=Stage.RCPT_TO,
            code=Code.SENDER_UNKNOWN,
            words=words,
            suggests="defaultFromAddress",
            then_from="postledger@callout.example.org",
        )
        await assert_refused(refusal, world, exim.ports)


@pytest.mark.parametrize(
    "mechanism",
    [
        SaslMechanism.PLAIN,
        SaslMechanism.LOGIN,
        SaslMechanism.CRAM_MD5,
    ],
)
async def test_signs_in(world: World, exim: Exim, mechanism: SaslMechanism) -> None:
    """Each mechanism signs in with the password, and a wrong password is recognized."""
    world.ports[587] = exim.ports["usual"]
    account = replace(world.account, mechanism=mechanism)
    right = await attempted(world, account)
    wrong = await attempted(world, replace(account, password=Secret("Tr0ub4dor&4")))

    assert EmailTestOutcome.ACCEPTED == right.outcome, right.diagnosis
    assert wrong.diagnosis is not None
    assert Stage.AUTHENTICATE == wrong.diagnosis.stage
    assert Code.CREDENTIALS_REJECTED == wrong.diagnosis.code


async def test_a_token_request_changes_no_later_handshake(world: World, exim: Exim) -> None:
    """Exim, which refuses a client that offers HTTP by ALPN, accepts one after a token request."""
    world.ports[587] = exim.ports["usual"]
    context = world.certificates.context("good")
    async with TokenServer(TokenScript(), context).running() as tokens:
        url = f"https://{TOKEN_HOST}:{tokens.port}/token"
        oauth2 = OAuth2(url, "postledger", Secret(CLIENT_SECRET))
        by_token = await attempted(world, replace(world.account, oauth2=oauth2))
    by_password = await attempted(world, world.account)

    assert by_token.diagnosis is not None
    assert Code.NO_COMMON_MECHANISM == by_token.diagnosis.code
    assert EmailTestOutcome.ACCEPTED == by_password.outcome, by_password.diagnosis


async def test_presents_a_client_certificate(
    world: World, exim: Exim, certificates: MadeCertificates
) -> None:
    """A server that requires a client certificate accepts a client that has one."""
    world.ports[587] = exim.ports["certificates"]
    client = certificates.client
    account = replace(world.account, client_certificate=client.chain, client_key=client.key)
    report = await attempted(world, account)

    assert EmailTestOutcome.ACCEPTED == report.outcome, report.diagnosis


async def test_delivers_the_message(world: World, exim: Exim) -> None:
    """The message that was accepted arrives as it was composed."""
    world.ports[587] = exim.ports["usual"]
    report = await attempted(world, world.account)
    assert EmailTestOutcome.ACCEPTED == report.outcome, report.diagnosis

    await until(lambda: exim.mailbox.find(report.message_id) is not None)
    assert_as_composed(exim.mailbox.find(report.message_id))
