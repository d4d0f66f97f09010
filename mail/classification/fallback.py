"""What decides if no wording is known: the enhanced status code, then the reply code."""

from mail.classification.wording import (
    DELIVERING,
    INTRODUCING,
    SENDING,
    SIGNING_IN,
    Wording,
)
from mail.report.codes import Code
from mail.report.report import StageName

_GREETING = frozenset({StageName.GREETING})
_EHLO = frozenset({StageName.EHLO})
_TLS = frozenset({StageName.TLS})
_MAIL_FROM = frozenset({StageName.MAIL_FROM})
_RCPT_TO = frozenset({StageName.RCPT_TO})
_DATA = frozenset({StageName.DATA})
_REGISTRY = "IANA, SMTP Enhanced Status Codes (RFC 3463, RFC 5248)"
_REPLY_CODES = "RFC 5321 §4.2"

ENHANCED = (
    Wording(
        Code.MECHANISM_REFUSED,
        enhanced=("7.4", "7.9", "7.12"),
        stages=SIGNING_IN,
        source=_REGISTRY,
        examples=("AUTHENTICATE: 535 5.7.4 no",),
    ),
    Wording(
        Code.ACCOUNT_DISABLED,
        enhanced=("7.13",),
        stages=SIGNING_IN,
        source=_REGISTRY,
        examples=("AUTHENTICATE: 525 5.7.13 no",),
    ),
    Wording(
        Code.TOKEN_REFUSED,
        enhanced=("7.3", "7.8"),
        replies=("5",),
        by_token=True,
        stages=SIGNING_IN,
        source=_REGISTRY,
        examples=("AUTHENTICATE: 535 5.7.8 no",),
    ),
    Wording(
        Code.SMTPUTF8_NOT_OFFERED,
        enhanced=("6.7",),
        stages=SENDING,
        source=_REGISTRY,
        examples=("RCPT_TO: 553 5.6.7 no",),
    ),
    Wording(
        Code.SENDER_DOMAIN_UNKNOWN,
        enhanced=("1.8",),
        stages=SENDING,
        source=_REGISTRY,
        examples=("RCPT_TO: 550 5.1.8 no",),
    ),
    Wording(
        Code.SENDER_REFUSED,
        enhanced=("1.7",),
        stages=SENDING,
        source=_REGISTRY,
        examples=("RCPT_TO: 553 5.1.7 no",),
    ),
    Wording(
        Code.RATE_LIMITED,
        enhanced=("7.28",),
        stages=SENDING,
        source=_REGISTRY,
        examples=("MAIL_FROM: 450 4.7.28 no",),
    ),
    Wording(
        Code.REPUTATION_REFUSED,
        enhanced=("7.20", "7.21", "7.22", "7.23", "7.24", "7.25", "7.26", "7.27", "7.29"),
        stages=SENDING,
        source="RFC 7372, RFC 8617; Gmail uses 5.7.27 for SPF",
        examples=("DATA: 550 5.7.26 no",),
    ),
    Wording(
        Code.MAILBOX_FULL,
        enhanced=("2.2",),
        stages=DELIVERING,
        source=_REGISTRY,
        examples=("RCPT_TO: 452 4.2.2 no",),
    ),
    Wording(
        Code.MESSAGE_TOO_LARGE,
        enhanced=("3.4", "2.3"),
        stages=SENDING,
        source=_REGISTRY,
        examples=("DATA: 552 5.3.4 no",),
    ),
    Wording(
        Code.SERVER_OUT_OF_STORAGE,
        enhanced=("3.1",),
        stages=SENDING,
        source=_REGISTRY,
        examples=("MAIL_FROM: 452 4.3.1 no",),
    ),
    Wording(
        Code.RECIPIENT_DOMAIN_UNKNOWN,
        enhanced=("1.2", "4.4"),
        stages=_RCPT_TO,
        source=_REGISTRY,
        examples=("RCPT_TO: 550 5.1.2 no",),
    ),
    Wording(
        Code.RECIPIENT_UNKNOWN,
        enhanced=("1.1", "1.6", "1.10"),
        replies=("5",),
        stages=_RCPT_TO,
        source=_REGISTRY,
        examples=("RCPT_TO: 550 5.1.1 no",),
    ),
    Wording(
        Code.MESSAGE_REFUSED,
        enhanced=("6.0", "6.1", "6.2", "6.3", "6.4", "6.5", "6.6"),
        replies=("5",),
        stages=_DATA,
        source=_REGISTRY,
        examples=("DATA: 554 5.6.0 no",),
    ),
    Wording(
        Code.POLICY_REFUSED,
        enhanced=("7.1",),
        replies=("5",),
        stages=_RCPT_TO,
        source=_REGISTRY,
        examples=("RCPT_TO: 550 5.7.1 no",),
    ),
)

