"""Wordings that refuse the sender, at whatever stage the server says so."""

from mail.classification.observation import Family
from mail.classification.wording import SENDING, Wording
from mail.report.codes import Code

_MICROSOFT = frozenset({Family.MICROSOFT})
_ZOHO = frozenset({Family.ZOHO})

ALIASES = (
    Wording(
        Code.SENDER_NOT_OWNED,
        ("relaying disallowed as", "sender is not allowed to relay"),
        families=_ZOHO,
        stages=SENDING,
        source="Zoho help, 553 Relaying disallowed",
        examples=(
            "MAIL_FROM: 553 Relaying disallowed as postledger@example.org",
            "RCPT_TO: 553 Sender is not allowed to relay emails",
        ),
    ),
)

SENDER = (
    Wording(
        Code.SENDER_UNKNOWN,
        (
            "sender address rejected user unknown",
            "sender address rejected mailbox|account|user … not|unknown",
            "sender address rejected unknown user|mailbox|recipient",
            "sender … mailbox|account|user does not exist",
            "unknown sender address|user|account",
            "no such sender",
            "sender unknown",
            "unknown sender",
        ),
        stages=SENDING,
        source="Postfix (reject_unlisted_sender), Exchange",
        examples=(
            (
                "RCPT_TO: 550 5.1.0 <a@example.org>: Sender address rejected: User unknown in local"
                " recipient table"
            ),
        ),
    ),
    Wording(
        Code.SENDER_NOT_OWNED,
        (
            "sender address rejected not owned by",
            "not owned by user|account",
            "send as denied",
            "sendasdenied",
            "sendasdeniedexception",
            "not allowed to send as|from",
            "permission|permissions|permitted to send",
            "authorized|authorised to send as|from|on|email|mail",
            "not authorized|authorised|allowed|permitted to use … address|sender|from",
            "not authorized|authorised to send",
            "from|sender address is not one of your",
            "from|sender address … not … belong",
            "sender address is not allowed",
            "address … does not belong to",
            "sender|from … does not match … login|user|username|account|authenticated|auth",
            "sender|from … must match … login|user|username|account|authenticated|auth",
            "sender mismatch|mismatched",
            "mail from must equal authorized user",
            "mail from address must be same as",
            "not authorized|authorised to perform",
        ),
        stages=SENDING,
        source="Postfix, Exchange (5.7.60, 5.2.252), iCloud, IONOS, Fastmail, Amazon SES, NetEase",
        examples=(
            (
                "RCPT_TO: 553 5.7.1 <postledger@example.org>: Sender address rejected: not owned by"
                " user ops@example.org"
            ),
            "MAIL_FROM: 550 5.7.60 SMTP; Client does not have permissions to send as this sender",
            (
                "DATA: 554 5.2.252 SendAsDenied; ops@example.org not allowed to send as"
                " postledger@example.org; STOREDRV.Submission.Exception:SendAsDeniedException"
            ),
            "MAIL_FROM: 550 5.7.0 From address is not one of your addresses.",
            "DATA: 551 5.7.1 Not authorised to send from this header address",
            (
                "RCPT_TO: 550 Requested action not taken: mailbox unavailable\n"
                "550 Sender address is not allowed."
            ),
            (
                "DATA: 554 Access denied: User `arn:aws:iam::1:user/x` is not authorized to perform"
                " `ses:SendRawEmail` on resource"
            ),
        ),
    ),
    Wording(
        Code.SENDER_NOT_OWNED,
        enhanced=("7.60", "2.252"),
        families=_MICROSOFT,
        stages=SENDING,
        source="Exchange Online NDR codes",
        examples=("DATA: 550 5.7.60 no",),
    ),
    Wording(
        Code.SENDER_NOT_VERIFIED,
        (
            "verified sender",
            "address is not verified",
            "address|domain|sender|identity|from not verified",
            "domain|sender|identity|from is not verified",
            "not been verified",
            "unverified sender|domain",
            "unregistered domains|domain",
            "sender signature",
            "domain … not allowed to send",
            "domain … not … verified|validated|authenticated|authorized|registered|configured",
            "sending domain … not",
            "sender … not … validated|confirmed|approved",
            "invalid|unconfigured sending domain",
        ),
        stages=SENDING,
        source="SendGrid, Amazon SES, Mailgun, Postmark, SparkPost, Exchange Online (5.7.750)",
        examples=(
            (
                "MAIL_FROM: 550 The from address does not match a verified Sender Identity. Mail"
                " cannot"
                " be sent until this error is resolved."
            ),
            (
                "DATA: 554 Message rejected: Email address is not verified. The following"
                " identities"
                " failed the check in region US-EAST-1: postledger@example.org"
            ),
            "DATA: 550 5.7.1 [internal] Invalid Sending Domain",
            (
                "DATA: 550 5.7.750 Service unavailable. Client blocked from sending from"
                " unregistered"
                " domains."
            ),
        ),
    ),
    Wording(
        Code.SENDER_DOMAIN_UNKNOWN,
        (
            "sender address rejected domain not found",
            "sender address rejected malformed dns",
            "sender address rejected domain",
            "domain of sender … not",
            "sender domain … not|unknown|invalid|must",
            "sender verify fail|failed|failure",
            "invalid sender domain",
            "sender … no mx|dns|a record|records",
            "sender has no … record|records",
            "valid mx for sender domain",
            "domain of your sender address has no",
            "sender … null mx",
            "unresolvable sender",
            "unrouteable sender",
            "unroutable sender",
            "sender address … does not resolve|exist",
        ),
        stages=SENDING,
        source="Postfix (reject_unknown_sender_domain), Sendmail, Exim, chkuser, spamdyke, cPanel",
        examples=(
            "MAIL_FROM: 450 4.1.8 <a@example.org>: Sender address rejected: Domain not found",
            "MAIL_FROM: 511 sorry, can't find a valid MX for sender domain (#5.1.8 - chkuser)",
            "RCPT_TO: 421 Refused. The domain of your sender address has no mail exchanger (MX).",
            "RCPT_TO: 550-Sender has no A, AAAA, or MX DNS records. mx.example.net",
            (
                "MAIL_FROM: 553 5.1.8 <a@example.org>... Domain of sender address a@example.org"
                " does"
                " not exist"
            ),
            (
                "RCPT_TO: 550-Verification failed for <a@example.org>\n550-Unrouteable address\n"
                "550 Sender verify failed"
            ),
        ),
    ),
    Wording(
        Code.SENDER_DOMAIN_UNKNOWN,
        ("domain does not exist",),
        replies=("517",),
        stages=SENDING,
        source="Courier",
        examples=(
            "MAIL_FROM: 517-Domain does not exist: example.org.\n517 Invalid domain, see <URL:ftp>",
        ),
    ),
    Wording(
        Code.SENDER_REFUSED,
        (
            "sender address rejected",
            "sender rejected|refused|denied|blocked",
            "sender is rejected|refused|denied|blocked",
            "sender not allowed|permitted|accepted|authorized",
            "sender is not allowed|permitted|accepted|authorized",
            "from address rejected|refused|denied",
            "bad|invalid|malformed sender|from|reverse",
            "mail from … rejected|refused|denied",
            "required for sender address",
            "non local sender domain",
            "sender address … rejected|refused|invalid",
        ),
        stages=SENDING,
        source="Postfix (check_sender_access), Sendmail, Exchange, maddy",
        examples=(
            "RCPT_TO: 554 5.7.1 <noreply@example.org>: Sender address rejected: Access denied",
            "MAIL_FROM: 553 5.5.4 <a>... Domain name required for sender address a",
            "MAIL_FROM: 501 5.1.7 Bad sender address syntax",
            "MAIL_FROM: 501 5.1.8 Non-local sender domain",
            "RCPT_TO: 504 5.5.2 <a@b>: Sender address rejected: need fully-qualified address",
        ),
    ),
)
