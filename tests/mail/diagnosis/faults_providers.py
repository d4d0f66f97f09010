"""The fault table: the replies of known providers."""

from mail.report.codes import Code
from tests.mail.diagnosis.fault import Changes, Fault, Stage
from tests.support.mail.scripted import Script

SENDGRID: Changes = {"host": "smtp.sendgrid.net", "username": "apikey"}
BREVO: Changes = {"host": "smtp-relay.brevo.com"}
MAILGUN: Changes = {"host": "smtp.mailgun.org"}
SES: Changes = {"host": "email-smtp.us-east-1.amazonaws.com"}
GMAIL: Changes = {"host": "smtp.gmail.com"}
MICROSOFT: Changes = {"host": "smtp.office365.com"}
ZOHO: Changes = {"host": "smtp.zoho.com"}
SPARKPOST: Changes = {"host": "smtp.sparkpostmail.com", "username": "SMTP_Injection"}
_BREVO_INACTIVE = (
    "502 5.7.0 Your SMTP account is not yet activated. Please contact us at contact@brevo.com to"
    " request activation"
)


def _auth(text: str) -> Script:
    return Script(on={"AUTH": text})


def _mail(text: str) -> Script:
    return Script(on={"MAIL": text})


def _rcpt(text: str) -> Script:
    return Script(on={"RCPT": text})


def _dot(text: str) -> Script:
    return Script(on={".": text})