REPLY_CODES = (
    Wording(
        Code.TOO_MANY_SIGN_INS,
        replies=("432",),
        stages=SIGNING_IN,
        source="Microsoft 365 (432 4.3.2)",
        examples=("AUTHENTICATE: 432 no",),
    ),
    Wording(
        Code.MECHANISM_REFUSED,
        replies=("500", "502", "503", "504"),
        stages=SIGNING_IN,
        source="RFC 4954 §6",
        examples=("AUTHENTICATE: 502 5.5.1 Command not implemented",),
    ),
    Wording(
        Code.SIGN_IN_UNAVAILABLE,
        replies=("4",),
        stages=SIGNING_IN,
        source="RFC 4954 §6 (454)",
        examples=("AUTHENTICATE: 454 4.7.0 Temporary authentication failure",),
    ),
    Wording(
        Code.TOKEN_REFUSED,
        replies=("5",),
        by_token=True,
        stages=SIGNING_IN,
        source="RFC 4954 §6",
        examples=("AUTHENTICATE: 535 no",),
    ),
    Wording(
        Code.CREDENTIALS_REJECTED,
        replies=("5",),
        stages=SIGNING_IN,
        source="RFC 4954 §6 (535)",
        examples=(
            "AUTHENTICATE: 535 5.7.8 Error: authentication failed: client [172.25.7.30]",
            "AUTHENTICATE: 535 5.7.8 Error: authentication failed: tls.example.org",
            "AUTHENTICATE: 535 Incorrect authentication data",
        ),
    ),
    Wording(
        Code.STARTTLS_UNAVAILABLE,
        replies=("4",),
        stages=_TLS,
        source="RFC 3207 §4 (454)",
        examples=("TLS: 454 4.7.0 TLS not available due to local problem",),
    ),
    Wording(
        Code.STARTTLS_REFUSED,
        replies=("5",),
        stages=_TLS,
        source="RFC 3207 §4",
        examples=("TLS: 502 5.5.1 Command not implemented",),
    ),
    Wording(
        Code.EHLO_NAME_REFUSED,
        replies=("501", "504", "553"),
        stages=_EHLO,
        source=_REPLY_CODES,
        examples=("EHLO: 501 no",),
    ),
    Wording(
        Code.SERVER_BUSY,
        replies=("421",),
        stages=SENDING,
        source="RFC 5321 §3.8",
        examples=("RCPT_TO: 421 4.3.2 Service not available",),
    ),
    Wording(
        Code.SERVER_BUSY,
        replies=("4",),
        stages=INTRODUCING,
        source=_REPLY_CODES,
        examples=("GREETING: 450 4.3.2 Service currently unavailable",),
    ),
    Wording(
        Code.CLIENT_REFUSED,
        replies=("5",),
        stages=_GREETING,
        source="RFC 5321 §3.1 (554)",
        examples=("GREETING: 554 SMTP service not available",),
    ),
    Wording(
        Code.EHLO_REFUSED,
        replies=("5",),
        stages=_EHLO,
        source=_REPLY_CODES,
        examples=("EHLO: 554 5.7.1 No thanks",),
    ),
    Wording(
        Code.SIGN_IN_REQUIRED,
        replies=("530",),
        stages=SENDING,
        source="RFC 4954 §6",
        examples=("MAIL_FROM: 530 no",),
    ),
    Wording(
        Code.RATE_LIMITED,
        replies=("432",),
        stages=SENDING,
        source="Microsoft 365 (432 4.3.2)",
        examples=("DATA: 432 no",),
    ),
    Wording(
        Code.TEMPORARILY_REFUSED,
        replies=("4",),
        stages=SENDING,
        source=_REPLY_CODES,
        examples=("DATA: 451 4.3.0 Error: queue file write error",),
    ),
    Wording(
        Code.MESSAGE_TOO_LARGE,
        replies=("552",),
        stages=_MAIL_FROM | _DATA,
        source="RFC 5321 §4.2.3",
        examples=("DATA: 552 no",),
    ),
    Wording(
        Code.MAILBOX_FULL,
        replies=("552",),
        stages=_RCPT_TO,
        source="RFC 5321 §4.2.3",
        examples=("RCPT_TO: 552 no",),
    ),
    Wording(
        Code.SENDER_REFUSED,
        replies=("5",),
        stages=_MAIL_FROM,
        source=_REPLY_CODES,
        examples=("MAIL_FROM: 550 no",),
    ),
    Wording(
        Code.RECIPIENT_REFUSED,
        replies=("5",),
        stages=_RCPT_TO,
        source=_REPLY_CODES,
        examples=("RCPT_TO: 550 no",),
    ),
    Wording(
        Code.MESSAGE_REFUSED,
        replies=("500", "501", "503"),
        stages=_DATA,
        source=_REPLY_CODES,
        examples=("DATA: 503 5.5.1 Error: need RCPT command",),
    ),
    Wording(
        Code.POLICY_REFUSED,
        enhanced=tuple(f"7.{number}" for number in range(1000)),
        replies=("5",),
        stages=_DATA,
        source=_REGISTRY,
        examples=("DATA: 550 5.7.705 Access denied, tenant has exceeded threshold.",),
    ),
    Wording(
        Code.MESSAGE_REFUSED,
        replies=("5",),
        stages=_DATA,
        source=_REPLY_CODES,
        examples=("DATA: 554 Transaction failed",),
    ),
)
"""The general rows; the last of a stage catches all refusals."""
