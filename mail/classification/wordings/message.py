"""Wordings about the message and the sender's record: quota, authentication, size, content."""

from mail.classification.observation import Family
from mail.classification.wording import ANY_STAGE, SENDING, SIGNING_IN, Wording
from mail.report.codes import Code
from mail.report.report import StageName

_GOOGLE = frozenset({Family.GOOGLE})
_MICROSOFT = frozenset({Family.MICROSOFT})
_AFTER_GREETING = ANY_STAGE - {StageName.TLS} - SIGNING_IN

GREYLISTING = (
    Wording(
        Code.GREYLISTED,
        ("greylisting|graylisting|postgrey", "grey|gray list|listing|listed|listening"),
        stages=_AFTER_GREETING,
        source="Postgrey, rspamd, Exim greylistd, SQLgrey",
        examples=(
            (
                "RCPT_TO: 450 4.2.0 <ada@example.net>: Recipient address rejected: Greylisted, see"
                " http://postgrey.schweikert.ch/help/example.net.html"
            ),
            "RCPT_TO: 451 Temporary local problem - greylisting in action, please try later",
            "RCPT_TO: 451 4.7.1 Greylisting in action, please come back later",
        ),
    ),
)

QUOTA = (
    Wording(
        Code.MESSAGE_TOO_LARGE,
        ("message size limit|limits",),
        replies=("5",),
        stages=SENDING,
        source="Gmail, 552 5.2.3",
        examples=("DATA: 552 5.2.3 Your message exceeded Google's message size limits. gsmtp",),
    ),
    Wording(
        Code.QUOTA_EXCEEDED,
        (
            "daily|hourly|monthly|weekly … limit|quota|maximum",
            "limit|quota … per day|hour|month",
            "sending limit|limits|quota",
            "message|messages|email|emails|mail|smtp|recipient quota|limit",
            "reached … limit … recipients",
            "submissionquotaexceededexception",
            "trial tenant",
            "exceed|exceeds|exceeded sending",
            "exceeded … sending|message|messages|email|emails",
        ),
        stages=SENDING | SIGNING_IN,
        source="Gmail (5.4.5), Microsoft 365, Amazon SES, Zoho",
        examples=(
            (
                "DATA: 550-5.4.5 Daily user sending limit exceeded. For more information on Gmail\n"
                "550 5.4.5 sending limits go to https://support.google.com/a/answer/166852 - gsmtp"
            ),
            "DATA: 454 Throttling failure: Daily message quota exceeded.",
            (
                "DATA: 554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException;"
                " Failed to process message due to a permanent exception"
            ),
            (
                "DATA: 550 5.1.90 Your message can't be sent because you've reached your daily"
                " limit"
                " for message recipients"
            ),
            "MAIL_FROM: 550 5.7.1 Email quota exceeded",
        ),
    ),
    Wording(
        Code.QUOTA_EXCEEDED,
        enhanced=("4.5",),
        families=_GOOGLE,
        stages=SENDING,
        source="Gmail SMTP errors and codes, 550 5.4.5",
        examples=("DATA: 550 5.4.5 see https://support.google.com/a/answer/166852 - gsmtp",),
    ),
    Wording(
        Code.QUOTA_EXCEEDED,
        enhanced=("1.90", "7.232", "7.233"),
        families=_MICROSOFT,
        stages=SENDING,
        source="Exchange Online NDR codes",
        examples=("DATA: 550 5.1.90 no",),
    ),
)

