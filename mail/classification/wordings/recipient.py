"""Wordings that refuse the recipient, or to relay to it."""

from mail.classification.observation import Family
from mail.classification.wording import DELIVERING, SENDING, Wording
from mail.report.codes import Code

_MICROSOFT = frozenset({Family.MICROSOFT})

_UNKNOWN = (
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
)

KNOWN_BY_CODE = (
    Wording(
        Code.RECIPIENT_UNKNOWN,
        _UNKNOWN,
        enhanced=("1.1", "1.6", "1.10"),
        replies=("5",),
        stages=DELIVERING,
        source="Postfix, Gmail, Exchange, Sendmail. Code and words agree: help texts do not matter",
        examples=(
            (
                "RCPT_TO: 550-5.1.1 User unknown. Senders must publish SPF and DKIM, are greylisted"
                " once,\n550 and may not relay: https://example.com/policy"
            ),
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
            (
                "RCPT_TO: 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP"
                " address lookup"
            ),
            "RCPT_TO: 550 5.1.1 <ada@example.net>... User unknown",
        ),
    ),
)

RELAYING = (
    Wording(
        Code.SIGN_IN_REQUIRED,
        ("turn on smtp authentication", "relay … without authentication"),
        username_set=False,
        stages=SENDING,
        source="cPanel",
        examples=(
            (
                "RCPT_TO: 550-Please turn on SMTP Authentication in your mail client.\n"
                "550-host.example.net [192.0.2.9]:60542 is not permitted to relay through this\n"
                "550 server without authentication."
            ),
        ),
    ),
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
            "relaying of|to|mail … not allowed|permitted",
            "relaying of|to|mail denied|prohibited|refused|rejected",
            "not allowed|permitted to relay",
            "use me as a relay",
            "delivery is not allowed to this address",
        ),
        stages=SENDING,
        source="Postfix, Exim, Sendmail, Exchange, qmail, Kerio, hMailServer, Symantec, Google",
        examples=(
            "RCPT_TO: 554 5.7.1 <ada@example.net>: Relay access denied",
            "RCPT_TO: 550 relay not permitted",
            "RCPT_TO: 550 5.7.1 Relaying to <ada@example.net> denied (authentication required)",
            "RCPT_TO: 571 5.7.1 Relaying of mail to ada@example.net is not allowed",
            "RCPT_TO: 550 Delivery is not allowed to this address.",
            (
                "RCPT_TO: 553 you are trying to use me [mx.example.org] as a relay, but I have not"
                " been configured to let you [192.0.2.9, example.org] do this."
            ),
            "RCPT_TO: 550 5.7.1 <ada@example.net>... Relaying denied",
            "RCPT_TO: 550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
            "RCPT_TO: 550 5.7.64 TenantAttribution; Relay Access Denied [AM0PR02CA0001]",
            "RCPT_TO: 553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
            (
                "MAIL_FROM: 550-5.7.1 Invalid credentials for relay [192.0.2.9]. The IP address"
                " you've\n550-5.7.1 registered in your G Suite SMTP Relay service doesn't match"
                " domain of\n550-5.7.1 the account this email is being sent from. If you are"
                " trying to relay\n550-5.7.1 mail from a domain that isn't registered under your"
                " G Suite account\n550-5.7.1 or has empty envelope-from:<>, you must configure"
                " your mail server\n550-5.7.1 either to use SMTP AUTH to identify the sending"
                " domain or to present\n550-5.7.1 one of your domain names in the HELO or EHLO"
                " command. d2e1 - gsmtp"
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
            "mailbox|inbox size|quota|storage … exceeded|full|reached",
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
            "RCPT_TO: 552 5.2.2 Mailbox size limit exceeded",
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
        _UNKNOWN,
        replies=("5",),
        stages=DELIVERING,
        source="Exim, Sendmail, GMX, qmail, RFC 5321 §4.2.2",
        examples=(
            "RCPT_TO: 550 Unrouteable address",
            "RCPT_TO: 550 Requested action not taken: mailbox unavailable",
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
