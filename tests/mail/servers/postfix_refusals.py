"""What Postfix is asked to refuse: a port for each configuration, and a row for each refusal."""

from collections.abc import Mapping
from typing import Final

from mail.account import SaslMechanism, TlsMode
from mail.report.codes import Code
from mail.report.report import StageName
from mail.secret import Secret
from tests.mail.diagnosis.fault import Setting
from tests.mail.servers.refusal import Refusal
from tests.support.mail.client_certificates import STRANGER
from tests.support.mail.servers.postfix import Options
from tests.support.mail.world import PASSWORD

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
    # The test puts in the port of its policy service.
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
