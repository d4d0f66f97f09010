"""The fault table, last part: MAIL_FROM, RCPT_TO and DATA."""

from mail.report.codes import Code
from tests.mail.diagnosis.fault import Changes, Fault, Stage
from tests.mail.diagnosis.faults_reaching import SOON
from tests.support.mail.aiosmtpd_server import Daemon
from tests.support.mail.scripted import (
    Script,
    close,
    cut,
    endless,
    hang,
    refusing,
    reset,
    then_close,
    unless_secured,
)

PLAIN: Changes = {"secure": False, "username": None}
GMAIL: Changes = {"host": "smtp.gmail.com"}
MICROSOFT: Changes = {"host": "smtp.office365.com"}
OWN = "ops@example.org"


def _mail(text: str) -> Script:
    return Script(on={"MAIL": text})


def _rcpt(text: str) -> Script:
    return Script(on={"RCPT": text})


def _dot(text: str) -> Script:
    return Script(on={".": text})


MAIL_FROM = (
    Fault(
        title="Gmail: not signed in",
        server=_mail(
            "530-5.7.0 Authentication Required. For more information, go to\n"
            "530 5.7.0  https://support.google.com/mail/?p=WantAuthError d2e1a72 - gsmtp"
        ),
        account=GMAIL | {"username": None},
        stage=Stage.MAIL_FROM,
        code=Code.SIGN_IN_REQUIRED,
        suggests="smtpUsername",
    ),
    Fault(
        title="Gmail: not secured",
        server=Script(
            on={
                "MAIL": unless_secured(
                    "530 5.7.0 Must issue a STARTTLS command first. d2e1a72 - gsmtp"
                )
            }
        ),
        account=GMAIL | PLAIN,
        stage=Stage.MAIL_FROM,
        code=Code.TLS_REQUIRED,
        fix={"enableSecureConnection": "true"},
    ),
    Fault(
        title="Gmail: rate limited",
        server=_mail(
            "421 4.7.28 Our system has detected an unusual rate of unsolicited mail. gsmtp"
        ),
        account=GMAIL,
        stage=Stage.MAIL_FROM,
        code=Code.RATE_LIMITED,
        transient=True,
    ),
    Fault(
        title="Microsoft 365: not signed in",
        server=_mail("530 5.7.57 Client not authenticated to send mail. [AM0PR02CA0001]"),
        account=MICROSOFT | {"username": None},
        stage=Stage.MAIL_FROM,
        code=Code.SIGN_IN_REQUIRED,
        suggests="smtpUsername",
    ),
    Fault(
        title="Microsoft 365: not secured",
        server=Script(
            on={"MAIL": unless_secured("451 5.7.3 STARTTLS is required to send mail [AM0PR02]")}
        ),
        account=MICROSOFT | PLAIN,
        stage=Stage.MAIL_FROM,
        code=Code.TLS_REQUIRED,
        fix={"enableSecureConnection": "true"},
    ),
    Fault(
        title="aiosmtpd: not secured",
        server=Daemon(require_starttls=True),
        account=PLAIN,
        stage=Stage.MAIL_FROM,
        code=Code.TLS_REQUIRED,
        fix={"enableSecureConnection": "true"},
    ),
    Fault(
        title="aiosmtpd: not signed in",
        server=Daemon(auth_required=True),
        account={"username": None},
        stage=Stage.MAIL_FROM,
        code=Code.SIGN_IN_REQUIRED,
        suggests="smtpUsername",
    ),
    Fault(
        title="Exchange: no permission to send as this sender",
        server=Script(
            on={
                "MAIL": refusing(
                    "postledger@",
                    "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
                )
            }
        ),
        account={"username": OWN},
        stage=Stage.MAIL_FROM,
        code=Code.SENDER_NOT_OWNED,
        fix={"defaultFromAddress": OWN},
    ),
    Fault(
        title="Postfix: sender not owned by the account",
        server=Script(
            on={
                "RCPT": "553 5.7.1 <postledger@example.org>: Sender address rejected: not owned by"
                " user ops@example.org"
            }
        ),
        account={"username": "ops"},
        stage=Stage.RCPT_TO,
        code=Code.SENDER_NOT_OWNED,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="Zoho: sender not owned by the account",
        server=Script(
            on={
                "MAIL": refusing("postledger@", "553 Relaying disallowed as postledger@example.org")
            }
        ),
        account={"host": "smtp.zoho.com", "username": OWN},
        stage=Stage.MAIL_FROM,
        code=Code.SENDER_NOT_OWNED,
        fix={"defaultFromAddress": OWN},
    ),
    Fault(
        title="Postfix: sender refused",
        server=_mail("554 5.7.1 <postledger@example.org>: Sender address rejected: Access denied"),
        stage=Stage.MAIL_FROM,
        code=Code.SENDER_REFUSED,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="Postfix: sender's domain not found",
        server=_mail(
            "450 4.1.8 <postledger@example.org>: Sender address rejected: Domain not found"
        ),
        stage=Stage.MAIL_FROM,
        code=Code.SENDER_DOMAIN_UNKNOWN,
        transient=True,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="Exim: sender verify failed",
        server=_rcpt(
            "550-Verification failed for <postledger@example.org>\n550 Sender verify failed"
        ),
        stage=Stage.RCPT_TO,
        code=Code.SENDER_DOMAIN_UNKNOWN,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="SendGrid: sender not verified",
        server=_mail(
            "550 The from address does not match a verified Sender Identity. Mail cannot be"
            " sent until this error is resolved."
        ),
        account={"host": "smtp.sendgrid.net", "username": "apikey"},
        stage=Stage.MAIL_FROM,
        code=Code.SENDER_NOT_VERIFIED,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="Postfix: message too large, by its declared size",
        server=_mail("552 5.3.4 Message size exceeds fixed limit"),
        stage=Stage.MAIL_FROM,
        code=Code.MESSAGE_TOO_LARGE,
    ),
    Fault(
        title="aiosmtpd: message too large, by its declared size",
        server=Daemon(data_size_limit=100),
        stage=Stage.MAIL_FROM,
        code=Code.MESSAGE_TOO_LARGE,
    ),
    Fault(
        title="Postfix: out of storage",
        server=_mail("452 4.3.1 Insufficient system storage"),
        stage=Stage.MAIL_FROM,
        code=Code.SERVER_OUT_OF_STORAGE,
        transient=True,
    ),
    Fault(
        title="Exchange: out of resources",
        server=_mail("452 4.3.1 Insufficient system resources"),
        stage=Stage.MAIL_FROM,
        code=Code.SERVER_OUT_OF_STORAGE,
        transient=True,
    ),
    Fault(
        title="An international sender, with a server without SMTPUTF8",
        server=Script(offers="250-mx.example.org\n"),
        sender="пошта@example.org",
        stage=Stage.MAIL_FROM,
        code=Code.SMTPUTF8_NOT_OFFERED,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="aiosmtpd: an international recipient, without SMTPUTF8",
        server=Daemon(enable_SMTPUTF8=False),
        recipient="ада@example.net",
        stage=Stage.MAIL_FROM,
        code=Code.SMTPUTF8_NOT_OFFERED,
    ),
    Fault(
        title="A sender that would end the command",
        sender="postledger@example.org> SIZE=0\r\nDATA",
        stage=Stage.MAIL_FROM,
        code=Code.ADDRESS_INVALID,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="A server that is shutting down",
        server=Script(on={"MAIL": then_close("421 4.3.2 mx.example.org Service shutting down")}),
        stage=Stage.MAIL_FROM,
        code=Code.SERVER_BUSY,
        transient=True,
    ),
    Fault(
        title="Reply 354 to MAIL FROM",
        server=_mail("354 go ahead"),
        stage=Stage.MAIL_FROM,
        code=Code.REPLY_SENSELESS,
    ),
)

