"""Fixed phrases of one service or program, which are tried before wordings that many share."""

from mail.classification.observation import Family
from mail.classification.wording import ANY_STAGE, SENDING, SIGNING_IN, Wording
from mail.report.codes import Code
from mail.report.report import StageName

_OTHERS = ANY_STAGE - {StageName.TLS} - SIGNING_IN

SERVICES = (
    Wording(
        Code.SENDER_NOT_OWNED,
        ("not local sender over smtp", "unauthorized|unauthorised sender address"),
        stages=SENDING,
        source="Mail.ru; IONOS and GMX",
        examples=(
            "RCPT_TO: 550 not local sender over smtp",
            "DATA: 554-Transaction failed\n554-Unauthorized sender address.",
        ),
    ),
    Wording(
        Code.SENDER_NOT_OWNED,
        ("request failed mailbox unavailable",),
        families=frozenset({Family.YAHOO}),
        stages=SENDING,
        source="Yahoo and AT&T, where the sender is not the account's address",
        examples=("DATA: 550 Request failed; Mailbox unavailable",),
    ),
    Wording(
        Code.SENDER_NOT_VERIFIED,
        (
            "sender you used is not valid",
            "validate your sender",
            "domain must be verified in your account",
            "sending from domain is not allowed",
        ),
        stages=SENDING,
        source="Brevo, MailerSend (#MS42207), Mailtrap",
        examples=(
            (
                "DATA: 550 5.7.1 Sending has been rejected because the sender you used"
                " noreply@example.org is not valid. Validate your sender or authenticate your"
                " domain"
            ),
            (
                "DATA: 450 4.7.1 The from.email domain must be verified in your account to send"
                " emails. #MS42207"
            ),
            "DATA: 554 5.7.1 Sending from domain example.org is not allowed",
        ),
    ),
    Wording(
        Code.RECIPIENT_NOT_AUTHORIZED,
        (
            "only send testing emails to your own",
            "trial accounts can only send",
            "recipient addresses must share the same domain",
        ),
        stages=SENDING,
        source="Resend, MailerSend (#MS42225), Postmark (an account that awaits approval)",
        examples=(
            (
                "DATA: 550 You can only send testing emails to your own email address"
                " (owner@example.org). To send emails to other recipients, please verify a domain"
            ),
            (
                "DATA: 450 4.7.1 Trial accounts can only send emails to the administrator's email."
                " #MS42225"
            ),
            (
                "DATA: 550 5.7.1 While your account is pending approval, all recipient addresses"
                " must share the same domain as the 'From' address."
            ),
        ),
    ),
    Wording(
        Code.RECIPIENT_REFUSED,
        (
            "marked as inactive",
            "recipient address was suppressed",
            "delivery error dd … cannot be delivered",
            "delivery restriction check failed",
        ),
        replies=("5",),
        stages=SENDING,
        source="Postmark, SparkPost, Yahoo, Exchange (RESOLVER.RST)",
        examples=(
            (
                "RCPT_TO: 550 5.7.1 You tried to send to recipient(s) that have been marked as"
                " inactive. Inactive recipients are ones that have generated a hard bounce, a spam"
                " complaint, or a manual suppression."
            ),
            "RCPT_TO: 554 5.7.1 recipient address was suppressed due to customer policy",
            (
                "DATA: 554 delivery error: dd Sorry, your message to ada@example.net cannot be"
                " delivered. This mailbox is disabled (554.30)."
            ),
            (
                "DATA: 550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication"
                " required; Delivery restriction check failed because the sender was not"
                " authenticated when sending to this group"
            ),
        ),
    ),
    Wording(
        Code.RECIPIENT_UNKNOWN,
        ("not listed in domino|public directory", "delivery error dd this user doesnt have"),
        replies=("5",),
        stages=SENDING,
        source="HCL Domino, Yahoo",
        examples=(
            "RCPT_TO: 550 ada@example.net not listed in Domino Directory",
            (
                "RCPT_TO: 554 delivery error: dd This user doesn't have a yahoo.com account"
                " (ada@example.net) [0] - mta4321.mail.bf1.yahoo.com"
            ),
        ),
    ),
    Wording(
        Code.RECIPIENT_UNKNOWN,
        ("recipient address|addresses rejected access denied",),
        enhanced=("4.1",),
        stages=SENDING,
        source="Exchange Online NDR codes, 550 5.4.1 (directory-based edge blocking)",
        examples=("RCPT_TO: 550 5.4.1 Recipient address rejected: Access denied. [AM0PR02]",),
    ),
    Wording(
        Code.GREYLISTED,
        (
            "internal resource|resources is|are|temporarily … unavailable",
            "not yet authorized to deliver mail from",
            "policy rejection please try later",
        ),
        replies=("4",),
        stages=_OTHERS,
        source="Mimecast (451), Exim's greylistd, policyd",
        examples=(
            "RCPT_TO: 451 Internal resources are temporarily unavailable - https://example.com",
            (
                "RCPT_TO: 451 192.0.2.9 is not yet authorized to deliver mail from"
                " <a@example.org> to <ada@example.net>. Please try later."
            ),
            (
                "RCPT_TO: 450 4.7.1 <ada@example.net>: Recipient address rejected: Policy"
                " Rejection- Please try later."
            ),
        ),
    ),
    Wording(
        Code.QUOTA_EXCEEDED,
        ("policy rejection quota exceeded", "send limit exceeded", "relay quota", "enough credit"),
        stages=SENDING,
        source="policyd, GMX, GoDaddy, Elastic Email",
        examples=(
            (
                "RCPT_TO: 550 5.7.1 <ada@example.net>: Recipient address rejected: Policy"
                " Rejection- Quota exceeded."
            ),
            (
                "DATA: 450-Requested mail action not taken: mailbox unavailable\n"
                "450 Mail send limit exceeded."
            ),
            "DATA: 550 Not enough credit",
        ),
    ),
    Wording(
        Code.RATE_LIMITED,
        (
            "recipient has exceeded",
            "can|may send to this recipient",
            "messages they can receive",
            "too many recent messages",
            "too many requests",
            "receiving mail too quickly",
            "excessive volume",
            "sender frequency limited",
            "ratelimit",
        ),
        stages=_OTHERS,
        source="Yandex, Exchange (5.2.121, 5.2.122), Comcast, Resend, iCloud, QQ, rspamd",
        examples=(
            "RCPT_TO: 450 4.2.1 The recipient has exceeded message rate limit. Try again later.",
            (
                "DATA: 554 5.2.121 The sender has exceeded the limit for the number of messages"
                " they can send to this recipient per hour."
            ),
            "DATA: 451 Too many requests. You can only make 2 requests per second.",
            'DATA: 451 4.7.1 Ratelimit "user" exceeded',
            "RCPT_TO: 452 4.1.1 <ada@example.net> too many recent messages; Try again later",
            "RCPT_TO: 450 4.2.1 User is receiving mail too quickly",
        ),
    ),
    Wording(
        Code.TEMPORARILY_REFUSED,
        ("organization queue quota exceeded",),
        stages=SENDING,
        source="Exchange Online (450 4.7.3)",
        examples=("RCPT_TO: 450 4.7.3 Organization queue quota exceeded. [AM0PR02]",),
    ),
    Wording(
        Code.CLIENT_REFUSED,
        ("external client with ip address does not have permissions",),
        stages=_OTHERS,
        source="Exchange (a receive connector for internal clients)",
        examples=(
            (
                "RCPT_TO: 550 5.7.1 External client with IP address 192.0.2.9 does not have"
                " permissions to submit to this server."
            ),
        ),
    ),
    Wording(
        Code.REPUTATION_REFUSED,
        (
            "not authorized to send email directly",
            "required authentication level",
            "dns ptr resource record",
            "block listed",
            "client host blocked",
        ),
        stages=_OTHERS,
        source="Gmail, Outlook.com (5.7.515), GMX, Orange",
        examples=(
            (
                "DATA: 550-5.7.1 [192.0.2.9] The IP you're using to send mail is not authorized"
                " to\n550-5.7.1 send email directly to our servers. Please use the SMTP relay at"
                " your\n550 5.7.1 service provider instead. d2e1a72 - gsmtp"
            ),
            (
                "DATA: 550 5.7.515 Access denied, sending domain example.org does not meet the"
                " required authentication level. [AM0PR02]"
            ),
            (
                "GREETING: 554-gmx.net (mxgmx015) Nemesis ESMTP Service not available\n"
                "554-No SMTP service\n554-IP address is block listed."
            ),
            "GREETING: 554-No SMTP service\n554-Bad DNS PTR resource record.",
        ),
    ),
    Wording(
        Code.REPUTATION_REFUSED,
        ("blocked see",),
        stages=frozenset({StageName.GREETING, StageName.MAIL_FROM}),
        source="Proofpoint",
        examples=("GREETING: 554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.9",),
    ),
    Wording(
        Code.SENDER_DOMAIN_UNKNOWN,
        ("invalid dns mx or a aaaa resource record",),
        stages=SENDING,
        source="GMX and web.de",
        examples=(
            (
                "MAIL_FROM: 550-Requested action not taken: mailbox unavailable\n"
                "550 invalid DNS MX or A/AAAA resource record"
            ),
        ),
    ),
    Wording(
        Code.POLICY_REFUSED,
        ("reject due to policy", "anti spoofing policy"),
        replies=("5",),
        stages=SENDING,
        source="GMX, web.de and IONOS; Mimecast",
        examples=(
            (
                "DATA: 550-Requested action not taken: mailbox unavailable\n"
                "550 Reject due to policy restrictions."
            ),
            "DATA: 550 Rejected by header based Anti-Spoofing policy: a@example.org",
        ),
    ),
)
