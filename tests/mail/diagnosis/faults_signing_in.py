"""The fault table, third part: AUTHENTICATE."""

import base64
import json

from mail.account import SaslMechanism
from mail.report.codes import Code
from tests.mail.diagnosis.fault import Changes, Fault, Stage
from tests.mail.diagnosis.faults_reaching import SOON
from tests.mail.diagnosis.faults_tokens import MICROSOFT_SCOPE
from tests.support.mail.scripted import (
    Script,
    asking,
    by_name,
    close,
    echo,
    hang,
    then_close,
    unless_secured,
)
from tests.support.mail.token_server import TokenScript

GMAIL: Changes = {"host": "smtp.gmail.com"}
MICROSOFT: Changes = {"host": "smtp.office365.com"}


def _challenge(values: object) -> str:
    return "334 " + base64.b64encode(json.dumps(values).encode()).decode()


def _answering(text: str, auth: str = "PLAIN LOGIN") -> Script:
    return Script(on={"AUTH": text}, auth=auth)


OFFERS = (
    Fault(
        title="No sign-in on port 25",
        server={25: Script(auth=""), 587: Script()},
        account={"port": 25},
        stage=Stage.AUTHENTICATE,
        code=Code.SIGN_IN_NOT_OFFERED,
        fix={"smtpPort": "587"},
    ),
    Fault(
        title="No sign-in on the submission port",
        server=Script(auth=""),
        stage=Stage.AUTHENTICATE,
        code=Code.SIGN_IN_NOT_OFFERED,
        suggests="smtpUsername",
    ),
    Fault(
        title="Sign-in only over TLS, not offered without TLS",
        account={"secure": False},
        stage=Stage.AUTHENTICATE,
        code=Code.SIGN_IN_REQUIRES_TLS,
        fix={"enableSecureConnection": "true"},
    ),
    Fault(
        title="Postfix: sign-in only over TLS, but offered without TLS",
        server=Script(
            on={"AUTH": unless_secured("538 5.7.11 Encryption required for requested mechanism")},
            offers="250-mx.example.org\n250-AUTH PLAIN LOGIN\n",
        ),
        account={"secure": False},
        stage=Stage.AUTHENTICATE,
        code=Code.SIGN_IN_REQUIRES_TLS,
        fix={"enableSecureConnection": "true"},
    ),
    Fault(
        title="Exchange: sign-in only over TLS",
        server=Script(
            on={"AUTH": unless_secured("530 5.7.0 Must issue a STARTTLS command first")},
            offers="250-mx.example.org\n250-AUTH LOGIN\n",
        ),
        account={"secure": False},
        stage=Stage.AUTHENTICATE,
        code=Code.SIGN_IN_REQUIRES_TLS,
        fix={"enableSecureConnection": "true"},
    ),
    Fault(
        title="Exim: sign-in though not advertised",
        server=_answering("503 AUTH command used when not advertised"),
        stage=Stage.AUTHENTICATE,
        code=Code.SIGN_IN_NOT_OFFERED,
        suggests="smtpUsername",
    ),
    Fault(
        title="The chosen mechanism is not offered",
        account={"mechanism": SaslMechanism.CRAM_MD5},
        stage=Stage.AUTHENTICATE,
        code=Code.NO_COMMON_MECHANISM,
        fix={"authMechanism": "AUTO"},
    ),
    Fault(
        title="No mechanism in common",
        server=Script(auth="GSSAPI DIGEST-MD5"),
        stage=Stage.AUTHENTICATE,
        code=Code.NO_COMMON_MECHANISM,
    ),
    Fault(
        title="OAuth2 with a server that accepts only passwords",
        server=Script(auth="PLAIN LOGIN"),
        token=TokenScript(),
        stage=Stage.AUTHENTICATE,
        code=Code.NO_COMMON_MECHANISM,
        fix={"authMechanism": "PLAIN"},
    ),
    Fault(
        title="Exchange: the mechanism is not recognized",
        server=Script(
            on={"AUTH NTLM": "504 5.7.4 Unrecognized authentication type"}, auth="NTLM LOGIN"
        ),
        account={"mechanism": SaslMechanism.NTLM},
        stage=Stage.AUTHENTICATE,
        code=Code.MECHANISM_REFUSED,
        fix={"authMechanism": "AUTO"},
    ),
    Fault(
        title="A username without a password",
        account={"password": None},
        stage=Stage.AUTHENTICATE,
        code=Code.PASSWORD_MISSING,
        suggests="smtpPassword",
    ),
)

