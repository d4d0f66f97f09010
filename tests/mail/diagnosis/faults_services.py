"""The fault table: refusals of further sending services and mailbox providers."""

from mail.report.codes import Code
from tests.mail.diagnosis.fault import Changes, Fault, Stage
from tests.support.mail.scripted import Script

GMAIL: Changes = {"host": "smtp.gmail.com"}
GOOGLE_RELAY: Changes = {"host": "smtp-relay.gmail.com"}
MICROSOFT: Changes = {"host": "smtp.office365.com"}
NO_USERNAME: Changes = {"username": None}
YAHOO: Changes = {"host": "smtp.mail.yahoo.com"}
MAILGUN: Changes = {"host": "smtp.mailgun.org"}
BREVO: Changes = {"host": "smtp-relay.brevo.com"}
SPARKPOST: Changes = {"host": "smtp.sparkpostmail.com", "username": "SMTP_Injection"}


def _auth(text: str) -> Script:
    return Script(on={"AUTH": text})


def _mail(text: str) -> Script:
    return Script(on={"MAIL": text})


def _rcpt(text: str) -> Script:
    return Script(on={"RCPT": text})


def _dot(text: str) -> Script:
    return Script(on={".": text})


MAILBOXES = (
    Fault(
        title="Google's relay: an IP address that is not registered; the reply mentions HELO",
        server=_mail(
            "550-5.7.1 Invalid credentials for relay [10.5.2.20]. The IP address you've\n"
            "550-5.7.1 registered in your G Suite SMTP Relay service doesn't match domain of\n"
            "550-5.7.1 the account this email is being sent from. If you are trying to relay\n"
            "550-5.7.1 mail from a domain that isn't registered under your G Suite account\n"
            "550-5.7.1 or has empty envelope-from:<>, you must configure your mail server\n"
            "550-5.7.1 either to use SMTP AUTH to identify the sending domain or to present\n"
            "550-5.7.1 one of your domain names in the HELO or EHLO command. For more\n"
            "550 5.7.1 information go to https://support.google.com/a/answer/6140680 d2e1 - gsmtp"
        ),
        account=GOOGLE_RELAY | {"username": None},
        stage=Stage.MAIL_FROM,
        code=Code.RELAYING_DENIED,
        suggests="smtpUsername",
    ),
    Fault(
        title="Gmail: an IP address that may not send directly",
        server=_dot(
            "550-5.7.1 [10.5.2.20] The IP you're using to send mail is not authorized to\n"
            "550-5.7.1 send email directly to our servers. Please use the SMTP relay at your\n"
            "550 5.7.1 service provider instead. d2e1a72 - gsmtp"
        ),
        stage=Stage.DATA,
        code=Code.REPUTATION_REFUSED,
    ),
    Fault(
        title="Gmail: a message that is too large",
        server=_dot(
            "552 5.2.3 Your message exceeded Google's message size limits. d2e1a72 - gsmtp"
        ),
        account=GMAIL,
        stage=Stage.DATA,
        code=Code.MESSAGE_TOO_LARGE,
    ),
    Fault(
        title="Outlook.com: the sender's domain lacks SPF or DKIM",
        server=_dot(
            "550 5.7.515 Access denied, sending domain relay.example does not meet the required"
            " authentication level."
        ),
        stage=Stage.DATA,
        code=Code.REPUTATION_REFUSED,
    ),
    Fault(
        title="Microsoft 365: a recipient that does not exist, in unusual words",
        server=_rcpt("550 5.4.1 Recipient address rejected: Access denied. [AM0PR02]"),
        account=NO_USERNAME,
        stage=Stage.RCPT_TO,
        code=Code.RECIPIENT_UNKNOWN,
    ),
    Fault(
        title="Microsoft 365: a group that takes mail only from its organization",
        server=_dot(
            "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required;"
            " Delivery restriction check failed because the sender was not authenticated"
        ),
        account=MICROSOFT,
        stage=Stage.DATA,
        code=Code.RECIPIENT_REFUSED,
    ),
    Fault(
        title="Microsoft 365: the recipient receives too much",
        server=_dot(
            "554 5.2.122 The recipient has exceeded their limit for the number of messages they"
            " can receive per hour."
        ),
        account=MICROSOFT,
        stage=Stage.DATA,
        code=Code.RATE_LIMITED,
        transient=True,
    ),
    Fault(
        title="Yahoo: a From address that is not the account's",
        server=_dot("550 Request failed; Mailbox unavailable"),
        account=YAHOO,
        stage=Stage.DATA,
        code=Code.SENDER_NOT_OWNED,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="Yahoo: unknown recipient",
        server=_rcpt(
            "554 delivery error: dd This user doesn't have a yahoo.com account (ada@yahoo.com)"
            " [0] - mta4321.mail.bf1.yahoo.com"
        ),
        stage=Stage.RCPT_TO,
        code=Code.RECIPIENT_UNKNOWN,
    ),
    Fault(
        title="IONOS: a From address that is not the account's",
        server=_dot("554-Transaction failed\n554 Unauthorized sender address."),
        stage=Stage.DATA,
        code=Code.SENDER_NOT_OWNED,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="GMX: a blocked IP address",
        server=Script(
            greeting="554-gmx.net (mxgmx015) Nemesis ESMTP Service not available\n"
            "554-No SMTP service\n554 IP address is block listed."
        ),
        stage=Stage.GREETING,
        code=Code.REPUTATION_REFUSED,
    ),
    Fault(
        title="GMX: the sender's domain has no records",
        server=_mail(
            "550-Requested action not taken: mailbox unavailable\n"
            "550 invalid DNS MX or A/AAAA resource record"
        ),
        stage=Stage.MAIL_FROM,
        code=Code.SENDER_DOMAIN_UNKNOWN,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="GMX: a policy, after words about a mailbox",
        server=_dot(
            "550-Requested action not taken: mailbox unavailable\n"
            "550 Reject due to policy restrictions."
        ),
        stage=Stage.DATA,
        code=Code.POLICY_REFUSED,
    ),
    Fault(
        title="Yandex: mail programs are not allowed",
        server=_auth(
            "535 5.7.8 Error: authentication failed: This user does not have access rights to"
            " this service"
        ),
        stage=Stage.AUTHENTICATE,
        code=Code.SMTP_SIGN_IN_DISABLED,
    ),
    Fault(
        title="Mail.ru: a From address that is not the account's",
        server=_rcpt("550 not local sender over smtp"),
        stage=Stage.RCPT_TO,
        code=Code.SENDER_NOT_OWNED,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="NetEase: mail programs are not allowed",
        server=_auth("550 User has no permission"),
        stage=Stage.AUTHENTICATE,
        code=Code.SMTP_SIGN_IN_DISABLED,
    ),
    Fault(
        title="OVH: the account is locked, said late",
        server=_rcpt("550 5.7.1 Spam detected by OVH, your account has been locked"),
        stage=Stage.RCPT_TO,
        code=Code.ACCOUNT_DISABLED,
        suggests="smtpUsername",
    ),
)

