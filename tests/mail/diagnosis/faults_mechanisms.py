"""The fault table, part of AUTHENTICATE: mechanisms that are refused, SCRAM, and OAUTHBEARER."""

from mail.account import SaslMechanism
from mail.report.codes import Code
from mail.secret import Secret
from tests.mail.diagnosis.fault import Changes, Fault, Stage
from tests.support.mail.sasl import ACCEPTED, BearerServer, ScramServer, encoded
from tests.support.mail.scripted import Script, asking, by_name, then_close
from tests.support.mail.token_server import TOKEN, TokenScript

SCRAM: Changes = {"mechanism": SaslMechanism.SCRAM_SHA_256}
IN_THE_CLEAR: Changes = {"secure": False}
SHA_256, SHA_1 = "SCRAM-SHA-256", "SCRAM-SHA-1"


def _scram(server: ScramServer, auth: str = SHA_256) -> Script:
    return Script(on={f"AUTH {server.keyword}": server}, auth=auth)


def _first(text: str) -> Script:
    """Returns a server whose first SCRAM message is `text`."""
    return Script(
        on={f"AUTH {SHA_256}": asking(f"334 {encoded(text)}", "501 5.7.0 Canceled")}, auth=SHA_256
    )


def _final(text: str, reply: str = "535 5.7.8 Authentication failed") -> Script:
    """Returns a server that answers SCRAM at once with the final message `text`."""
    return Script(on={f"AUTH {SHA_256}": asking(f"334 {encoded(text)}", reply)}, auth=SHA_256)


SCRAM_FAULTS = (
    Fault(
        title="SCRAM-SHA-256: a wrong password, with the error in a challenge",
        server=_scram(ScramServer(password="another")),
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="SCRAM-SHA-256: a wrong password, refused at once",
        server=_scram(ScramServer(password="another", errors=False)),
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="SCRAM-SHA-1: a wrong password",
        server=_scram(ScramServer(SHA_1, password="another"), SHA_1),
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="SCRAM-SHA-256: the username is unknown",
        server=_scram(ScramServer(username="ada")),
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="SCRAM-SHA-256: the server's proof in a challenge is wrong",
        server=_scram(ScramServer(proof="wrong")),
        stage=Stage.AUTHENTICATE,
        code=Code.SERVER_NOT_PROVEN,
        suggests="smtpHost",
    ),
    Fault(
        title="SCRAM-SHA-256: the server's proof in the final reply is wrong",
        server=_scram(ScramServer(proof="wrong reply")),
        stage=Stage.AUTHENTICATE,
        code=Code.SERVER_NOT_PROVEN,
        suggests="smtpHost",
    ),
    Fault(
        title="SCRAM-SHA-256: accepted without the server's proof",
        server=_scram(ScramServer(proof="none")),
        stage=Stage.AUTHENTICATE,
        code=Code.SERVER_NOT_PROVEN,
        suggests="smtpHost",
    ),
    Fault(
        title="SCRAM-SHA-256: accepted at once, before any proof",
        server=_scram(ScramServer(proof="at once")),
        stage=Stage.AUTHENTICATE,
        code=Code.SERVER_NOT_PROVEN,
        suggests="smtpHost",
    ),
    Fault(
        title="SCRAM-SHA-256: a proof before the client's",
        server=_final("v=" + encoded("x" * 32), ACCEPTED),
        stage=Stage.AUTHENTICATE,
        code=Code.REPLY_SENSELESS,
    ),
    Fault(
        title="SCRAM-SHA-256: accepted after an error",
        server=_final("e=other-error", ACCEPTED),
        stage=Stage.AUTHENTICATE,
        code=Code.SERVER_NOT_PROVEN,
        suggests="smtpHost",
    ),
    Fault(
        title="SCRAM-SHA-256: more iterations than allowed, SCRAM chosen",
        server=Script(
            on={
                f"AUTH {SHA_256}": asking(
                    f"334 {encoded('r=x,s=QSXCR+Q6sek8bf92,i=2147483648')}", "501 5.7.0 Canceled"
                )
            },
            auth=f"{SHA_256} PLAIN",
        ),
        account=SCRAM,
        stage=Stage.AUTHENTICATE,
        code=Code.ITERATIONS_OUT_OF_RANGE,
        fix={"authMechanism": "AUTO"},
    ),
    Fault(
        title="SCRAM-SHA-256: more iterations than allowed, and no other mechanism",
        server=_first("r=x,s=QSXCR+Q6sek8bf92,i=2000001"),
        stage=Stage.AUTHENTICATE,
        code=Code.ITERATIONS_OUT_OF_RANGE,
    ),
    Fault(
        title="SCRAM-SHA-256: fewer iterations than allowed",
        server=_first("r=x,s=QSXCR+Q6sek8bf92,i=1"),
        stage=Stage.AUTHENTICATE,
        code=Code.ITERATIONS_OUT_OF_RANGE,
    ),
    Fault(
        title="SCRAM-SHA-256: another client's nonce",
        server=_first("r=anotherclientsnonce,s=QSXCR+Q6sek8bf92,i=4096"),
        stage=Stage.AUTHENTICATE,
        code=Code.REPLY_SENSELESS,
    ),
    Fault(
        title="SCRAM-SHA-256: a first message without a salt",
        server=_first("r=x,i=4096"),
        stage=Stage.AUTHENTICATE,
        code=Code.REPLY_SENSELESS,
    ),
    Fault(
        title="SCRAM-SHA-256: a first message that is not base64",
        server=Script(on={f"AUTH {SHA_256}": "334 r=x,s=y,i=4096"}, auth=SHA_256),
        stage=Stage.AUTHENTICATE,
        code=Code.REPLY_SENSELESS,
    ),
    Fault(
        title="SCRAM-SHA-256: the server insists on channel binding",
        server=Script(
            on={
                f"AUTH {SHA_256}": asking(
                    f"334 {encoded('e=server-does-support-channel-binding')}",
                    "535 5.7.8 Authentication failed",
                )
            },
            auth=f"{SHA_256} {SHA_256}-PLUS LOGIN",
        ),
        account=SCRAM,
        stage=Stage.AUTHENTICATE,
        code=Code.MECHANISM_REFUSED,
        fix={"authMechanism": "AUTO"},
    ),
    Fault(
        title="SCRAM-SHA-256: the server has no resources",
        server=_final("e=no-resources"),
        stage=Stage.AUTHENTICATE,
        code=Code.SIGN_IN_UNAVAILABLE,
        transient=True,
    ),
    Fault(
        title="SCRAM with channel binding only",
        server=Script(auth="SCRAM-SHA-256-PLUS"),
        stage=Stage.AUTHENTICATE,
        code=Code.NO_COMMON_MECHANISM,
    ),
)