GOOGLE = (
    Fault(
        title="Gmail: the password is not accepted",
        server=_answering(
            "535-5.7.8 Username and Password not accepted. For more information, go to\n"
            "535 5.7.8  https://support.google.com/mail/?p=BadCredentials d2e1a72 - gsmtp"
        ),
        account=GMAIL,
        stage=Stage.AUTHENTICATE,
        code=Code.APP_PASSWORD_REQUIRED,
        suggests="smtpPassword",
    ),
    Fault(
        title="Gmail: an app password is required",
        server=_answering(
            "534-5.7.9 Application-specific password required. For more information, go to\n"
            "534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor d2e1a72 - gsmtp"
        ),
        account=GMAIL,
        stage=Stage.AUTHENTICATE,
        code=Code.APP_PASSWORD_REQUIRED,
        suggests="smtpPassword",
    ),
    Fault(
        title="Gmail: sign in with a browser",
        server=_answering(
            "534-5.7.14 <https://accounts.google.com/signin/continue?sarp=1> Please log in via\n"
            "534-5.7.14 your web browser and then try again.\n"
            "534 5.7.14  https://support.google.com/mail/answer/78754 d2e1a72 - gsmtp"
        ),
        account=GMAIL,
        stage=Stage.AUTHENTICATE,
        code=Code.WEB_SIGN_IN_REQUIRED,
        suggests="smtpPassword",
    ),
    Fault(
        title="Gmail: too many sign-ins",
        server=_answering(
            "454 4.7.0 Too many login attempts, please try again later. d2e1a72 - gsmtp"
        ),
        account=GMAIL,
        stage=Stage.AUTHENTICATE,
        code=Code.TOO_MANY_SIGN_INS,
        transient=True,
    ),
    Fault(
        title="Gmail: the token is refused",
        server=Script(
            on={
                "AUTH": asking(
                    _challenge(
                        {
                            "status": "400",
                            "schemes": "Bearer",
                            "scope": "https://mail.google.com/",
                        }
                    ),
                    "535-5.7.8 Username and Password not accepted. For more information, go to\n"
                    "535 5.7.8  https://support.google.com/mail/?p=BadCredentials d2e1 - gsmtp",
                )
            },
            auth="LOGIN PLAIN XOAUTH2",
        ),
        token=TokenScript(),
        scope="https://mail.google.com/",
        account=GMAIL,
        stage=Stage.AUTHENTICATE,
        code=Code.TOKEN_REFUSED,
        suggests="oauth2.clientId",
    ),
)

