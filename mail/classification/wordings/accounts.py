"""Wordings about the account: it is blocked, not active, or has used up its attempts."""

from mail.classification.observation import Family
from mail.classification.wording import DELIVERING, SENDING, SIGNING_IN, Wording
from mail.report.codes import Code
from mail.report.report import StageName

_GOOGLE = frozenset({Family.GOOGLE})
_MICROSOFT = frozenset({Family.MICROSOFT})

POLICIES = (
    Wording(
        Code.SMTP_SIGN_IN_DISABLED,
        (
            "smtpclientauthentication is disabled",
            "not have access rights to this service",
            "user has no permission",
        ),
        stages=SIGNING_IN,
        source="Exchange Online, 535 5.7.139; Yandex and NetEase (mail programs not allowed)",
        examples=(
            (
                "AUTHENTICATE: 535 5.7.8 Error: authentication failed: This user does not have"
                " access rights to this service"
            ),
            "AUTHENTICATE: 550 User has no permission",
            (
                "AUTHENTICATE: 535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is"
                " disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled."
            ),
        ),
    ),
    Wording(
        Code.BASIC_SIGN_IN_DISABLED,
        ("basic authentication is disabled|not", "basic auth is disabled|not"),
        stages=SIGNING_IN | SENDING,
        source="Exchange Online, 535 5.7.139 and 550 5.7.30",
        examples=(
            (
                "AUTHENTICATE: 535 5.7.139 Authentication unsuccessful, basic authentication is"
                " disabled. [AM0PR02CA0001.eurprd02.prod.outlook.com]"
            ),
            "DATA: 550 5.7.30 Basic authentication is not supported for Client Submission.",
        ),
    ),
    Wording(
        Code.SIGN_IN_BLOCKED_BY_POLICY,
        (
            "security defaults",
            "conditional access",
            "did not meet the criteria",
            "access … blocked by your|the organization",
        ),
        stages=SIGNING_IN,
        source="Exchange Online, 535 5.7.139",
        examples=(
            (
                "AUTHENTICATE: 535 5.7.139 Authentication unsuccessful, user is locked by your"
                " organization's security defaults policy. Contact your administrator."
            ),
            (
                "AUTHENTICATE: 535 5.7.139 Authentication unsuccessful, the request did not meet"
                " the"
                " criteria to be authenticated successfully."
            ),
        ),
    ),
    Wording(
        Code.WEB_SIGN_IN_REQUIRED,
        (
            "log|sign in via … web browser",
            "log|sign in with … web browser",
            "your web browser and then try again",
            "weblogin required",
            "web login required",
        ),
        stages=SIGNING_IN,
        source="Gmail SMTP errors and codes, 534 5.7.14",
        examples=(
            (
                "AUTHENTICATE: 534-5.7.14 <https://accounts.google.com/signin/continue?sarp=1>"
                " Please"
                " log in via\n534-5.7.14 your web browser and then try again.\n"
                "534 5.7.14  https://support.google.com/mail/answer/78754 d2e1a72 - gsmtp"
            ),
            "AUTHENTICATE: 534-5.7.9 Please log in with your web browser and then try again.",
        ),
    ),
    Wording(
        Code.WEB_SIGN_IN_REQUIRED,
        enhanced=("7.14",),
        families=_GOOGLE,
        stages=SIGNING_IN,
        source="Gmail SMTP errors and codes, 534 5.7.14",
        examples=("AUTHENTICATE: 534 5.7.14 see https://support.google.com/ d2e1a72 - gsmtp",),
    ),
)

