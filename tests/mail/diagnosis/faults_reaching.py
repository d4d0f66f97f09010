"""The fault table, first part: up to the greeting."""

import errno
import socket

from mail.account import TlsMode
from mail.report.codes import Code
from tests.mail.diagnosis.fault import Changes, Fault, Stage
from tests.support.mail.scripted import (
    Script,
    alert_then_tls,
    close,
    drip,
    endless,
    endless_line,
    hang,
    late,
    reset,
)
from tests.support.mail.world import IMPATIENT

SOON: Changes = {"timeout_seconds": IMPATIENT}
UNKNOWN = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
NO_ADDRESS = socket.gaierror(socket.EAI_NODATA, "No address associated with hostname")
TRY_AGAIN = socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
UNREACHABLE = OSError(errno.ENETUNREACH, "Network is unreachable")

RESOLVE = (
    Fault(
        title="Unknown host name, similar to a provider's",
        account={"host": "smtp.gmial.com"},
        names={"smtp.gmial.com": UNKNOWN},
        stage=Stage.RESOLVE,
        code=Code.HOST_NOT_FOUND,
        fix={"smtpHost": "smtp.gmail.com"},
    ),
    Fault(
        title="Unknown host name",
        names={"mx.example.org": UNKNOWN},
        stage=Stage.RESOLVE,
        code=Code.HOST_NOT_FOUND,
        suggests="smtpHost",
    ),
    Fault(
        title="Host name without an address",
        names={"mx.example.org": NO_ADDRESS},
        stage=Stage.RESOLVE,
        code=Code.HOST_HAS_NO_ADDRESS,
        suggests="smtpHost",
    ),
    Fault(
        title="The resolver fails",
        names={"mx.example.org": TRY_AGAIN},
        stage=Stage.RESOLVE,
        code=Code.RESOLVER_NOT_ANSWERING,
        transient=True,
    ),
    Fault(
        title="The resolver does not answer",
        names={"mx.example.org": None},
        account=SOON,
        stage=Stage.RESOLVE,
        code=Code.RESOLVER_NOT_ANSWERING,
        transient=True,
    ),
    Fault(
        title="A cloud's metadata service",
        account={"host": "169.254.169.254"},
        stage=Stage.RESOLVE,
        code=Code.DESTINATION_NOT_ALLOWED,
        suggests="smtpHost",
    ),
    Fault(
        title="A name that leads to a cloud's metadata service, by IPv6",
        names={"mx.example.org": ["fd00:ec2::254"]},
        stage=Stage.RESOLVE,
        code=Code.DESTINATION_NOT_ALLOWED,
        suggests="smtpHost",
    ),
    Fault(
        title="A link-local address, mapped into IPv6",
        account={"host": "::ffff:169.254.1.1"},
        stage=Stage.RESOLVE,
        code=Code.DESTINATION_NOT_ALLOWED,
        suggests="smtpHost",
    ),
    Fault(
        title="A blocked network",
        blocked=("127.0.0.0/8",),
        stage=Stage.RESOLVE,
        code=Code.DESTINATION_NOT_ALLOWED,
        suggests="smtpHost",
    ),
    Fault(
        title="A host that is not on the list of allowed destinations",
        allowed=("10.0.0.0/8", "*.example.net"),
        stage=Stage.RESOLVE,
        code=Code.DESTINATION_NOT_ALLOWED,
        suggests="smtpHost",
    ),
)

