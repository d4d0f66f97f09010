"""The fault table, second part: EHLO and TLS."""

from mail.account import TlsMode
from mail.report.codes import Code
from tests.mail.diagnosis.fault import Fault, Stage
from tests.mail.diagnosis.faults_reaching import SOON
from tests.support.mail.chains import OTHER
from tests.support.mail.scripted import (
    Script,
    alerting_handshake,
    broken_handshake,
    close,
    endless,
    hang,
    late,
    many_lines,
    plain_garbage,
    refusing,
    silent_handshake,
)
from tests.support.mail.world import IMPATIENT

EHLO = (
    Fault(
        title="Postfix: the EHLO name is not fully qualified",
        server=Script(
            on={
                "EHLO": refusing(
                    "localhost",
                    "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname",
                )
            }
        ),
        account={"ehlo_hostname": "localhost"},
        stage=Stage.EHLO,
        code=Code.EHLO_NAME_REFUSED,
        fix={"ehloHostname": "host.example.com"},
    ),
    Fault(
        title="Exim: the EHLO name is not accepted",
        server=Script(
            on={"EHLO": refusing(r"\[", "550 Bad HELO - Host impersonating domain name")}
        ),
        machine_name="host",
        stage=Stage.EHLO,
        code=Code.EHLO_NAME_REFUSED,
        fix={"ehloHostname": "example.org"},
    ),
    Fault(
        title="Exchange: the EHLO name is not a domain",
        server=Script(on={"EHLO": refusing("_", "501 5.5.4 Invalid domain name")}),
        account={"ehlo_hostname": "mail_out"},
        stage=Stage.EHLO,
        code=Code.EHLO_NAME_REFUSED,
        fix={"ehloHostname": "host.example.com"},
    ),
    Fault(
        title="Google Workspace relay: EHLO localhost",
        server=Script(
            on={
                "EHLO": refusing(
                    "localhost",
                    "421-4.7.0 Try again later, closing connection. (EHLO)\n"
                    "421 4.7.0 https://support.google.com/a/answer/3221692 d2e1a72 - gsmtp",
                )
            }
        ),
        account={"host": "smtp-relay.gmail.com", "ehlo_hostname": "localhost"},
        stage=Stage.EHLO,
        code=Code.EHLO_NAME_REFUSED,
        fix={"ehloHostname": "host.example.com"},
    ),
    Fault(
        title="EHLO refused, but not because of its name",
        server=Script(on={"EHLO": "554 5.7.1 No thanks"}),
        stage=Stage.EHLO,
        code=Code.EHLO_REFUSED,
    ),
    Fault(
        title="EHLO and HELO unknown",
        server=Script(
            on={
                "EHLO": "502 5.5.1 Command not implemented",
                "HELO": "502 5.5.1 Command not implemented",
            }
        ),
        stage=Stage.EHLO,
        code=Code.EHLO_REFUSED,
    ),
    Fault(
        title="EHLO unknown, HELO known: no TLS",
        server=Script(on={"EHLO": "500 5.5.1 Command unrecognized"}),
        account={"port": 2525},
        stage=Stage.TLS,
        code=Code.STARTTLS_NOT_OFFERED,
        suggests="smtpPort",
    ),
    Fault(
        title="EHLO unknown, HELO known: no sign-in",
        server=Script(on={"EHLO": "500 5.5.1 Command unrecognized"}, tls="none"),
        account={"secure": False},
        stage=Stage.AUTHENTICATE,
        code=Code.SIGN_IN_NOT_OFFERED,
        suggests="smtpUsername",
    ),
    Fault(
        title="Connection closed after EHLO",
        server=Script(on={"EHLO": close}),
        stage=Stage.EHLO,
        code=Code.CONNECTION_CLOSED,
        transient=True,
    ),
    Fault(
        title="A late reply to EHLO",
        server=Script(on={"EHLO": late("250 mx.example.org", 0.6)}, tls="none"),
        account={"timeout_seconds": IMPATIENT, "secure": False, "username": None},
        stage=Stage.EHLO,
        code=Code.REPLY_TIMED_OUT,
        transient=True,
        fix={"timeoutSeconds": "60"},
    ),
    Fault(
        title="An endless list of extensions",
        server=Script(on={"EHLO": endless}),
        stage=Stage.EHLO,
        code=Code.REPLY_TOO_LONG,
    ),
    Fault(
        title="Too many extensions",
        server=Script(on={"EHLO": many_lines}),
        stage=Stage.EHLO,
        code=Code.REPLY_TOO_LONG,
    ),
    Fault(
        title="Two replies to EHLO",
        server=Script(on={"EHLO": "250 mx.example.org\n250 mx.example.org"}, tls="none"),
        account={"secure": False, "username": None},
        stage=Stage.MAIL_FROM,
        code=Code.REPLY_SENSELESS,
    ),
    Fault(
        title="Postfix: a timeout, reported before the next command",
        server=Script(
            on={"EHLO": "250 mx.example.org\n421 4.4.2 mx.example.org Error: timeout exceeded"},
            tls="none",
        ),
        account={"secure": False, "username": None},
        stage=Stage.MAIL_FROM,
        code=Code.SERVER_BUSY,
        transient=True,
    ),
)