ACCOUNTS = (
    Wording(
        Code.ACCOUNT_NOT_ACTIVE,
        (
            "not yet activated",
            "not been activated",
            "not yet been activated",
            "your … account is|was not active|activated|enabled|approved",
            "your … account is inactive",
            "account … under review",
            "account … pending|awaiting activation|approval|review",
            "activate your … account",
            "please accept eula",
        ),
        stages=SIGNING_IN | SENDING,
        source="Brevo help, SMTP error codes (502 5.7.0); Mailgun; Yandex",
        examples=(
            "AUTHENTICATE: 535 5.7.8 Error: authentication failed: Please accept EULA first.",
            (
                "DATA: 421 Domain mg.example.org is not allowed to send: Please activate your"
                " Mailgun account. Check your inbox to resend the activation email."
            ),
            "AUTHENTICATE: 502 5.7.0 Your SMTP account is not yet activated. Please contact us.",
            "MAIL_FROM: 502 5.7.0 Your SMTP account is not yet activated. Please contact us.",
            "RCPT_TO: 550 5.7.1 Your account is not active",
            "AUTHENTICATE: 550 The account has not yet been activated",
        ),
    ),
    Wording(
        Code.ACCOUNT_NOT_ACTIVE,
        (
            "account not|isnt active|activated|enabled|approved",
            "account is|was not active|activated|enabled|approved",
            "account inactive",
            "account is inactive",
        ),
        stages=SIGNING_IN | {StageName.MAIL_FROM, StageName.DATA},
        source="Mail services. In a reply to RCPT TO, the account may be the recipient's",
        examples=(
            "AUTHENTICATE: 535 5.7.1 Account not activated",
            "MAIL_FROM: 550 Account inactive",
            "AUTHENTICATE: 535 5.7.8 The account isn't activated yet",
        ),
    ),
    Wording(
        Code.QUOTA_EXCEEDED,
        (
            "maximum credits exceeded",
            "credits exceeded|exhausted",
            "exceeded your messaging limits",
            "out of credits",
            "used up|all … credits",
            "no … credits left|remaining",
            "not enough credits",
        ),
        stages=SIGNING_IN | SENDING,
        source="SendGrid, SMTP errors (451)",
        examples=(
            "AUTHENTICATE: 451 Authentication failed: Maximum credits exceeded",
            "DATA: 451 You have exceeded your messaging limits",
            "AUTHENTICATE: 535 Authentication failed: You have used up all of your credits",
        ),
    ),
    Wording(
        Code.CREDENTIALS_REJECTED,
        ("user credentials were incorrect",),
        by_token=False,
        stages=SIGNING_IN,
        source="Exchange Online, 535 5.7.139",
        examples=(
            (
                "AUTHENTICATE: 535 5.7.139 Authentication unsuccessful, the user credentials were"
                " incorrect. [AM0PR02CA0001.eurprd02.prod.outlook.com]"
            ),
        ),
    ),
    Wording(
        Code.ACCOUNT_DISABLED,
        (
            "account is|was disabled|locked|suspended|blocked|closed|deactivated",
            "account is|was temporarily|permanently disabled|locked|suspended|blocked",
            "account has been disabled|locked|suspended|blocked|closed|deactivated",
            "account disabled|locked|suspended|blocked|deactivated",
            "user is|was disabled|locked|suspended|blocked",
            "user disabled|locked|suspended|blocked",
            "sending suspended|paused|disabled",
            "sending … paused|suspended for this account",
            "outboundspamexception",
            "bad outbound sender",
            "disabled by user from hpanel",
            "accountdisabledexception",
        ),
        stages=SIGNING_IN | {StageName.MAIL_FROM, StageName.DATA},
        source="Exchange, Amazon SES (Sending paused), Outlook.com (OutboundSpamException)",
        examples=(
            "AUTHENTICATE: 535 5.7.3 Authentication unsuccessful, account is disabled.",
            "AUTHENTICATE: 550 SMTP account deactivated",
            (
                "DATA: 554 Message rejected: Sending paused for this account. For more information,"
                " please check the inbox of the email address associated with your AWS account."
            ),
            "DATA: 550 5.1.8 Access denied, bad outbound sender. [AM0PR02]",
            (
                "DATA: 554 5.2.0 STOREDRV.Submission.Exception:AccountDisabledException."
                "MapiExceptionMailboxDisabled; Failed to process message"
            ),
            (
                "DATA: 554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; Failed to"
                " process"
                " message due to a permanent exception"
            ),
        ),
    ),
    Wording(
        Code.ACCOUNT_DISABLED,
        ("mailbox is disabled|locked|suspended",),
        stages=SIGNING_IN,
        source="Dovecot",
        examples=("AUTHENTICATE: 535 5.7.8 Authentication failed: mailbox is disabled",),
    ),
    Wording(
        Code.ACCOUNT_DISABLED,
        (
            "your account is|was disabled|locked|suspended|blocked",
            "your account has been disabled|locked|suspended|blocked",
        ),
        stages=DELIVERING,
        source="OVH, which says so late",
        examples=("RCPT_TO: 550 5.7.1 Spam detected by OVH, your account has been locked",),
    ),
    Wording(
        Code.TOO_MANY_SIGN_INS,
        (
            "too many … login|logins|auth|authentication|attempts|signin|failures|failed",
            "too many bad auth",
            "too many … failed|invalid|wrong|bad … login|logins|auth|attempts",
            "concurrent connections limit",
            "too many concurrent|connections|simultaneous|sessions|errors",
            "rate limit|limited",
            "attempts exceeded",
            "exceeded … attempts|rate|limit",
            "limit exceeded",
            "temporarily blocked|locked",
        ),
        stages=SIGNING_IN,
        source="Gmail, Yahoo (AUTH005), Microsoft 365 (432 4.3.2), Postfix anvil",
        examples=(
            "AUTHENTICATE: 454 4.7.0 Too many login attempts, please try again later. d2e1 - gsmtp",
            "AUTHENTICATE: 535 5.7.0 (#AUTH005) Too many bad auth attempts.",
            (
                "AUTHENTICATE: 432 4.3.2 Concurrent connections limit exceeded. Visit"
                " https://aka.ms/concurrent_sending for more information."
            ),
            "AUTHENTICATE: 421 4.7.0 mx.example.org Error: too many AUTH commands from [::1]",
        ),
    ),
    Wording(
        Code.BASIC_SIGN_IN_DISABLED,
        enhanced=("7.139", "7.30"),
        families=_MICROSOFT,
        stages=SIGNING_IN,
        source="Exchange Online NDR codes",
        examples=("AUTHENTICATE: 535 5.7.139 Authentication unsuccessful.",),
    ),
)