SENDING = (
    Fault(
        title="Mailgun: account not activated",
        server=_dot(
            "421 Domain mg.example.org is not allowed to send: Please activate your Mailgun"
            " account. Check your inbox or log in to your control panel to resend the email."
        ),
        account=MAILGUN,
        stage=Stage.DATA,
        code=Code.ACCOUNT_NOT_ACTIVE,
    ),
    Fault(
        title="Postmark: account not yet approved",
        server=_dot(
            "550 5.7.1 While your account is pending approval, all recipient addresses must share"
            " the same domain as the 'From' address."
        ),
        stage=Stage.DATA,
        code=Code.RECIPIENT_NOT_AUTHORIZED,
    ),
    Fault(
        title="Postmark: a recipient that bounced before",
        server=_rcpt(
            "550 5.7.1 You tried to send to recipient(s) that have been marked as inactive."
            " Inactive recipients have generated a hard bounce or a spam complaint."
        ),
        stage=Stage.RCPT_TO,
        code=Code.RECIPIENT_REFUSED,
    ),
    Fault(
        title="Brevo: sender not verified",
        server=_dot(
            "550 5.7.1 Sending has been rejected because the sender you used is not valid."
            " Validate your sender or authenticate your domain"
        ),
        account=BREVO,
        stage=Stage.DATA,
        code=Code.SENDER_NOT_VERIFIED,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="SparkPost: wrong key",
        server=_auth("535 5.7.8 Sorry. *** No authentication type succeeded"),
        account=SPARKPOST,
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="Resend: only the owner's address may receive tests",
        server=_dot(
            "550 You can only send testing emails to your own email address (ops@example.org). To"
            " send emails to other recipients, please verify a domain"
        ),
        stage=Stage.DATA,
        code=Code.RECIPIENT_NOT_AUTHORIZED,
    ),
    Fault(
        title="Resend: too many requests",
        server=_dot("451 Too many requests. You can only make 2 requests per second."),
        stage=Stage.DATA,
        code=Code.RATE_LIMITED,
        transient=True,
    ),
    Fault(
        title="Mailtrap: sender's domain not verified",
        server=_dot("554 5.7.1 Sending from domain relay.example is not allowed"),
        stage=Stage.DATA,
        code=Code.SENDER_NOT_VERIFIED,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="MailerSend: a trial account",
        server=_dot(
            "450 4.7.1 Trial accounts can only send emails to the administrator's email. #MS42225"
        ),
        stage=Stage.DATA,
        code=Code.RECIPIENT_NOT_AUTHORIZED,
    ),
    Fault(
        title="Elastic Email: credits used up",
        server=_dot("550 Not enough credit"),
        stage=Stage.DATA,
        code=Code.QUOTA_EXCEEDED,
        transient=True,
    ),
)

FAULTS = (*MAILBOXES, *SENDING)