MICROSOFT_365 = (
    Fault(
        title="Microsoft 365: the token is refused",
        server=Script(
            on={
                "AUTH": asking(
                    _challenge({"status": "401", "schemes": "bearer"}),
                    "535 5.7.3 Authentication unsuccessful [AM0PR02CA0001]",
                )
            },
            auth="LOGIN XOAUTH2",
        ),
        token=TokenScript(),
        scope=MICROSOFT_SCOPE,
        account=MICROSOFT,
        stage=Stage.AUTHENTICATE,
        code=Code.TOKEN_REFUSED,
        suggests="oauth2.clientId",
    ),
    Fault(
        title="Microsoft 365: authentication unsuccessful",
        server=_answering(
            "535 5.7.3 Authentication unsuccessful [AM0PR02CA0001.eurprd02.prod.outlook.com]",
            "LOGIN XOAUTH2",
        ),
        account=MICROSOFT,
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="Microsoft 365: the credentials are incorrect",
        server=_answering(
            "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect."
            " [AM0PR02CA0001.eurprd02.prod.outlook.com]",
        ),
        account=MICROSOFT,
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="Microsoft 365: passwords are turned off",
        server=_answering(
            "535 5.7.139 Authentication unsuccessful, basic authentication is disabled."
            " [AM0PR02CA0001.eurprd02.prod.outlook.com]",
        ),
        account=MICROSOFT,
        stage=Stage.AUTHENTICATE,
        code=Code.BASIC_SIGN_IN_DISABLED,
        suggests="oauth2.tokenUrl",
    ),
    Fault(
        title="Microsoft 365: passwords are turned off, OAuth2 is configured",
        server=Script(
            on={
                "AUTH LOGIN": "550 5.7.30 Basic authentication is not supported for Client"
                " Submission."
            },
            auth="LOGIN XOAUTH2",
        ),
        token=TokenScript(),
        scope=MICROSOFT_SCOPE,
        account=MICROSOFT | {"mechanism": SaslMechanism.LOGIN},
        stage=Stage.AUTHENTICATE,
        code=Code.BASIC_SIGN_IN_DISABLED,
        fix={"authMechanism": "XOAUTH2"},
    ),
    Fault(
        title="Microsoft 365: SMTP is turned off for the organization",
        server=_answering(
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the"
            " Tenant. Visit https://aka.ms/smtp_auth_disabled for more information."
        ),
        account=MICROSOFT,
        stage=Stage.AUTHENTICATE,
        code=Code.SMTP_SIGN_IN_DISABLED,
    ),
    Fault(
        title="Microsoft 365: SMTP is turned off for the mailbox",
        server=_answering(
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the"
            " Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information."
        ),
        account=MICROSOFT,
        stage=Stage.AUTHENTICATE,
        code=Code.SMTP_SIGN_IN_DISABLED,
    ),
    Fault(
        title="Microsoft 365: security defaults",
        server=_answering(
            "535 5.7.139 Authentication unsuccessful, user is locked by your organization's"
            " security defaults policy. Contact your administrator."
        ),
        account=MICROSOFT,
        stage=Stage.AUTHENTICATE,
        code=Code.SIGN_IN_BLOCKED_BY_POLICY,
    ),
    Fault(
        title="Microsoft 365: conditional access",
        server=_answering(
            "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be"
            " authenticated successfully. Contact your administrator."
        ),
        account=MICROSOFT,
        stage=Stage.AUTHENTICATE,
        code=Code.SIGN_IN_BLOCKED_BY_POLICY,
    ),
    Fault(
        title="Microsoft 365: too many connections",
        server=_answering(
            "432 4.3.2 Concurrent connections limit exceeded. Visit"
            " https://aka.ms/concurrent_sending for more information."
        ),
        account=MICROSOFT,
        stage=Stage.AUTHENTICATE,
        code=Code.TOO_MANY_SIGN_INS,
        transient=True,
    ),
    Fault(
        title="Microsoft 365: temporary failure",
        server=_answering("454 4.7.0 Temporary authentication failure [AM0PR02CA0001]"),
        account=MICROSOFT,
        stage=Stage.AUTHENTICATE,
        code=Code.SIGN_IN_UNAVAILABLE,
        transient=True,
    ),
)