TLS = (
    Fault(
        title="STARTTLS not offered on the submission port",
        server={587: Script(tls="none"), 465: Script(tls="implicit")},
        stage=Stage.TLS,
        code=Code.STARTTLS_NOT_OFFERED,
        fix={"smtpPort": "465"},
    ),
    Fault(
        title="STARTTLS not offered on port 25",
        server={25: Script(tls="none"), 587: Script()},
        account={"port": 25},
        stage=Stage.TLS,
        code=Code.STARTTLS_NOT_OFFERED,
        fix={"smtpPort": "587"},
    ),
    Fault(
        title="STARTTLS refused",
        server={
            587: Script(on={"STARTTLS": "501 5.5.4 Unable to initialize security subsystem"}),
            465: Script(tls="implicit"),
        },
        stage=Stage.TLS,
        code=Code.STARTTLS_REFUSED,
        fix={"smtpPort": "465"},
    ),
    Fault(
        title="Postfix: TLS unavailable",
        server=Script(on={"STARTTLS": "454 4.7.0 TLS not available due to local problem"}),
        stage=Stage.TLS,
        code=Code.STARTTLS_UNAVAILABLE,
        transient=True,
    ),
    Fault(
        title="A handshake answered without TLS",
        server=Script(on={"STARTTLS": plain_garbage}),
        stage=Stage.TLS,
        code=Code.TLS_HANDSHAKE_FAILED,
    ),
    Fault(
        title="Connection closed during the handshake",
        server=Script(on={"STARTTLS": broken_handshake}),
        stage=Stage.TLS,
        code=Code.TLS_HANDSHAKE_FAILED,
    ),
    Fault(
        title="No answer to the handshake",
        server=Script(on={"STARTTLS": silent_handshake}),
        account=SOON,
        stage=Stage.TLS,
        code=Code.TLS_HANDSHAKE_TIMED_OUT,
        transient=True,
        suggests="timeoutSeconds",
    ),
    Fault(
        title="TLS 1.1 at most",
        server=Script(certificate="old", on={"STARTTLS": alerting_handshake}),
        stage=Stage.TLS,
        code=Code.TLS_VERSION_TOO_OLD,
    ),
    Fault(
        title="A client certificate is required",
        server=Script(
            certificate="wants_certificate_by_tls12", on={"STARTTLS": alerting_handshake}
        ),
        stage=Stage.TLS,
        code=Code.TLS_CLIENT_CERTIFICATE_REQUIRED,
        suggests="clientCertificate",
    ),
    Fault(
        title="A client certificate is required, after the handshake",
        server=Script(certificate="wants_certificate", on={"STARTTLS": alerting_handshake}),
        stage=Stage.EHLO,
        code=Code.TLS_CLIENT_CERTIFICATE_REQUIRED,
        suggests="clientCertificate",
    ),
    Fault(
        title="A reply injected before the handshake",
        server=Script(on={"STARTTLS": "220 2.0.0 Ready to start TLS\n250 AUTH PLAIN"}),
        stage=Stage.TLS,
        code=Code.TLS_ANSWER_SMUGGLED,
    ),
    Fault(
        title="Half a line injected before the handshake",
        server=Script(on={"STARTTLS": b"220 2.0.0 Ready to start TLS\r\n25"}),
        stage=Stage.TLS,
        code=Code.TLS_ANSWER_SMUGGLED,
    ),
    Fault(
        title="Certificate expired",
        server=Script(certificate="expired"),
        stage=Stage.TLS,
        code=Code.CERTIFICATE_EXPIRED,
    ),
    Fault(
        title="Certificate not yet valid",
        server=Script(certificate="not_yet_valid"),
        stage=Stage.TLS,
        code=Code.CERTIFICATE_NOT_YET_VALID,
    ),
    Fault(
        title="Certificate for another name",
        server=Script(certificate="other_name"),
        stage=Stage.TLS,
        code=Code.CERTIFICATE_HOSTNAME_MISMATCH,
        fix={"smtpHost": OTHER},
    ),
    Fault(
        title="Certificate for another name, implicit TLS",
        server=Script(certificate="other_name", tls="implicit"),
        account={"port": 465},
        stage=Stage.TLS,
        code=Code.CERTIFICATE_HOSTNAME_MISMATCH,
        fix={"smtpHost": OTHER},
    ),
    Fault(
        title="Certificate for a name, but the host is an address",
        server=Script(certificate="other_name"),
        account={"host": "127.0.0.1"},
        stage=Stage.TLS,
        code=Code.CERTIFICATE_HOSTNAME_MISMATCH,
        fix={"smtpHost": OTHER},
    ),
    Fault(
        title="Certificate with a wildcard for other names",
        server=Script(certificate="wildcard"),
        stage=Stage.TLS,
        code=Code.CERTIFICATE_HOSTNAME_MISMATCH,
        suggests="smtpHost",
    ),
    Fault(
        title="Self-signed certificate",
        server=Script(certificate="self_signed"),
        stage=Stage.TLS,
        code=Code.CERTIFICATE_SELF_SIGNED,
        fix={"trustedCertificates": "PEM"},
    ),
    Fault(
        title="Certificate from a private authority, sent with its root",
        server=Script(certificate="private_with_root"),
        stage=Stage.TLS,
        code=Code.CERTIFICATE_UNKNOWN_AUTHORITY,
        fix={"trustedCertificates": "PEM"},
    ),
    Fault(
        title="Certificate from a private authority, sent with its intermediate",
        server=Script(certificate="private_with_intermediate"),
        stage=Stage.TLS,
        code=Code.CERTIFICATE_UNKNOWN_AUTHORITY,
        fix={"trustedCertificates": "PEM"},
    ),
    Fault(
        title="Certificate from a private authority, sent alone",
        server=Script(certificate="private_leaf", tls="implicit"),
        account={"port": 465},
        stage=Stage.TLS,
        code=Code.CERTIFICATE_UNKNOWN_AUTHORITY,
        fix={"trustedCertificates": "PEM"},
    ),
    Fault(
        title="Certificate from a private authority, for another name",
        server=Script(certificate="private_other_name"),
        stage=Stage.TLS,
        code=Code.CERTIFICATE_UNKNOWN_AUTHORITY,
        fix={"trustedCertificates": "PEM", "smtpHost": OTHER},
    ),
    Fault(
        title="Certificate with a weak key",
        server=Script(certificate="weak"),
        stage=Stage.TLS,
        code=Code.CERTIFICATE_REFUSED,
    ),
    Fault(
        title="A trusted certificate that is not a certificate",
        account={"trusted_certificates": ("-----BEGIN CERTIFICATE-----\nnonsense",)},
        stage=Stage.TLS,
        code=Code.TRUSTED_CERTIFICATE_UNREADABLE,
        suggests="trustedCertificates",
    ),
    Fault(
        title="A silent port, implicit TLS",
        server=Script(on={}, greeting=hang),
        account=SOON | {"tls_mode": TlsMode.IMPLICIT},
        stage=Stage.TLS,
        code=Code.TLS_HANDSHAKE_TIMED_OUT,
        transient=True,
        suggests="timeoutSeconds",
    ),
)

FAULTS = (*EHLO, *TLS)