AUTHENTICITY = (
    Wording(
        Code.REPUTATION_REFUSED,
        (
            "spf|dkim|dmarc fail|failed|fails|failure|reject|rejected|check|validation|policy",
            "spf|dkim|dmarc … did|does|do|is|are|was not",
            "spf|dkim|dmarc … failed|failure|fail|violation|alignment|unauthorized|prohibited",
            "spf|dkim|dmarc … softfail|hardfail|permerror|temperror|signature|signatures|record",
            "spf|dkim|dmarc … sender|invalid|missing|required|error|enforced|blocked|verification",
            "fail|fails|failed|failing|pass|passes|lacks|violates … spf|dkim|dmarc",
            "due to|per|by … spf|dkim|dmarc",
            "sender policy framework",
            "sender is unauthenticated",
            "unauthenticated email",
        ),
        stages=SENDING,
        source="Gmail (5.7.26), policyd-spf, OpenDMARC, Exchange, RFC 7372",
        examples=(
            (
                "DATA: 550-5.7.26 Unauthenticated email from example.org is not accepted due to\n"
                "550-5.7.26 domain's DMARC policy. Please contact the administrator of\n"
                "550 5.7.26 example.org domain if this was a legitimate mail. d2e1 - gsmtp"
            ),
            (
                "RCPT_TO: 550 5.7.23 <ada@example.net>: Recipient address rejected: Message"
                " rejected"
                " due to: SPF fail - not authorized. Please see http://www.openspf.net/Why"
            ),
            "DATA: 550 5.7.1 rejected by DMARC policy for example.org",
        ),
    ),
)

CONTENT = (
    Wording(
        Code.SMTPUTF8_NOT_OFFERED,
        ("smtputf8", "internationalized address|email|addresses"),
        stages=SENDING,
        source="RFC 6531, Postfix",
        examples=("RCPT_TO: 553 5.6.7 Must declare SMTPUTF8 to send unicode address",),
    ),
    Wording(
        Code.MESSAGE_TOO_LARGE,
        (
            "message … too big|large|long",
            "message size",
            "message … exceeds … size|limit",
            "size exceeds",
            "size … exceeded",
            "maximum message size",
            "too big|large message",
        ),
        replies=("5",),
        stages=SENDING,
        source="Postfix, Exim, Exchange, Amazon SES, RFC 1870",
        examples=(
            "MAIL_FROM: 552 5.3.4 Message size exceeds fixed limit",
            "DATA: 552 Message size exceeds maximum permitted",
            "DATA: 552 Message is too long.",
        ),
    ),
    Wording(
        Code.SERVER_OUT_OF_STORAGE,
        (
            "insufficient system|storage|resource|resources|disk",
            "not enough disk|space|storage",
            "no space left",
            "disk full",
        ),
        stages=SENDING,
        source="Postfix, Exchange, Sendmail, RFC 5321 §4.2.3 (452)",
        examples=(
            "MAIL_FROM: 452 4.3.1 Insufficient system storage",
            "MAIL_FROM: 452 4.4.5 Insufficient disk space; try again later",
        ),
    ),
    Wording(
        Code.MESSAGE_REFUSED,
        (
            "spam",
            "gtube",
            "unsolicited",
            "virus",
            "infected",
            "malware",
            "banned",
            "content",
            "headers|header",
            "attachment",
            "malformed message",
            "message is malformed",
            "message rejected",
        ),
        replies=("5",),
        stages=frozenset({StageName.DATA}),
        source="amavisd, rspamd, Exim ACLs, Gmail",
        examples=(
            (
                "DATA: 550-5.7.1 Our system has detected that this message is likely unsolicited"
                " mail."
                "\n550 5.7.1 To reduce the amount of spam sent to Gmail, it has been blocked. -"
                " gsmtp"
            ),
            "DATA: 550 5.7.1 Message content rejected, id=01234-05 - SPAM",
            "DATA: 550 This message contains a virus (Eicar-Test-Signature).",
            "DATA: 554 5.7.0 Reject, id=08761-03 - INFECTED: Eicar-Test-Signature",
            "DATA: 550 5.7.0 Reject, id=23211-09 - BANNED: multipart/mixed | .exe",
            "DATA: 554 5.7.1 Gtube pattern",
            (
                "DATA: 552-5.7.0 This message was blocked because its content presents a"
                " potential\n"
                "552 5.7.0 security issue. d2e1 - gsmtp"
            ),
        ),
    ),
    Wording(
        Code.POLICY_REFUSED,
        (
            "policy|policies|spam|unsolicited",
            "administrative prohibition",
            "administratively prohibited",
        ),
        replies=("5",),
        stages=SENDING,
        source="Exim, Exchange, Yahoo (554 5.7.9)",
        examples=(
            "RCPT_TO: 550 5.7.1 Administrative prohibition",
            "DATA: 554 5.7.9 Message not accepted for policy reasons.",
        ),
    ),
)