RCPT_TO = (
    Fault(
        title="Postfix: relay access denied",
        server=_rcpt("554 5.7.1 <ada@example.net>: Relay access denied"),
        account={"username": None},
        stage=Stage.RCPT_TO,
        code=Code.RELAYING_DENIED,
        suggests="smtpUsername",
    ),
    Fault(
        title="Exim: relay not permitted",
        server=_rcpt("550 relay not permitted"),
        account={"username": None},
        stage=Stage.RCPT_TO,
        code=Code.RELAYING_DENIED,
        suggests="smtpUsername",
    ),
    Fault(
        title="Exchange: unable to relay",
        server=_rcpt("550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain"),
        stage=Stage.RCPT_TO,
        code=Code.RELAYING_DENIED,
        suggests="smtpUsername",
    ),
    Fault(
        title="Microsoft 365: tenant attribution",
        server=_rcpt("550 5.7.64 TenantAttribution; Relay Access Denied [AM0PR02CA0001]"),
        account=MICROSOFT,
        stage=Stage.RCPT_TO,
        code=Code.RELAYING_DENIED,
        suggests="smtpUsername",
    ),
    Fault(
        title="Postfix: user unknown",
        server=_rcpt(
            "550 5.1.1 <ada@example.net>: Recipient address rejected: User unknown in"
            " virtual mailbox table"
        ),
        stage=Stage.RCPT_TO,
        code=Code.RECIPIENT_UNKNOWN,
    ),
    Fault(
        title="Gmail: no such user",
        server=_rcpt(
            "550-5.1.1 The email account that you tried to reach does not exist. Please try\n"
            "550 5.1.1 double-checking the recipient's email address for typos. d2e1 - gsmtp"
        ),
        account=GMAIL,
        stage=Stage.RCPT_TO,
        code=Code.RECIPIENT_UNKNOWN,
    ),
    Fault(
        title="Exim: unrouteable address",
        server=_rcpt("550 Unrouteable address"),
        stage=Stage.RCPT_TO,
        code=Code.RECIPIENT_UNKNOWN,
    ),
    Fault(
        title="Exchange: recipient not found",
        server=_rcpt(
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"
        ),
        stage=Stage.RCPT_TO,
        code=Code.RECIPIENT_UNKNOWN,
    ),
    Fault(
        title="Postfix: recipient's domain not found",
        server=_rcpt("450 4.1.2 <ada@example.net>: Recipient address rejected: Domain not found"),
        stage=Stage.RCPT_TO,
        code=Code.RECIPIENT_DOMAIN_UNKNOWN,
        transient=True,
    ),
    Fault(
        title="Recipient refused without a reason",
        server=_rcpt("550 no"),
        stage=Stage.RCPT_TO,
        code=Code.RECIPIENT_REFUSED,
    ),
    Fault(
        title="Postgrey: greylisted",
        server=_rcpt(
            "450 4.2.0 <ada@example.net>: Recipient address rejected: Greylisted, see"
            " http://postgrey.schweikert.ch/help/example.net.html"
        ),
        stage=Stage.RCPT_TO,
        code=Code.GREYLISTED,
        transient=True,
    ),
    Fault(
        title="Exim: greylisted",
        server=_rcpt("451 Temporary local problem - greylisting in action, please try later"),
        stage=Stage.RCPT_TO,
        code=Code.GREYLISTED,
        transient=True,
    ),
    Fault(
        title="Gmail: the inbox is out of storage space",
        server=_rcpt(
            "452-4.2.2 The recipient's inbox is out of storage space. Please direct the\n"
            "452 4.2.2 recipient to https://support.google.com/mail/?p=OverQuotaTemp d2e1 - gsmtp"
        ),
        account=GMAIL,
        stage=Stage.RCPT_TO,
        code=Code.MAILBOX_FULL,
        transient=True,
    ),
    Fault(
        title="Gmail: the recipient receives too much mail",
        server=_rcpt(
            "450-4.2.1 The user you are trying to contact is receiving mail at a rate that\n"
            "450 4.2.1 prevents additional messages from being delivered. d2e1 - gsmtp"
        ),
        account=GMAIL,
        stage=Stage.RCPT_TO,
        code=Code.RATE_LIMITED,
        transient=True,
    ),
    Fault(
        title="Exchange: server busy",
        server=_rcpt("451 4.7.500 Server busy. Please try again later from [192.0.2.9]. (S77719)"),
        stage=Stage.RCPT_TO,
        code=Code.TEMPORARILY_REFUSED,
        transient=True,
    ),
    Fault(
        title="Postfix: blocklisted, in the reply to RCPT TO",
        server=_rcpt(
            "554 5.7.1 Service unavailable; Client host [192.0.2.9] blocked using zen.spamhaus.org"
        ),
        stage=Stage.RCPT_TO,
        code=Code.REPUTATION_REFUSED,
    ),
    Fault(
        title="Postfix: no reverse DNS",
        server=_rcpt(
            "450 4.7.25 Client host rejected: cannot find your reverse hostname, [192.0.2.9]"
        ),
        stage=Stage.RCPT_TO,
        code=Code.REPUTATION_REFUSED,
        transient=True,
    ),
    Fault(
        title="Exim: administrative prohibition",
        server=_rcpt("550 5.7.1 Administrative prohibition"),
        stage=Stage.RCPT_TO,
        code=Code.POLICY_REFUSED,
    ),
    Fault(
        title="A recipient that would end the command",
        recipient="ada@example.net>\r\nRCPT TO:<eve@example.com",
        stage=Stage.RCPT_TO,
        code=Code.ADDRESS_INVALID,
    ),
    Fault(
        title="Connection closed after RCPT TO",
        server=Script(on={"RCPT": close}),
        stage=Stage.RCPT_TO,
        code=Code.CONNECTION_CLOSED,
        transient=True,
    ),
    Fault(
        title="An endless reply to RCPT TO",
        server=Script(on={"RCPT": endless}),
        stage=Stage.RCPT_TO,
        code=Code.REPLY_TOO_LONG,
    ),
)