CONNECT = (
    Fault(
        title="No server on the port",
        server={587: Script()},
        account={"port": 1},
        stage=Stage.CONNECT,
        code=Code.CONNECTION_REFUSED,
        fix={"smtpPort": "587"},
    ),
    Fault(
        title="No server on the submission port",
        server={},
        account={"port": 587},
        stage=Stage.CONNECT,
        down={"127.0.0.1": ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")},
        code=Code.CONNECTION_REFUSED,
        suggests="smtpPort",
    ),
    Fault(
        title="A firewall drops the connection",
        down={"127.0.0.1": None},
        account=SOON,
        stage=Stage.CONNECT,
        code=Code.CONNECTION_TIMED_OUT,
        transient=True,
        suggests="smtpPort",
    ),
    Fault(
        title="No route to the host",
        names={"mx.example.org": ["2001:db8::25", "192.0.2.25"]},
        down={"2001:db8::25": UNREACHABLE, "192.0.2.25": UNREACHABLE},
        stage=Stage.CONNECT,
        code=Code.HOST_UNREACHABLE,
        transient=True,
        suggests="smtpHost",
    ),
)

GREETING = (
    Fault(
        title="No greeting because the port uses implicit TLS; the settings say STARTTLS",
        server=Script(tls="implicit"),
        account={"port": 1465, "timeout_seconds": 0.6},
        stage=Stage.GREETING,
        code=Code.PORT_SPEAKS_IMPLICIT_TLS,
        fix={"tlsMode": "IMPLICIT"},
    ),
    Fault(
        title="No greeting because the port uses implicit TLS; the settings say no TLS",
        server=Script(tls="implicit"),
        account={"port": 465, "secure": False, "timeout_seconds": 0.6},
        stage=Stage.GREETING,
        code=Code.PORT_SPEAKS_IMPLICIT_TLS,
        fix={"enableSecureConnection": "true", "tlsMode": "IMPLICIT"},
    ),
    Fault(
        title="A TLS alert instead of a greeting",
        server=Script(greeting=alert_then_tls()),
        stage=Stage.GREETING,
        code=Code.PORT_SPEAKS_IMPLICIT_TLS,
        fix={"tlsMode": "IMPLICIT"},
    ),
    Fault(
        title="Implicit TLS to a port that starts without TLS",
        account={"tls_mode": TlsMode.IMPLICIT},
        stage=Stage.TLS,
        code=Code.PORT_SPEAKS_PLAIN_SMTP,
        fix={"tlsMode": "STARTTLS"},
    ),
    Fault(
        title="Implicit TLS to a port that starts without TLS and greets late",
        server=Script(greeting=late("220 mx.example.org ESMTP", 0.1)),
        account={"tls_mode": TlsMode.IMPLICIT},
        stage=Stage.TLS,
        code=Code.PORT_SPEAKS_PLAIN_SMTP,
        fix={"tlsMode": "STARTTLS"},
    ),
    Fault(
        title="A web server answers",
        server={80: Script(greeting="HTTP/1.1 400 Bad Request"), 587: Script()},
        account={"port": 80},
        stage=Stage.GREETING,
        code=Code.NOT_SMTP,
        fix={"smtpPort": "587"},
    ),
    Fault(
        title="A web server waits for a request",
        server={
            80: Script(greeting=b"", on={"": "HTTP/1.1 400 Bad Request\nConnection: close"}),
            587: Script(),
        },
        account={"port": 80, "timeout_seconds": 0.6},
        stage=Stage.GREETING,
        code=Code.NOT_SMTP,
        fix={"smtpPort": "587"},
    ),
    Fault(
        title="An IMAP server answers",
        server={
            143: Script(greeting="* OK [CAPABILITY IMAP4rev1 STARTTLS] Dovecot ready."),
            587: Script(),
        },
        account={"port": 143},
        stage=Stage.GREETING,
        code=Code.NOT_SMTP,
        fix={"smtpPort": "587"},
    ),
    Fault(
        title="A POP3 server answers",
        server={110: Script(greeting="+OK Dovecot ready."), 587: Script()},
        account={"port": 110},
        stage=Stage.GREETING,
        code=Code.NOT_SMTP,
        fix={"smtpPort": "587"},
    ),
    Fault(
        title="An SSH server answers",
        server={22: Script(greeting="SSH-2.0-OpenSSH_9.6"), 587: Script()},
        account={"port": 22},
        stage=Stage.GREETING,
        code=Code.NOT_SMTP,
        fix={"smtpPort": "587"},
    ),
    Fault(
        title="An IMAP server behind TLS",
        server={
            993: Script(greeting="* OK [CAPABILITY IMAP4rev1] Dovecot ready.", tls="implicit"),
            587: Script(),
        },
        account={"port": 993, "tls_mode": TlsMode.IMPLICIT},
        stage=Stage.GREETING,
        code=Code.NOT_SMTP,
        fix={"smtpPort": "587", "tlsMode": "STARTTLS"},
    ),
    Fault(
        title="No greeting at all",
        server=Script(greeting=hang),
        account=SOON,
        stage=Stage.GREETING,
        code=Code.GREETING_TIMED_OUT,
        transient=True,
        suggests="timeoutSeconds",
    ),
    Fault(
        title="A late greeting",
        server=Script(greeting=late("220 mx.example.org ESMTP", 0.6), tls="none"),
        account={"timeout_seconds": IMPATIENT, "secure": False},
        stage=Stage.GREETING,
        code=Code.GREETING_TIMED_OUT,
        transient=True,
        fix={"timeoutSeconds": "60"},
    ),
    Fault(
        title="A greeting sent one character at a time",
        server=Script(greeting=drip),
        account=SOON,
        stage=Stage.GREETING,
        code=Code.GREETING_TIMED_OUT,
        transient=True,
        suggests="timeoutSeconds",
    ),
    Fault(
        title="Connection closed instead of a greeting",
        server=Script(greeting=close),
        stage=Stage.GREETING,
        code=Code.CONNECTION_CLOSED,
        transient=True,
    ),
    Fault(
        title="Connection reset instead of a greeting",
        server=Script(greeting=reset),
        stage=Stage.GREETING,
        code=Code.CONNECTION_CLOSED,
        transient=True,
    ),
    Fault(
        title="An endless greeting",
        server=Script(greeting=endless),
        stage=Stage.GREETING,
        code=Code.REPLY_TOO_LONG,
    ),
    Fault(
        title="A greeting with an endless line",
        server=Script(greeting=endless_line),
        stage=Stage.GREETING,
        code=Code.REPLY_TOO_LONG,
    ),
    Fault(
        title="A greeting with an invalid code",
        server=Script(greeting="+22 mx.example.org ESMTP"),
        stage=Stage.GREETING,
        code=Code.REPLY_SENSELESS,
    ),
    Fault(
        title="A greeting with two codes",
        server=Script(greeting="220-mx.example.org\n554 go away"),
        stage=Stage.GREETING,
        code=Code.CLIENT_REFUSED,
    ),
    Fault(
        title="Gmail: try again later",
        server=Script(
            greeting="421 4.7.0 Try again later, closing connection. d2e1a72fcca58-7 - gsmtp"
        ),
        stage=Stage.GREETING,
        code=Code.SERVER_BUSY,
        transient=True,
    ),
    Fault(
        title="Postfix: too many connections",
        server=Script(greeting="421 4.7.0 mx.example.org Error: too many connections from [::1]"),
        stage=Stage.GREETING,
        code=Code.SERVER_BUSY,
        transient=True,
    ),
    Fault(
        title="Exim: too many connections",
        server=Script(greeting="421 Too many concurrent SMTP connections; please try again later."),
        stage=Stage.GREETING,
        code=Code.SERVER_BUSY,
        transient=True,
    ),
    Fault(
        title="Exchange: the service is not active",
        server=Script(greeting="421 4.3.2 Service not active"),
        stage=Stage.GREETING,
        code=Code.SERVER_BUSY,
        transient=True,
    ),
    Fault(
        title="Postfix: blocklisted",
        server=Script(
            greeting="554 5.7.1 Service unavailable; client [192.0.2.9] blocked using"
            " zen.spamhaus.org"
        ),
        stage=Stage.GREETING,
        code=Code.REPUTATION_REFUSED,
    ),
    Fault(
        title="Exim: this client is not accepted",
        server=Script(greeting="554 SMTP service not available"),
        stage=Stage.GREETING,
        code=Code.CLIENT_REFUSED,
    ),
    Fault(
        title="The whole test takes too long",
        server=Script(greeting=hang),
        limit_seconds=IMPATIENT,
        stage=Stage.GREETING,
        code=Code.TEST_TIMED_OUT,
        transient=True,
    ),
)

FAULTS = (*RESOLVE, *CONNECT, *GREETING)