def _by_bearer(status: str) -> Script:
    return Script(on={"AUTH OAUTHBEARER": BearerServer(status)}, auth="PLAIN OAUTHBEARER")


REFUSED_TOKENS = tuple(
    Fault(
        title=f"OAUTHBEARER: the token is refused with the status {status}",
        server=_by_bearer(status),
        token=TokenScript(),
        stage=Stage.AUTHENTICATE,
        code=Code.TOKEN_REFUSED,
        suggests="oauth2.clientId",
    )
    for status in ("invalid_token", "invalid_request", "insufficient_scope", "401")
)

OAUTHBEARER_FAULTS = (
    Fault(
        title="OAUTHBEARER: the status repeats the token",
        server=_by_bearer(TOKEN),
        token=TokenScript(),
        stage=Stage.AUTHENTICATE,
        code=Code.TOKEN_REFUSED,
        suggests="oauth2.clientId",
    ),
    Fault(
        title="OAUTHBEARER: an error that is not JSON",
        server=Script(
            on={"AUTH OAUTHBEARER": f"334 {encoded('invalid_token')}"}, auth="OAUTHBEARER"
        ),
        token=TokenScript(),
        stage=Stage.AUTHENTICATE,
        code=Code.REPLY_SENSELESS,
    ),
    Fault(
        title="OAUTHBEARER without OAuth2 settings",
        account={"mechanism": SaslMechanism.OAUTHBEARER},
        stage=Stage.TOKEN,
        code=Code.OAUTH2_NOT_CONFIGURED,
        suggests="oauth2",
    ),
    Fault(
        title="Only OAuth2 offered, and no OAuth2 settings",
        server=Script(auth="XOAUTH2 OAUTHBEARER"),
        stage=Stage.AUTHENTICATE,
        code=Code.NO_COMMON_MECHANISM,
        suggests="oauth2.tokenUrl",
    ),
    Fault(
        title="PLAIN chosen, only OAuth2 offered, and OAuth2 configured",
        server=Script(auth="OAUTHBEARER"),
        token=TokenScript(),
        account={"mechanism": SaslMechanism.PLAIN},
        stage=Stage.AUTHENTICATE,
        code=Code.NO_COMMON_MECHANISM,
        fix={"authMechanism": "AUTO"},
    ),
    Fault(
        title="XOAUTH2 chosen, only OAUTHBEARER offered",
        server=Script(auth="OAUTHBEARER"),
        token=TokenScript(),
        account={"mechanism": SaslMechanism.XOAUTH2},
        stage=Stage.AUTHENTICATE,
        code=Code.NO_COMMON_MECHANISM,
        fix={"authMechanism": "AUTO"},
    ),
    Fault(
        title="OAuth2 without a password, but only passwords accepted",
        server=Script(auth="PLAIN LOGIN"),
        token=TokenScript(),
        account={"password": None},
        stage=Stage.AUTHENTICATE,
        code=Code.NO_COMMON_MECHANISM,
        suggests="smtpPassword",
    ),
)

