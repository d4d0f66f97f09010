"""Attempts at a real Postfix: its refusals as it words and times them, and its sign-ins."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import pytest

from mail.account import SaslMechanism, TlsMode
from mail.report.codes import Code
from mail.report.report import EmailTestOutcome, StageName
from mail.secret import Secret
from tests.mail.diagnosis.fault import Setting
from tests.mail.servers.attempts import assert_as_composed, attempted
from tests.mail.servers.refusal import Refusal, assert_refused, parameters
from tests.support.mail.certificates import MadeCertificates
from tests.support.mail.client_certificates import STRANGER
from tests.support.mail.servers.greylist import greylisting
from tests.support.mail.servers.postfix import Options, Postfix, need_postfix, running_postfix
from tests.support.mail.world import PASSWORD, World
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

Stage = StageName
_ANONYMOUS: Final[Mapping[str, Setting]] = {"username": None, "password": None}
_SIGNED_IN: Final[Mapping[str, Setting]] = {"username": "postledger", "password": Secret(PASSWORD)}
_SHORT_NAME: Final = "25aea30808b2"
_WITH_CERTIFICATE: Final = {
    "smtpd_tls_security_level": "encrypt",
    "smtpd_tls_req_ccert": "yes",
    "smtpd_tls_CAfile": "$config_directory/authority.pem",
}
_SIGN_IN_FIRST: Final = "permit_sasl_authenticated, reject"

SERVICES: Final[Mapping[str, Options]] = {
    # As in the `master.cf` that Postfix comes with.
    "submission": {
        "smtpd_tls_security_level": "encrypt",
        "smtpd_reject_unlisted_recipient": "no",
        "smtpd_recipient_restrictions": _SIGN_IN_FIRST,
    },
    # As in the `master.cf` of earlier releases.
    "clients": {"smtpd_client_restrictions": _SIGN_IN_FIRST},
    "relay": {"smtpd_relay_restrictions": _SIGN_IN_FIRST},
    "senders_at_once": {
        "smtpd_delay_reject": "no",
        "smtpd_sender_restrictions": _SIGN_IN_FIRST,
    },
    "clients_at_once": {
        "smtpd_delay_reject": "no",
        "smtpd_client_restrictions": "check_client_access static:{REJECT}",
    },
    "names": {"smtpd_helo_restrictions": "reject_non_fqdn_helo_hostname"},
    "names_at_once": {
        "smtpd_delay_reject": "no",
        "smtpd_helo_restrictions": "reject_non_fqdn_helo_hostname",
    },
    # As `reject_unknown_helo_hostname` and `reject_unknown_sender_domain` refuse, without a DNS.
    "unknown_names": {
        "smtpd_helo_restrictions": "check_helo_access"
        f" inline:{{{{{_SHORT_NAME} = 450 4.7.1 Host not found}}}}",
    },
    "unknown_domains": {
        "smtpd_sender_restrictions": "check_sender_access"
        " inline:{{example.org = 450 4.1.8 Domain not found}}",
    },
    "senders": {
        "smtpd_sender_restrictions": "check_sender_access inline:{{noreply@example.org = REJECT}}"
    },
    "owners": {
        "smtpd_sender_login_maps": "inline:{ceo@example.org=ceo@example.org,"
        " postledger@example.org=postledger@example.org}",
        "smtpd_sender_restrictions": "reject_sender_login_mismatch",
    },
    "small": {"message_size_limit": "500"},
    "greylist": {"smtpd_recipient_restrictions": "check_policy_service inet:127.0.0.1:{port}"},
    "content": {"cleanup_service_name": "checking_cleanup"},
    "few_connections": {"smtpd_client_connection_rate_limit": "1"},
    "few_sign_ins": {"smtpd_client_auth_rate_limit": "1"},
    "implicit": {"smtpd_tls_wrappermode": "yes"},
    "certificates": _WITH_CERTIFICATE,
    "certificates_by_tls12": {**_WITH_CERTIFICATE, "smtpd_tls_mandatory_protocols": "TLSv1.2"},
    "old_tls": {
        "smtpd_tls_security_level": "encrypt",
        "smtpd_tls_mandatory_protocols": ">=TLSv1, <=TLSv1.1",
        "tls_medium_cipherlist": "ALL:@SECLEVEL=0",
    },
    "old_ciphers": {
        "smtpd_tls_security_level": "encrypt",
        "smtpd_tls_mandatory_protocols": "TLSv1.2",
        "tls_medium_cipherlist": "ECDHE-ECDSA-AES128-SHA",
    },
    "screened": {
        "postscreen_greet_wait": "1s",
        "postscreen_greet_action": "enforce",
        "postscreen_access_list": "",
    },
}

REFUSALS: Final = (
    Refusal(
        title="stock submission without a username",
        service="submission",
        account=_ANONYMOUS,
        stage=Stage.RCPT_TO,
        code=Code.SIGN_IN_REQUIRED,
        words="554 5.7.1 <ada@example.net>: Recipient address rejected: Access denied",
        suggests="smtpUsername",
        remedy=_SIGNED_IN,
    ),
    Refusal(
        title="client restrictions without a username",
        service="clients",
        account=_ANONYMOUS,
        stage=Stage.RCPT_TO,
        code=Code.SIGN_IN_REQUIRED,
        words="554 5.7.1 <unknown[127.0.0.1]>: Client host rejected: Access denied",
        suggests="smtpUsername",
        remedy=_SIGNED_IN,
    ),
    Refusal(
        title="relay restrictions without a username",
        service="relay",
        account=_ANONYMOUS,
        stage=Stage.RCPT_TO,
        code=Code.SIGN_IN_REQUIRED,
        words="554 5.7.1 <ada@example.net>: Recipient address rejected: Access denied",
        suggests="smtpUsername",
        remedy=_SIGNED_IN,
    ),
    Refusal(
        title="sender restrictions at once without a username",
        service="senders_at_once",
        account=_ANONYMOUS,
        stage=Stage.MAIL_FROM,
        code=Code.SENDER_REFUSED,
        words="554 5.7.1 <postledger@example.org>: Sender address rejected: Access denied",
        suggests="smtpUsername",
        remedy=_SIGNED_IN,
    ),
    Refusal(
        title="our address refused at once",
        service="clients_at_once",
        stage=Stage.GREETING,
        code=Code.CLIENT_REFUSED,
        words="554 5.7.1 <unknown[127.0.0.1]>: Client host rejected: Access denied",
    ),
    Refusal(
        title="a short EHLO name, refused at RCPT",
        service="names",
        account={"ehlo_hostname": _SHORT_NAME},
        stage=Stage.RCPT_TO,
        code=Code.EHLO_NAME_REFUSED,
        words="504 5.5.2 <25aea30808b2>: Helo command rejected: need fully-qualified hostname",
        fix={"ehloHostname": "host.example.com"},
    ),
    Refusal(
        title="a short EHLO name, refused at once",
        service="names_at_once",
        account={"ehlo_hostname": _SHORT_NAME},
        stage=Stage.EHLO,
        code=Code.EHLO_NAME_REFUSED,
        words="504 5.5.2 <25aea30808b2>: Helo command rejected: need fully-qualified hostname",
        fix={"ehloHostname": "host.example.com"},
    ),
    Refusal(
        title="an EHLO name without an address",
        service="unknown_names",
        account={"ehlo_hostname": _SHORT_NAME},
        stage=Stage.RCPT_TO,
        code=Code.EHLO_NAME_REFUSED,
        words="450 4.7.1 <25aea30808b2>: Helo command rejected: Host not found",
        fix={"ehloHostname": "host.example.com"},
    ),
    Refusal(
        title="a sender domain without an address",
        service="unknown_domains",
        stage=Stage.RCPT_TO,
        code=Code.SENDER_DOMAIN_UNKNOWN,
        words="450 4.1.8 <postledger@example.org>: Sender address rejected: Domain not found",
        transient=True,
        suggests="defaultFromAddress",
        then_from="postledger@example.com",
    ),
    Refusal(
        title="a sender that is refused",
        service="senders",
        sender="noreply@example.org",
        account={"username": "postledger@example.org"},
        stage=Stage.RCPT_TO,
        code=Code.SENDER_REFUSED,
        words="554 5.7.1 <noreply@example.org>: Sender address rejected: Access denied",
        fix={"defaultFromAddress": "postledger@example.org"},
    ),
    Refusal(
        title="a sender of another user",
        service="owners",
        sender="ceo@example.org",
        account={"username": "postledger@example.org"},
        stage=Stage.RCPT_TO,
        code=Code.SENDER_NOT_OWNED,
        words="553 5.7.1 <ceo@example.org>: Sender address rejected: not owned by user",
        fix={"defaultFromAddress": "postledger@example.org"},
    ),
    Refusal(
        title="a sender of another user without a username",
        service="owners",
        account=_ANONYMOUS,
        stage=Stage.RCPT_TO,
        code=Code.SIGN_IN_REQUIRED,
        words="553 5.7.1 <postledger@example.org>: Sender address rejected: not logged in",
        suggests="smtpUsername",
        remedy=_SIGNED_IN,
    ),
    Refusal(
        title="an unknown recipient",
        service="names",
        recipient="relay-daily@example.net",
        then_to="ada@example.net",
        stage=Stage.RCPT_TO,
        code=Code.RECIPIENT_UNKNOWN,
        words="550 5.1.1 <relay-daily@example.net>: Recipient address rejected: User unknown",
    ),
    Refusal(
        title="a recipient elsewhere without a username",
        service="names",
        recipient="ada@example.com",
        account=_ANONYMOUS,
        stage=Stage.RCPT_TO,
        code=Code.RELAYING_DENIED,
        words="554 5.7.1 <ada@example.com>: Relay access denied",
        suggests="smtpUsername",
    ),
    Refusal(
        title="a message that is too large",
        service="small",
        stage=Stage.MAIL_FROM,
        code=Code.MESSAGE_TOO_LARGE,
        words="552 5.3.4 Message size exceeds fixed limit",
    ),
    Refusal(
        title="greylisting",
        service="greylist",
        stage=Stage.RCPT_TO,
        code=Code.GREYLISTED,
        words="450 4.7.1 <ada@example.net>: Recipient address rejected: Greylisted",
        transient=True,
        remedy=_SIGNED_IN,
    ),
    Refusal(
        title="content that is refused",
        service="content",
        stage=Stage.DATA,
        code=Code.MESSAGE_REFUSED,
        words="550 5.7.1 message content rejected",
    ),
    Refusal(
        title="no client certificate",
        service="certificates",
        stage=Stage.EHLO,
        code=Code.TLS_CLIENT_CERTIFICATE_REQUIRED,
        words="421 4.7.1 mx.example.org Error: No client certificate presented",
        suggests="clientCertificate",
    ),
    Refusal(
        title="no client certificate by TLS 1.2",
        service="certificates_by_tls12",
        stage=Stage.EHLO,
        code=Code.TLS_CLIENT_CERTIFICATE_REQUIRED,
        words="421 4.7.1 mx.example.org Error: No client certificate presented",
        suggests="clientCertificate",
    ),
    Refusal(
        title="a client certificate of a stranger",
        service="certificates",
        account={"client_certificate": STRANGER.chain, "client_key": STRANGER.key},
        stage=Stage.EHLO,
        code=Code.TLS_CLIENT_CERTIFICATE_REFUSED,
        words="421 4.7.1 mx.example.org Error: Client certificate not trusted",
        suggests="clientCertificate",
    ),
    Refusal(
        title="TLS that is too old",
        service="old_tls",
        stage=Stage.TLS,
        code=Code.TLS_VERSION_TOO_OLD,
        words="",
    ),
    Refusal(
        title="ciphers that are too old",
        service="old_ciphers",
        stage=Stage.TLS,
        code=Code.TLS_CIPHERS_TOO_OLD,
        words="",
    ),
    Refusal(
        title="no TLS where it is required",
        service="submission",
        account={"secure": False, **_ANONYMOUS},
        stage=Stage.MAIL_FROM,
        code=Code.TLS_REQUIRED,
        words="530 5.7.0 Must issue a STARTTLS command first",
        fix={"enableSecureConnection": "true"},
        remedy=_SIGNED_IN,
    ),
    Refusal(
        title="TLS at once where STARTTLS is expected",
        service="submission",
        account={"tls_mode": TlsMode.IMPLICIT},
        stage=Stage.TLS,
        code=Code.PORT_SPEAKS_PLAIN_SMTP,
        words="",
        fix={"tlsMode": "STARTTLS"},
    ),
    Refusal(
        title="sign-in that is not offered without TLS",
        service="names",
        account={"secure": False},
        stage=Stage.AUTHENTICATE,
        code=Code.SIGN_IN_REQUIRES_TLS,
        words="",
        fix={"enableSecureConnection": "true"},
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


@pytest.fixture(scope="module")
def postfix(certificates: MadeCertificates) -> Iterator[Postfix]:
    """Runs Postfix once for all tests of this module."""
    need_postfix()
    with greylisting() as port:
        services = {
            name: {key: value.replace("{port}", str(port)) for key, value in options.items()}
            for name, options in SERVICES.items()
        }
        with running_postfix(
            services,
            user=("postledger", PASSWORD),
            pem=certificates.server_pem(),
            authority=certificates.client_authority_pem,
        ) as server:
            yield server


@pytest.mark.parametrize("refusal", parameters(REFUSALS))
async def test_diagnoses_a_refusal(refusal: Refusal, world: World, postfix: Postfix) -> None:
    """A refusal by Postfix gets the diagnosis of its row, and the fix works."""
    await assert_refused(refusal, world, postfix.ports)


@pytest.mark.parametrize(
    "mechanism", ["PLAIN", "LOGIN", "CRAM_MD5", "SCRAM_SHA_1", "SCRAM_SHA_256"]
)
async def test_signs_in(world: World, postfix: Postfix, mechanism: str) -> None:
    """Each mechanism signs in with the password, and a wrong password is recognized."""
    world.ports[587] = postfix.ports["submission"]
    account = replace(world.account, mechanism=SaslMechanism(mechanism))
    right = await attempted(world, account)
    wrong = await attempted(world, replace(account, password=Secret("Tr0ub4dor&4")))

    assert EmailTestOutcome.ACCEPTED == right.outcome, right.diagnosis
    assert wrong.diagnosis is not None
    assert (Stage.AUTHENTICATE, Code.CREDENTIALS_REJECTED) == (
        wrong.diagnosis.stage,
        wrong.diagnosis.code,
    )


@pytest.mark.parametrize("service", ["certificates", "certificates_by_tls12"])
async def test_presents_a_client_certificate(
    world: World, postfix: Postfix, certificates: MadeCertificates, service: str
) -> None:
    """A server that requires a client certificate accepts a client that has one."""
    world.ports[587] = postfix.ports[service]
    client = certificates.client
    account = replace(world.account, client_certificate=client.chain, client_key=client.key)
    report = await attempted(world, account)

    assert EmailTestOutcome.ACCEPTED == report.outcome, report.diagnosis
    assert "PRIVATE KEY" not in repr(report)


async def test_uses_implicit_tls(world: World, postfix: Postfix) -> None:
    """A port that begins with TLS accepts the message."""
    world.ports[465] = postfix.ports["implicit"]
    report = await attempted(world, replace(world.account, port=465))

    assert EmailTestOutcome.ACCEPTED == report.outcome, report.diagnosis


async def test_delivers_the_message(world: World, postfix: Postfix) -> None:
    """The message that was accepted arrives as it was composed."""
    world.ports[587] = postfix.ports["submission"]
    report = await attempted(world, world.account)
    assert EmailTestOutcome.ACCEPTED == report.outcome, report.diagnosis

    await until(lambda: postfix.mailbox.find(report.message_id) is not None)
    assert_as_composed(postfix.mailbox.find(report.message_id))


async def test_too_many_connections(world: World, postfix: Postfix) -> None:
    """A second connection where only one a minute is allowed is refused for now."""
    world.ports[587] = postfix.ports["few_connections"]
    first = await attempted(world, world.account)
    second = await attempted(world, world.account)

    assert EmailTestOutcome.ACCEPTED == first.outcome, first.diagnosis
    assert second.diagnosis is not None
    assert (Stage.GREETING, Code.SERVER_BUSY) == (second.diagnosis.stage, second.diagnosis.code)
    assert second.diagnosis.transient


async def test_too_many_sign_ins(world: World, postfix: Postfix) -> None:
    """A second sign-in where only one a minute is allowed is not taken for a wrong password."""
    world.ports[587] = postfix.ports["few_sign_ins"]
    first = await attempted(world, world.account)
    second = await attempted(world, world.account)

    assert EmailTestOutcome.ACCEPTED == first.outcome, first.diagnosis
    assert second.diagnosis is not None
    assert (Stage.AUTHENTICATE, Code.TOO_MANY_SIGN_INS) == (
        second.diagnosis.stage,
        second.diagnosis.code,
    )
    assert second.diagnosis.transient


async def test_waits_for_a_delayed_greeting(world: World, postfix: Postfix) -> None:
    """The client sends nothing before the whole greeting, for which postscreen lets it wait."""
    world.ports[587] = postfix.ports["screened"]
    report = await attempted(world, world.account)

    assert EmailTestOutcome.ACCEPTED == report.outcome, report.diagnosis
    assert "PREGREET" not in postfix.log.read_text()