DATA = (
    Fault(
        title="Gmail: DMARC",
        server=_dot(
            "550-5.7.26 Unauthenticated email from example.org is not accepted due to\n"
            "550-5.7.26 domain's DMARC policy. Please contact the administrator of\n"
            "550 5.7.26 example.org domain if this was a legitimate mail. d2e1 - gsmtp"
        ),
        account=GMAIL,
        stage=Stage.DATA,
        code=Code.REPUTATION_REFUSED,
    ),
    Fault(
        title="Gmail: likely unsolicited",
        server=_dot(
            "550-5.7.1 Our system has detected that this message is likely unsolicited mail.\n"
            "550 5.7.1 To reduce the amount of spam sent to Gmail, it has been blocked. - gsmtp"
        ),
        account=GMAIL,
        stage=Stage.DATA,
        code=Code.MESSAGE_REFUSED,
    ),
    Fault(
        title="Gmail: daily limit",
        server=_dot(
            "550-5.4.5 Daily user sending limit exceeded. For more information on Gmail\n"
            "550 5.4.5 sending limits go to https://support.google.com/a/answer/166852 - gsmtp"
        ),
        account=GMAIL,
        stage=Stage.DATA,
        code=Code.QUOTA_EXCEEDED,
        transient=True,
    ),
    Fault(
        title="Microsoft 365: send as denied",
        server=_dot(
            "554 5.2.252 SendAsDenied; ops@example.org not allowed to send as"
            " postledger@example.org; STOREDRV.Submission.Exception:SendAsDeniedException"
        ),
        account=MICROSOFT | {"username": "ops"},
        stage=Stage.DATA,
        code=Code.SENDER_NOT_OWNED,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="Microsoft 365: daily limit",
        server=_dot(
            "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException;"
            " Failed to process message due to a permanent exception"
        ),
        account=MICROSOFT,
        stage=Stage.DATA,
        code=Code.QUOTA_EXCEEDED,
        transient=True,
    ),
    Fault(
        title="Microsoft 365: thread limit",
        server=_dot("432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded"),
        account=MICROSOFT,
        stage=Stage.DATA,
        code=Code.RATE_LIMITED,
        transient=True,
    ),
    Fault(
        title="Microsoft 365: policy",
        server=_dot("550 5.7.705 Access denied, tenant has exceeded threshold."),
        account=MICROSOFT,
        stage=Stage.DATA,
        code=Code.POLICY_REFUSED,
    ),
    Fault(
        title="Amazon SES: sender not verified",
        server=_dot(
            "554 Message rejected: Email address is not verified. The following identities"
            " failed the check in region US-EAST-1: postledger@example.org"
        ),
        account={"host": "email-smtp.us-east-1.amazonaws.com"},
        stage=Stage.DATA,
        code=Code.SENDER_NOT_VERIFIED,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="Amazon SES: throttled",
        server=_dot("454 Throttling failure: Maximum sending rate exceeded."),
        account={"host": "email-smtp.us-east-1.amazonaws.com"},
        stage=Stage.DATA,
        code=Code.RATE_LIMITED,
        transient=True,
    ),
    Fault(
        title="Amazon SES: daily quota",
        server=_dot("454 Throttling failure: Daily message quota exceeded."),
        account={"host": "email-smtp.us-east-1.amazonaws.com"},
        stage=Stage.DATA,
        code=Code.QUOTA_EXCEEDED,
        transient=True,
    ),
    Fault(
        title="Postfix: content rejected",
        server=_dot("550 5.7.1 Message content rejected, id=01234-05 - SPAM"),
        stage=Stage.DATA,
        code=Code.MESSAGE_REFUSED,
    ),
    Fault(
        title="Postfix: queue file write error",
        server=_dot("451 4.3.0 Error: queue file write error"),
        stage=Stage.DATA,
        code=Code.TEMPORARILY_REFUSED,
        transient=True,
    ),
    Fault(
        title="Exim: a virus",
        server=_dot("550 This message contains a virus (Eicar-Test-Signature)."),
        stage=Stage.DATA,
        code=Code.MESSAGE_REFUSED,
    ),
    Fault(
        title="Exim: message too big",
        server=_dot("552 Message size exceeds maximum permitted"),
        stage=Stage.DATA,
        code=Code.MESSAGE_TOO_LARGE,
    ),
    Fault(
        title="Exchange: size limit",
        server=_dot("552 5.3.4 Message size exceeds fixed maximum message size"),
        stage=Stage.DATA,
        code=Code.MESSAGE_TOO_LARGE,
    ),
    Fault(
        title="aiosmtpd: refused after the message",
        server=Daemon(after_message="554 5.7.1 Policy rejection"),
        stage=Stage.DATA,
        code=Code.POLICY_REFUSED,
    ),
    Fault(
        title="DATA refused",
        server=Script(on={"DATA": "503 5.5.1 Error: need RCPT command"}),
        stage=Stage.DATA,
        code=Code.MESSAGE_REFUSED,
    ),
    Fault(
        title="The message is accepted before it is sent",
        server=Script(on={"DATA": "354 go ahead\n250 2.0.0 Ok"}),
        stage=Stage.DATA,
        code=Code.REPLY_SENSELESS,
    ),
    Fault(
        title="Connection closed during a reply",
        server=Script(on={"DATA": cut}),
        stage=Stage.DATA,
        code=Code.CONNECTION_CLOSED,
        transient=True,
    ),
    Fault(
        title="Connection closed before the message",
        server=Script(on={"DATA": close}),
        stage=Stage.DATA,
        code=Code.CONNECTION_CLOSED,
        transient=True,
    ),
    Fault(
        title="Connection closed after the final dot",
        server=Script(on={".": close}),
        stage=Stage.DATA,
        code=Code.NO_ANSWER_AFTER_MESSAGE,
        transient=True,
    ),
    Fault(
        title="Connection reset after the final dot",
        server=Script(on={".": reset}),
        stage=Stage.DATA,
        code=Code.NO_ANSWER_AFTER_MESSAGE,
        transient=True,
    ),
    Fault(
        title="No reply after the final dot",
        server=Script(on={".": hang}, tls="none"),
        account=SOON | PLAIN,
        stage=Stage.DATA,
        code=Code.NO_ANSWER_AFTER_MESSAGE,
        transient=True,
    ),
    Fault(
        title="An invalid reply after the final dot",
        server=Script(on={".": "OK thanks"}),
        stage=Stage.DATA,
        code=Code.NO_ANSWER_AFTER_MESSAGE,
        transient=True,
    ),
)

FAULTS = (*MAIL_FROM, *RCPT_TO, *DATA)