_UNRECOGNIZED = "504 5.7.4 Unrecognized authentication type"

MECHANISM_FAULTS = (
    Fault(
        title="PLAIN offered but refused, the connection closed, LOGIN offered",
        server=Script(on={"AUTH PLAIN": then_close("502 5.5.1 Command not implemented")}),
        stage=Stage.AUTHENTICATE,
        code=Code.MECHANISM_REFUSED,
        fix={"authMechanism": "LOGIN"},
    ),
    Fault(
        title="PLAIN offered but refused, then 421, LOGIN offered",
        server=Script(
            on={
                "AUTH PLAIN": then_close(
                    "502 5.5.1 Command not implemented\n421 4.7.0 Too many errors"
                )
            }
        ),
        stage=Stage.AUTHENTICATE,
        code=Code.MECHANISM_REFUSED,
        fix={"authMechanism": "LOGIN"},
    ),
    Fault(
        title="XOAUTH2 refused as a mechanism, then the token by OAUTHBEARER",
        server=Script(
            on={
                "AUTH XOAUTH2": _UNRECOGNIZED,
                "AUTH OAUTHBEARER": BearerServer("invalid_token"),
            },
            auth="XOAUTH2 OAUTHBEARER",
        ),
        token=TokenScript(),
        stage=Stage.AUTHENTICATE,
        code=Code.TOKEN_REFUSED,
        suggests="oauth2.clientId",
    ),
    Fault(
        title="Passwords are turned off, OAuth2 is configured, OAUTHBEARER offered",
        server=Script(
            on={"AUTH PLAIN": "550 5.7.30 Basic authentication is not supported"},
            auth="PLAIN OAUTHBEARER",
        ),
        token=TokenScript(),
        account={"mechanism": SaslMechanism.PLAIN},
        stage=Stage.AUTHENTICATE,
        code=Code.BASIC_SIGN_IN_DISABLED,
        fix={"authMechanism": "OAUTHBEARER"},
    ),
    Fault(
        title="PLAIN chosen and refused, LOGIN offered",
        server=Script(on={"AUTH PLAIN": _UNRECOGNIZED}),
        account={"mechanism": SaslMechanism.PLAIN},
        stage=Stage.AUTHENTICATE,
        code=Code.MECHANISM_REFUSED,
        fix={"authMechanism": "LOGIN"},
    ),
    Fault(
        title="LOGIN chosen and refused, PLAIN offered",
        server=Script(on={"AUTH LOGIN": _UNRECOGNIZED}),
        account={"mechanism": SaslMechanism.LOGIN},
        stage=Stage.AUTHENTICATE,
        code=Code.MECHANISM_REFUSED,
        fix={"authMechanism": "AUTO"},
    ),
    Fault(
        title="PLAIN and LOGIN refused as mechanisms",
        server=Script(on={"AUTH": _UNRECOGNIZED}),
        stage=Stage.AUTHENTICATE,
        code=Code.MECHANISM_REFUSED,
    ),
    Fault(
        title="PLAIN and LOGIN refused as mechanisms, SCRAM offered",
        server=Script(
            on={
                "AUTH PLAIN": _UNRECOGNIZED,
                "AUTH LOGIN": _UNRECOGNIZED,
                f"AUTH {SHA_256}": ScramServer(),
            },
            auth=f"PLAIN LOGIN {SHA_256}",
        ),
        stage=Stage.AUTHENTICATE,
        code=Code.MECHANISM_REFUSED,
        fix={"authMechanism": "SCRAM_SHA_256"},
    ),
    Fault(
        title="PLAIN refused as a mechanism, then the password refused by LOGIN",
        server=Script(
            on={
                "AUTH PLAIN": _UNRECOGNIZED,
                "AUTH LOGIN": asking(
                    "334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6", "535 5.7.8 Authentication failed"
                ),
            }
        ),
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="SCRAM refused without TLS: the password is not sent instead",
        server=Script(
            on={"AUTH SCRAM": _UNRECOGNIZED, "AUTH PLAIN": ACCEPTED},
            auth=f"{SHA_256} PLAIN",
            tls="none",
        ),
        account=IN_THE_CLEAR,
        stage=Stage.AUTHENTICATE,
        code=Code.MECHANISM_REFUSED,
        suggests="enableSecureConnection",
    ),
    Fault(
        title="CRAM-MD5 only, over TLS",
        server=Script(auth="CRAM-MD5", on={"AUTH CRAM-MD5": asking("334 PDFAeD4=", ACCEPTED)}),
        stage=Stage.AUTHENTICATE,
        code=Code.NO_COMMON_MECHANISM,
        fix={"authMechanism": "CRAM_MD5"},
    ),
    Fault(
        title="Only a client certificate accepted",
        server=Script(auth="EXTERNAL"),
        stage=Stage.AUTHENTICATE,
        code=Code.NO_COMMON_MECHANISM,
        suggests="clientCertificate",
    ),
    Fault(
        title="Only Kerberos accepted, PLAIN chosen",
        server=Script(auth="GSSAPI"),
        account={"mechanism": SaslMechanism.PLAIN},
        stage=Stage.AUTHENTICATE,
        code=Code.NO_COMMON_MECHANISM,
    ),
)