OTHERS = (
    Fault(
        title="Postfix: authentication failed",
        server=_answering("535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6"),
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="Postfix: the user directory is unavailable",
        server=_answering(
            "454 4.7.0 Temporary authentication failure: Connection lost to authentication server"
        ),
        stage=Stage.AUTHENTICATE,
        code=Code.SIGN_IN_UNAVAILABLE,
        transient=True,
    ),
    Fault(
        title="Postfix: too many errors",
        server=Script(on={"AUTH": then_close("421 4.7.0 mx.example.org Error: too many errors")}),
        stage=Stage.AUTHENTICATE,
        code=Code.TOO_MANY_SIGN_INS,
        transient=True,
    ),
    Fault(
        title="Exim: incorrect authentication data",
        server=_answering("535 Incorrect authentication data"),
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="Exim: temporary failure",
        server=_answering("435 Unable to authenticate at present"),
        stage=Stage.AUTHENTICATE,
        code=Code.SIGN_IN_UNAVAILABLE,
        transient=True,
    ),
    Fault(
        title="Exchange: authentication unsuccessful",
        server=_answering("535 5.7.3 Authentication unsuccessful", "NTLM LOGIN"),
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="Exchange: the account is disabled",
        server=_answering("535 5.7.3 Authentication unsuccessful, account is disabled."),
        stage=Stage.AUTHENTICATE,
        code=Code.ACCOUNT_DISABLED,
        suggests="smtpUsername",
    ),
    Fault(
        title="SendGrid: the username of every account is apikey",
        server=Script(
            on={"AUTH": by_name("apikey", "535 Authentication failed: Bad username / password")}
        ),
        account={"host": "smtp.sendgrid.net"},
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        fix={"smtpUsername": "apikey"},
    ),
    Fault(
        title="Amazon SES: credentials invalid",
        server=_answering("535 Authentication Credentials Invalid"),
        account={"host": "email-smtp.us-east-1.amazonaws.com"},
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="Yahoo: too many attempts",
        server=_answering("535 5.7.0 (#AUTH005) Too many bad auth attempts."),
        account={"host": "smtp.mail.yahoo.com"},
        stage=Stage.AUTHENTICATE,
        code=Code.TOO_MANY_SIGN_INS,
        transient=True,
    ),
    Fault(
        title="Fastmail: an app password is required",
        server=_answering("535 5.7.0 Incorrect username or password: use an app password"),
        account={"host": "smtp.fastmail.com"},
        stage=Stage.AUTHENTICATE,
        code=Code.APP_PASSWORD_REQUIRED,
        suggests="smtpPassword",
    ),
    Fault(
        title="The reply repeats the sign-in, in plain text and encoded",
        server=Script(on={"AUTH": echo}),
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="Endless challenges",
        server=Script(on={"AUTH": asking(*["334 VXNlcm5hbWU6"] * 9)}, auth="LOGIN"),
        stage=Stage.AUTHENTICATE,
        code=Code.REPLY_SENSELESS,
    ),
    Fault(
        title="A CRAM-MD5 challenge that is not base64",
        server=Script(on={"AUTH": "334 abcde"}, auth="CRAM-MD5", tls="none"),
        account={"secure": False},
        stage=Stage.AUTHENTICATE,
        code=Code.REPLY_SENSELESS,
    ),
    Fault(
        title="An invalid NTLM challenge",
        server=Script(on={"AUTH": asking("334 ", "334 TlRMTVNTUAACAAAA")}, auth="NTLM"),
        account={"domain": "EXAMPLE"},
        stage=Stage.AUTHENTICATE,
        code=Code.REPLY_SENSELESS,
    ),
    Fault(
        title="Connection closed during the sign-in",
        server=Script(on={"AUTH": close}),
        stage=Stage.AUTHENTICATE,
        code=Code.CONNECTION_CLOSED,
        transient=True,
    ),
    Fault(
        title="No reply during the sign-in",
        server=Script(on={"AUTH": hang}, tls="none"),
        account=SOON | {"secure": False},
        stage=Stage.AUTHENTICATE,
        code=Code.REPLY_TIMED_OUT,
        transient=True,
        suggests="timeoutSeconds",
    ),
)

FAULTS = (*OFFERS, *GOOGLE, *MICROSOFT_365, *OTHERS)