FAULTS = (
    Fault(
        title="SendGrid: credits used up, at sign-in",
        server=_auth("451 Authentication failed: Maximum credits exceeded"),
        account=SENDGRID,
        stage=Stage.AUTHENTICATE,
        code=Code.QUOTA_EXCEEDED,
        transient=True,
    ),
    Fault(
        title="SendGrid: wrong key",
        server=_auth("535 Authentication failed: Bad username / password"),
        account=SENDGRID,
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="SendGrid: a revoked key",
        server=_auth(
            "535 Authentication failed: The provided authorization grant is invalid, expired, or"
            " revoked"
        ),
        account=SENDGRID,
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="SendGrid: not signed in",
        server=_mail("550 Unauthenticated senders not allowed"),
        account=SENDGRID | {"username": None},
        stage=Stage.MAIL_FROM,
        code=Code.SIGN_IN_REQUIRED,
        suggests="smtpUsername",
    ),
    Fault(
        title="SendGrid: messaging limits",
        server=_dot("451 You have exceeded your messaging limits"),
        account=SENDGRID,
        stage=Stage.DATA,
        code=Code.QUOTA_EXCEEDED,
        transient=True,
    ),
    Fault(
        title="Brevo: account not activated, at sign-in",
        server=_auth(_BREVO_INACTIVE),
        account=BREVO,
        stage=Stage.AUTHENTICATE,
        code=Code.ACCOUNT_NOT_ACTIVE,
    ),
    Fault(
        title="Brevo: account not activated, in the reply to MAIL FROM",
        server=_mail(_BREVO_INACTIVE),
        account=BREVO,
        stage=Stage.MAIL_FROM,
        code=Code.ACCOUNT_NOT_ACTIVE,
    ),
    Fault(
        title="An account that is not active, at sign-in",
        server=_auth("535 5.7.1 Account not activated"),
        stage=Stage.AUTHENTICATE,
        code=Code.ACCOUNT_NOT_ACTIVE,
    ),
    Fault(
        title="Brevo: IP address not authorized",
        server=_auth("525 5.7.1 Unauthorized IP address"),
        account=BREVO,
        stage=Stage.AUTHENTICATE,
        code=Code.CLIENT_REFUSED,
    ),
    Fault(
        title="Mailgun: sandbox domain, recipient not authorized",
        server=_rcpt(
            "421 Domain sandbox1a2b3c.mailgun.org is not allowed to send: Free accounts are for"
            " test purposes only. Please upgrade or add the address to your authorized recipients"
        ),
        account=MAILGUN,
        stage=Stage.RCPT_TO,
        code=Code.RECIPIENT_NOT_AUTHORIZED,
    ),
    Fault(
        title="Mailgun: probation",
        server=_dot("420 The domain is on probation: sending rate exceeded. Retry in 1 hour"),
        account=MAILGUN,
        stage=Stage.DATA,
        code=Code.RATE_LIMITED,
        transient=True,
    ),
    Fault(
        title="Amazon SES: sending is paused",
        server=_dot(
            "554 Message rejected: Sending paused for this account. For more information, please"
            " check the inbox of the email address associated with your AWS account."
        ),
        account=SES,
        stage=Stage.DATA,
        code=Code.ACCOUNT_DISABLED,
        suggests="smtpUsername",
    ),
    Fault(
        title="Amazon SES: identity without permission to send",
        server=_dot(
            "554 Access denied: User `arn:aws:iam::123456789012:user/ses` is not authorized to"
            " perform `ses:SendRawEmail` on resource `arn:aws:ses:us-east-1:identity/example.org`"
        ),
        account=SES,
        stage=Stage.DATA,
        code=Code.SENDER_NOT_OWNED,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="Amazon SES: message too long",
        server=_dot("552 Message is too long."),
        account=SES,
        stage=Stage.DATA,
        code=Code.MESSAGE_TOO_LARGE,
    ),
    Fault(
        title="SparkPost: sending domain not configured",
        server=_dot("550 5.7.1 [internal] Unconfigured Sending Domain <example.org>"),
        account=SPARKPOST,
        stage=Stage.DATA,
        code=Code.SENDER_NOT_VERIFIED,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="SparkPost: sending limit",
        server=_dot("550 5.7.1 [internal] Exceed Sending Limit (daily)"),
        account=SPARKPOST,
        stage=Stage.DATA,
        code=Code.QUOTA_EXCEEDED,
        transient=True,
    ),
    Fault(
        title="Zoho: the sender may not use this server",
        server=_rcpt("553 Sender is not allowed to relay emails"),
        account=ZOHO,
        stage=Stage.RCPT_TO,
        code=Code.SENDER_NOT_OWNED,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="Zoho: unusual sending activity",
        server=_mail("550 5.4.6 Unusual sending activity detected. Please try after sometime"),
        account=ZOHO,
        stage=Stage.MAIL_FROM,
        code=Code.RATE_LIMITED,
        transient=True,
    ),
    Fault(
        title="iCloud: not one of the account's addresses",
        server=_mail("550 5.7.0 From address is not one of your addresses."),
        account={"host": "smtp.mail.me.com"},
        stage=Stage.MAIL_FROM,
        code=Code.SENDER_NOT_OWNED,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="Fastmail: not allowed to send from this address",
        server=_dot("551 5.7.1 Not authorised to send from this header address"),
        account={"host": "smtp.fastmail.com"},
        stage=Stage.DATA,
        code=Code.SENDER_NOT_OWNED,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="IONOS: sender not allowed",
        server=_mail(
            "550-Requested action not taken: mailbox unavailable\n550 Sender address is not"
            " allowed."
        ),
        stage=Stage.MAIL_FROM,
        code=Code.SENDER_NOT_OWNED,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="Mail.ru: an app password is required",
        server=_auth(
            "535 5.7.0 NEOBHODIM parol prilozheniya https://help.mail.ru/mail/security/protection"
        ),
        stage=Stage.AUTHENTICATE,
        code=Code.APP_PASSWORD_REQUIRED,
        suggests="smtpPassword",
    ),
    Fault(
        title="RFC 4954: the mechanism is too weak",
        server=_auth("534 5.7.9 Authentication mechanism is too weak"),
        account={"host": "mx.example.org"},
        stage=Stage.AUTHENTICATE,
        code=Code.MECHANISM_REFUSED,
    ),
    Fault(
        title="RFC 4954: the account needs to sign in by PLAIN once",
        server=_auth("432 4.7.12 A password transition is needed"),
        stage=Stage.AUTHENTICATE,
        code=Code.MECHANISM_REFUSED,
    ),
    Fault(
        title="Postfix: the mechanism is not valid",
        server=_auth("535 5.7.8 Error: authentication failed: Invalid authentication mechanism"),
        stage=Stage.AUTHENTICATE,
        code=Code.MECHANISM_REFUSED,
    ),
    Fault(
        title="Postfix: sign-in is not enabled",
        server=_auth("503 5.5.1 Error: authentication not enabled"),
        stage=Stage.AUTHENTICATE,
        code=Code.SIGN_IN_NOT_OFFERED,
        suggests="smtpUsername",
    ),
    Fault(
        title="Gmail's words from another server",
        server=_auth("535 5.7.8 Username and Password not accepted"),
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="Microsoft's code from another server",
        server=_auth("535 5.7.139 go away"),
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="Gmail: mail quota of the account",
        server=_mail("550 5.7.1 Email quota exceeded. d2e1a72 - gsmtp"),
        account=GMAIL,
        stage=Stage.MAIL_FROM,
        code=Code.QUOTA_EXCEEDED,
        transient=True,
    ),
    Fault(
        title="Gmail: content that may be dangerous",
        server=_dot(
            "552-5.7.0 This message was blocked because its content presents a potential\n"
            "552 5.7.0 security issue. d2e1a72 - gsmtp"
        ),
        account=GMAIL,
        stage=Stage.DATA,
        code=Code.MESSAGE_REFUSED,
    ),
    Fault(
        title="Gmail: no PTR record",
        server=_dot(
            "550-5.7.25 The IP address sending this message does not have a PTR record\n"
            "550 5.7.25 setup. d2e1a72 - gsmtp"
        ),
        account=GMAIL,
        stage=Stage.DATA,
        code=Code.REPUTATION_REFUSED,
    ),
    Fault(
        title="Google's relay: the IP address is not registered",
        server=_mail(
            "550-5.7.1 Invalid credentials for relay [192.0.2.9]. The IP address you've\n"
            "550 5.7.1 registered in your Workspace SMTP Relay service doesn't match. - gsmtp"
        ),
        account={"host": "smtp-relay.gmail.com", "username": None},
        stage=Stage.MAIL_FROM,
        code=Code.RELAYING_DENIED,
        suggests="smtpUsername",
    ),
    Fault(
        title="Microsoft 365: account blocked from sending",
        server=_dot("550 5.1.8 Access denied, bad outbound sender. [AM0PR02CA0001]"),
        account=MICROSOFT,
        stage=Stage.DATA,
        code=Code.ACCOUNT_DISABLED,
        suggests="smtpUsername",
    ),
    Fault(
        title="Microsoft 365: banned IP address",
        server=_rcpt("550 5.7.606 Access denied, banned sending IP [192.0.2.9]. [AM0PR02CA0001]"),
        account=MICROSOFT,
        stage=Stage.RCPT_TO,
        code=Code.REPUTATION_REFUSED,
    ),
    Fault(
        title="Microsoft 365: recipients per day",
        server=_dot(
            "550 5.1.90 Your message can't be sent because you've reached your daily limit for"
            " message recipients"
        ),
        account=MICROSOFT,
        stage=Stage.DATA,
        code=Code.QUOTA_EXCEEDED,
        transient=True,
    ),
    Fault(
        title="Microsoft 365: unregistered domain",
        server=_dot(
            "550 5.7.750 Service unavailable. Client blocked from sending from unregistered domains"
        ),
        account=MICROSOFT,
        stage=Stage.DATA,
        code=Code.SENDER_NOT_VERIFIED,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="Outlook.com: account suspended for spam",
        server=_dot(
            "554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; Failed to process"
            " message due to a permanent exception with message WASCL UserAction verdict is not"
            " None"
        ),
        account={"host": "smtp-mail.outlook.com"},
        stage=Stage.DATA,
        code=Code.ACCOUNT_DISABLED,
        suggests="smtpUsername",
    ),
    Fault(
        title="Yahoo: deferred because of complaints",
        server=_mail(
            "421 4.7.0 [TSS04] Messages from 192.0.2.9 temporarily deferred due to unexpected"
            " volume or user complaints - 4.16.55.1"
        ),
        account={"host": "smtp.mail.yahoo.com"},
        stage=Stage.MAIL_FROM,
        code=Code.REPUTATION_REFUSED,
        transient=True,
    ),
    Fault(
        title="Dovecot: mailbox over quota",
        server=_rcpt("552 5.2.2 <ada@example.net> Quota exceeded (mailbox for user is full)"),
        stage=Stage.RCPT_TO,
        code=Code.MAILBOX_FULL,
        transient=True,
    ),
    Fault(
        title="A recipient's domain that accepts no mail",
        server=_rcpt(
            "556 5.1.10 <ada@example.net>: Recipient address rejected: Domain example.net does not"
            " accept mail (nullMX)"
        ),
        stage=Stage.RCPT_TO,
        code=Code.RECIPIENT_DOMAIN_UNKNOWN,
    ),
    Fault(
        title="policyd-spf: SPF fails",
        server=_rcpt(
            "550 5.7.23 <ada@example.net>: Recipient address rejected: Message rejected due to: SPF"
            " fail - not authorized. Please see http://www.openspf.net/Why?s=mfrom"
        ),
        stage=Stage.RCPT_TO,
        code=Code.REPUTATION_REFUSED,
    ),
    Fault(
        title="OpenDMARC: rejected by the sender's policy",
        server=_dot("550 5.7.1 rejected by DMARC policy for example.org"),
        stage=Stage.DATA,
        code=Code.REPUTATION_REFUSED,
    ),
)