DOMAIN_FAULTS = (
    Fault(
        title="A domain that PLAIN sends with the name",
        server=Script(
            on={"AUTH PLAIN": by_name("postledger", "535 5.7.8 Authentication failed")},
            auth="PLAIN",
        ),
        account={"domain": "CORP"},
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        fix={"smtpDomain": ""},
    ),
    Fault(
        title="A domain in the name, and a provider with one username for all",
        server=Script(
            on={"AUTH PLAIN": by_name("apikey", "535 5.7.8 Authentication failed")}, auth="PLAIN"
        ),
        account={"domain": "CORP", "host": "smtp.sendgrid.net"},
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        fix={"smtpDomain": "", "smtpUsername": "apikey"},
    ),
    Fault(
        title="Gmail: a domain that PLAIN sends with the name",
        server=Script(
            on={
                "AUTH PLAIN": by_name(
                    "postledger",
                    "535-5.7.8 Username and Password not accepted. For more information, go to\n"
                    "535 5.7.8  https://support.google.com/mail/?p=BadCredentials d2e1a72 - gsmtp",
                )
            }
        ),
        account={"domain": "CORP", "host": "smtp.gmail.com"},
        stage=Stage.AUTHENTICATE,
        code=Code.APP_PASSWORD_REQUIRED,
        fix={"smtpDomain": ""},
    ),
    Fault(
        title="A password that is also the name, with a domain",
        server=Script(
            auth="PLAIN", on={"AUTH": by_name("t0ken-0123", "535 5.7.8 Authentication failed")}
        ),
        account={"domain": "CORP", "username": "t0ken-0123", "password": Secret("t0ken-0123")},
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        fix={"smtpDomain": ""},
    ),
)

FAULTS = (
    *SCRAM_FAULTS,
    *REFUSED_TOKENS,
    *OAUTHBEARER_FAULTS,
    *MECHANISM_FAULTS,
    *DOMAIN_FAULTS,
)
