"""Wordings that refuse the recipient, or to relay to it."""

from mail.classification.observation import Family
from mail.classification.wording import DELIVERING, SENDING, Wording
from mail.report.codes import Code

_MICROSOFT = frozenset({Family.MICROSOFT})

RELAYING = (
    Wording(
        Code.RELAYING_DENIED,
        (
            "relay access denied",
            "relay|relaying denied|prohibited|refused|rejected|forbidden",
            "relay|relaying not permitted|allowed|authorized|authorised",
            "relay|relaying is not permitted|allowed|authorized|authorised",
            "relay|relaying is denied|prohibited|disabled",
            "not permitted|allowed|authorized|authorised to relay",
            "not a|an open relay",
            "unable to relay",
            "cannot relay",
            "credentials for relay",
            "we do not relay",
            "do not relay",
            "tenantattribution",
            "tenantinboundattribution",
            "list of allowed rcpthosts",
            "allowed rcpthosts",
            "not a gateway",
            "cannot deliver mail for",
            "relaying disallowed",
        ),
        stages=SENDING,
        source="Postfix, Exim, Sendmail, Exchange (5.7.54, 5.7.64), qmail, Google's relay",
        examples=(
            "RCPT_TO: 554 5.7.1 <ada@example.net>: Relay access denied",
            "RCPT_TO: 550 relay not permitted",
            "RCPT_TO: 550 5.7.1 <ada@example.net>... Relaying denied",
            "RCPT_TO: 550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
            "RCPT_TO: 550 5.7.64 TenantAttribution; Relay Access Denied [AM0PR02CA0001]",
            "RCPT_TO: 553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
            (
                "MAIL_FROM: 550-5.7.1 Invalid credentials for relay [192.0.2.9]. The IP address"
                " you've"
                "\n550 5.7.1 registered doesn't match. d2e1 - gsmtp"
            ),
        ),
    ),
    Wording(
        Code.RELAYING_DENIED,
        enhanced=("7.54", "7.64"),
        families=_MICROSOFT,
        stages=SENDING,
        source="Exchange Online NDR codes",
        examples=("RCPT_TO: 550 5.7.54 no",),
    ),
)

SANDBOX = (
    Wording(
        Code.RECIPIENT_NOT_AUTHORIZED,
        (
            "free accounts are for test purposes",
            "authorized recipients",
            "recipient … not authorized|authorised … sandbox",
            "sandbox … recipient|recipients",
            "trial accounts … verified|own",
        ),
        stages=SENDING,
        source="Mailgun help, sandbox domains and authorized recipients; MailerSend trial",
        examples=(
            (
                "RCPT_TO: 421 Domain sandbox1a2b.mailgun.org is not allowed to send: Free"
                " accounts are"
                " for test purposes only. Please upgrade or add the address to authorized"
                " recipients in"
                " Account Settings."
            ),
        ),
    ),
)

RECIPIENT = (
    Wording(
        Code.MAILBOX_FULL,
        (
            "mailbox|inbox|account|maildir … full",
            "mailbox|inbox … out of storage",
            "mailbox|inbox … over|exceeded … quota|storage|limit|size",
            "out of storage space",
            "over quota",
            "overquota",
            "overquotatemp",
            "quota full",
            "quota exceeded",
            "exceeded … mailbox|storage quota|space|limit",
            "exceeds … quota",
            "no space left … mailbox",
            "not enough space … mailbox",
        ),
        stages=DELIVERING,
        source="Dovecot, Postfix, Exim, Gmail, Exchange",
        examples=(
            (
                "RCPT_TO: 452-4.2.2 The recipient's inbox is out of storage space. Please direct"
                " the\n"
                "452 4.2.2 recipient to https://support.google.com/mail/?p=OverQuotaTemp d2e1 -"
                " gsmtp"
            ),
            "RCPT_TO: 552 5.2.2 <ada@example.net> Quota exceeded (mailbox for user is full)",
            "RCPT_TO: 550 5.7.1 <ada@example.net>: Recipient address rejected: Mailbox is full",
        ),
    ),
    Wording(
        Code.RECIPIENT_DOMAIN_UNKNOWN,
        (
            "recipient address rejected domain not found",
            "recipient address rejected malformed dns",
            "recipient domain … not|unknown|invalid",
            "no such domain",
            "unknown domain",
            "domain not found",
            "domain does not exist",
            "domain … does not accept mail",
            "null mx",
            "nullmx",
            "host or domain name not found",
        ),
        stages=DELIVERING,
        source="Postfix (reject_unknown_recipient_domain), RFC 7505, Exim",
        examples=(
            "RCPT_TO: 450 4.1.2 <ada@example.net>: Recipient address rejected: Domain not found",
            (
                "RCPT_TO: 556 5.1.10 <ada@example.net>: Recipient address rejected: Domain"
                " example.net"
                " does not accept mail (nullMX)"
            ),
        ),
    ),
    Wording(
        Code.RECIPIENT_UNKNOWN,
        (
            "user|recipient|mailbox|account … unknown|unavail",
            "user|recipient|mailbox|account … not found|exist|exists|valid|known",
            "user|recipient|mailbox|account|address … does not exist",
            "user|recipient|mailbox|account doesnt exist",
            "unknown user|recipient|mailbox|account|local",
            "no such user|recipient|person|mailbox|account|address|here",
            "invalid recipient|user|mailbox",
            "recipientnotfound",
            "unrouteable|unroutable address",
            "no mailbox here",
            "mailbox unavailable",
            "bad destination mailbox",
            "addressee unknown",
            "not our|a customer|user",
        ),
        replies=("5",),
        stages=DELIVERING,
        source="Postfix, Exim, Sendmail, Gmail, Exchange, qmail, RFC 5321 §4.2.2",
        examples=(
            (
                "RCPT_TO: 550 5.1.1 <relay@example.com>: Recipient address rejected: User"
                " unknown in"
                " local recipient table"
            ),
            (
                "RCPT_TO: 550 5.1.1 <daily@example.com>: Recipient address rejected: User"
                " unknown in"
                " virtual mailbox table"
            ),
            (
                "RCPT_TO: 550-5.1.1 The email account that you tried to reach does not exist."
                " Please"
                " try\n550 5.1.1 double-checking the recipient's email address for typos. d2e1 -"
                " gsmtp"
            ),
            "RCPT_TO: 550 Unrouteable address",
            (
                "RCPT_TO: 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP"
                " address lookup"
            ),
            "RCPT_TO: 550 No such user here",
            "RCPT_TO: 550 sorry, no mailbox here by that name. (#5.1.1)",
        ),
    ),
    Wording(
        Code.RECIPIENT_UNKNOWN,
        ("user unknown", "no such user", "unknown user", "recipientnotfound"),
        stages=DELIVERING,
        source="Postfix (unknown_local_recipient_reject_code = 450)",
        examples=(
            (
                "RCPT_TO: 450 4.1.1 <ada@example.net>: Recipient address rejected: User unknown in"
                " local recipient table"
            ),
        ),
    ),
    Wording(
        Code.POLICY_REFUSED,
        ("recipient address rejected access denied",),
        stages=DELIVERING,
        source="Postfix (check_recipient_access)",
        examples=(
            "RCPT_TO: 554 5.7.1 <you@example.com>: Recipient address rejected: Access denied",
        ),
    ),
    Wording(
        Code.TEMPORARILY_REFUSED,
        ("recipient address rejected",),
        replies=("4",),
        stages=DELIVERING,
        source="Postfix smtpd_check.c",
        examples=("RCPT_TO: 450 4.7.1 <ada@example.net>: Recipient address rejected: try later",),
    ),
)
