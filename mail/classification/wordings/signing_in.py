"""Wordings that refuse a sign-in, and those that demand one."""

from mail.classification.observation import Family
from mail.classification.wording import DELIVERING, SENDING, SIGNING_IN, Wording
from mail.report.codes import Code

_GOOGLE = frozenset({Family.GOOGLE})
_MICROSOFT = frozenset({Family.MICROSOFT})

PASSWORDS = (
    Wording(
        Code.CREDENTIALS_REJECTED,
        ("no authentication type succeeded",),
        by_token=False,
        stages=SIGNING_IN,
        source="SparkPost, SMTP error messages",
        examples=("AUTHENTICATE: 535 5.7.8 Sorry. *** No authentication type succeeded",),
    ),
    Wording(
        Code.CREDENTIALS_REJECTED,
        ("invalid|incorrect|wrong|bad username|user|login|password|credentials",),
        replies=("4",),
        by_token=False,
        stages=SIGNING_IN,
        source="go-smtp (Proton Mail Bridge), which answers 454 to a wrong password",
        examples=("AUTHENTICATE: 454 4.7.0 invalid username or password",),
    ),
    Wording(
        Code.APP_PASSWORD_REQUIRED,
        (
            "application specific password",
            "app specific password",
            "app|application password|passwords",
            "application specific passwords",
            "parol prilozheniya",
            "enter your authorization code",
        ),
        by_token=False,
        stages=SIGNING_IN,
        source="Gmail 534 5.7.9, Fastmail, iCloud, Yahoo, Mail.ru, QQ",
        examples=(
            (
                "AUTHENTICATE: 534-5.7.9 Application-specific password required. For more"
                " information,"
                " go to\n534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor - gsmtp"
            ),
            "AUTHENTICATE: 535 5.7.0 Incorrect username or password: use an app password",
        ),
    ),
    Wording(
        Code.APP_PASSWORD_REQUIRED,
        ("username and password not accepted",),
        families=_GOOGLE,
        by_token=False,
        stages=SIGNING_IN,
        source="Gmail SMTP errors and codes, 535 5.7.8: it accepts no account's own password",
        examples=(
            (
                "AUTHENTICATE: 535-5.7.8 Username and Password not accepted. For more"
                " information, go"
                " to\n535 5.7.8  https://support.google.com/mail/?p=BadCredentials d2e1a72 - gsmtp"
            ),
        ),
    ),
    Wording(
        Code.TOKEN_REFUSED,
        ("username and password not accepted", "authentication unsuccessful", "token"),
        by_token=True,
        replies=("5",),
        stages=SIGNING_IN,
        source="Gmail (BadCredentials), Microsoft 365 (535 5.7.3)",
        examples=("AUTHENTICATE: 535 5.7.3 Authentication unsuccessful [AM0PR02CA0001]",),
    ),
)

MECHANISMS = (
    Wording(
        Code.SIGN_IN_NOT_OFFERED,
        (
            "not advertised",
            "authentication not enabled|supported|available|offered|allowed",
            "auth not enabled|supported|available|offered|allowed",
            "authentication is not enabled|supported|available|offered|allowed",
            "auth command is not enabled|supported|available",
            "auth is not enabled|supported|available",
        ),
        stages=SIGNING_IN,
        source="Exim (503), Postfix (503 5.5.1 Error: authentication not enabled)",
        examples=(
            "AUTHENTICATE: 503 AUTH command used when not advertised",
            "AUTHENTICATE: 503 5.5.1 Error: authentication not enabled",
        ),
    ),
    Wording(
        Code.MECHANISM_REFUSED,
        (
            "mechanism … not|unsupported|unknown|unrecognized|unrecognised|invalid|weak|disabled",
            "mechanism … unavailable|forbidden|unacceptable|required",
            "unsupported|unknown|unrecognized|unrecognised|invalid|no … mechanism",
            "unsupported|unknown|unrecognized|unrecognised|invalid|no … auth|authentication type",
            "unsupported|unknown|unrecognized|unrecognised|invalid|no … auth|authentication method",
            "auth|authentication type|method … not|unknown|unsupported|disabled",
            "password transition",
        ),
        replies=("5", "432"),
        stages=SIGNING_IN,
        source="RFC 4954 §6, Postfix, Exchange",
        examples=(
            "AUTHENTICATE: 504 5.7.4 Unrecognized authentication type",
            "AUTHENTICATE: 534 5.7.9 Authentication mechanism is too weak",
            (
                "AUTHENTICATE: 535 5.7.8 Error: authentication failed: Invalid authentication"
                " mechanism"
            ),
            "AUTHENTICATE: 432 4.7.12 A password transition is needed",
        ),
    ),
)

REQUIRED = (
    Wording(
        Code.SIGN_IN_REQUIRED,
        (
            "must issue an auth",
            "authentication required|needed|mandatory",
            "authentication is required|needed|mandatory",
            "auth required|first",
            "authenticate first",
            "authentication first",
            "must authenticate",
            "must be authenticated",
            "must log|login|sign",
            "please authenticate|login|log",
            "need to authenticate|login|log",
            "requires|require authentication",
            "requires smtp authentication",
            "not authenticated",
            "was not authenticated",
            "client not authenticated",
            "unauthenticated senders",
            "unauthenticated … not allowed|permitted",
            "not logged in",
            "anonymous clients|senders|users",
            "without authentication",
            "smtp auth",
            "log in first",
            "login first",
        ),
        stages=SENDING,
        source="RFC 4954 §6, OpenSMTPD, SendGrid, Exchange, Postfix (login mismatch)",
        examples=(
            "MAIL_FROM: 530 5.5.1 Invalid command: Must issue an AUTH command first",
            "MAIL_FROM: 550 Unauthenticated senders not allowed",
            "MAIL_FROM: 550 5.7.1 Anonymous senders not allowed",
            (
                "MAIL_FROM: 530-5.7.0 Authentication Required. For more information, go to\n"
                "530 5.7.0  https://support.google.com/mail/?p=WantAuthError d2e1a72 - gsmtp"
            ),
            "RCPT_TO: 530 5.7.57 Client not authenticated to send mail. [AM0PR02CA0001]",
            "RCPT_TO: 553 5.7.1 <a@example.org>: Sender address rejected: not logged in",
            "MAIL_FROM: 503 This server requires authentication",
            "RCPT_TO: 550 5.7.1 Client was not authenticated",
        ),
    ),
    Wording(
        Code.SIGN_IN_REQUIRED,
        ("recipient address rejected access denied",),
        username_set=False,
        stages=DELIVERING,
        source="Postfix's submission service (smtpd_recipient_restrictions)",
        examples=(
            "RCPT_TO: 554 5.7.1 <you@example.com>: Recipient address rejected: Access denied",
        ),
    ),
    Wording(
        Code.SIGN_IN_REQUIRED,
        enhanced=("7.57",),
        families=_MICROSOFT,
        stages=SENDING,
        source="Exchange Online NDR codes",
        examples=("MAIL_FROM: 550 5.7.57 no",),
    ),
)
"""The examples with Access denied are of sessions without a username."""
