"""The fault table: refusals of further mail servers, gateways and filters."""

from mail.report.codes import Code
from tests.mail.diagnosis.fault import Changes, Fault, Stage
from tests.support.mail.scripted import Script, unless_secured

_NO_USERNAME: Changes = {"username": None}


def _auth(text: str) -> Script:
    return Script(on={"AUTH": text})


def _mail(text: str) -> Script:
    return Script(on={"MAIL": text})


def _rcpt(text: str) -> Script:
    return Script(on={"RCPT": text})


def _dot(text: str) -> Script:
    return Script(on={".": text})


REPEATED = (
    Fault(
        title="Exim: a blocked IP address with the digits of a code at the start of the text",
        server=_rcpt("550 5.7.60.1 is in a black list at zen.spamhaus.org"),
        stage=Stage.RCPT_TO,
        code=Code.REPUTATION_REFUSED,
    ),
    Fault(
        title="Postfix: too many errors; the host name before an IP address is a word",
        server=_rcpt("421 4.7.0 Error: too many errors from relay[10.5.2.2]"),
        stage=Stage.RCPT_TO,
        code=Code.SERVER_BUSY,
        transient=True,
    ),
    Fault(
        title="Wrong password; a quoted username that is a word",
        server=_auth("535 5.7.8 Error: authentication failed for `disabled' over TLS"),
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="Wrong password; the reply names the mechanism that was used",
        server=_auth("535 5.7.8 Wrong password (mechanism PLAIN)"),
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="Unknown recipient; the help text mentions other checks",
        server=_rcpt(
            "550-5.1.1 User unknown. Senders must publish SPF and DKIM, are greylisted once,\n"
            "550 5.1.1 and may not relay: https://example.com/policy"
        ),
        stage=Stage.RCPT_TO,
        code=Code.RECIPIENT_UNKNOWN,
    ),
    Fault(
        title="Domino: unknown recipient, not listed in a directory",
        server=_rcpt("550 spf.quota@example.com not listed in Domino Directory"),
        stage=Stage.RCPT_TO,
        code=Code.RECIPIENT_UNKNOWN,
    ),
    Fault(
        title="Chinese words for a wrong password",
        server=_auth("535 用户名或密码错误"),
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="German words, and help about SPF and relaying",
        server=_rcpt("550 Nichts hier. Hilfe zu SPF, DKIM und Relay: https://hilfe.example.de/"),
        stage=Stage.RCPT_TO,
        code=Code.RECIPIENT_REFUSED,
    ),
)

SERVERS = (
    Fault(
        title="Postfix: the sender's domain was not found when its address was verified",
        server=_rcpt(
            "550 5.1.7 <postledger@example.org>: Sender address rejected: undeliverable address:"
            " Host or domain name not found. Name service error for name=example.org type=A"
        ),
        stage=Stage.RCPT_TO,
        code=Code.SENDER_DOMAIN_UNKNOWN,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="Postfix with soft_bounce: a wrong password",
        server=_auth("435 4.7.8 Error: authentication failed: "),
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="cPanel: the sender's mailbox or domain does not exist",
        server=_rcpt(
            "550-Verification failed for <postledger@example.org>\n"
            "550-The mail server could not deliver mail to postledger@example.org.  The account"
            " or domain may not exist, they may be blacklisted, or missing the proper dns"
            " entries.\n550 Invalid sender"
        ),
        stage=Stage.RCPT_TO,
        code=Code.SENDER_UNKNOWN,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="cPanel: the sender's domain has no records",
        server=_rcpt("550-Sender has no A, AAAA, or MX DNS records. mx.example.net\n550 Verify"),
        stage=Stage.RCPT_TO,
        code=Code.SENDER_DOMAIN_UNKNOWN,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="cPanel: not signed in",
        server=_rcpt(
            "550-Please turn on SMTP Authentication in your mail client.\n"
            "550-host.example.net [10.5.2.20]:60542 is not permitted to relay through this\n"
            "550 server without authentication."
        ),
        account=_NO_USERNAME,
        stage=Stage.RCPT_TO,
        code=Code.SIGN_IN_REQUIRED,
        suggests="smtpUsername",
    ),
    Fault(
        title="Exim's greylistd",
        server=_rcpt(
            "451 192.0.2.9 is not yet authorized to deliver mail from <postledger@example.org> to"
            " <ada@example.net>. Please try later."
        ),
        stage=Stage.RCPT_TO,
        code=Code.GREYLISTED,
        transient=True,
    ),
    Fault(
        title="qmail: the sender's domain has no mail server",
        server=_mail("511 sorry, can't find a valid MX for sender domain (#5.1.8 - chkuser)"),
        stage=Stage.MAIL_FROM,
        code=Code.SENDER_DOMAIN_UNKNOWN,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="Courier: the sender's domain does not exist",
        server=_mail(
            "517-Domain does not exist: relay.example.\n517 Invalid domain, see <URL:ftp>"
        ),
        stage=Stage.MAIL_FROM,
        code=Code.SENDER_DOMAIN_UNKNOWN,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="maddy: a sender of another domain",
        server=_mail("501 5.1.8 Non-local sender domain"),
        stage=Stage.MAIL_FROM,
        code=Code.SENDER_REFUSED,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="Proton Mail Bridge: a wrong password",
        server=_auth("454 4.7.0 invalid username or password"),
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="hMailServer: the EHLO name is of another machine",
        server=_mail("550 The host name specified in HELO does not match IP address."),
        account={"ehlo_hostname": "host.example.com"},
        sender="postledger@host.example.com",
        stage=Stage.MAIL_FROM,
        code=Code.EHLO_NAME_REFUSED,
        suggests="ehloHostname",
    ),
    Fault(
        title="hMailServer: no relaying",
        server=_rcpt("550 Delivery is not allowed to this address."),
        account=_NO_USERNAME,
        stage=Stage.RCPT_TO,
        code=Code.RELAYING_DENIED,
        suggests="smtpUsername",
    ),
    Fault(
        title="Kerio: no relaying",
        server=_rcpt("571 5.7.1 Relaying of mail to ada@example.net is not allowed"),
        account=_NO_USERNAME,
        stage=Stage.RCPT_TO,
        code=Code.RELAYING_DENIED,
        suggests="smtpUsername",
    ),
    Fault(
        title="IceWarp: no relaying; another provider means the sender by the same words",
        server=_rcpt("550 <ada@example.net>, Sender is not allowed to relay mail"),
        account=_NO_USERNAME,
        stage=Stage.RCPT_TO,
        code=Code.RELAYING_DENIED,
        suggests="smtpUsername",
    ),
    Fault(
        title="Exchange: a connector for internal clients",
        server=_rcpt(
            "550 5.7.1 External client with IP address 10.5.2.20 does not have permissions to"
            " submit to this server."
        ),
        stage=Stage.RCPT_TO,
        code=Code.CLIENT_REFUSED,
    ),
)

FILTERS = (
    Fault(
        title="rspamd: the rate limit of a user",
        server=_dot('451 4.7.1 Ratelimit "user" exceeded'),
        stage=Stage.DATA,
        code=Code.RATE_LIMITED,
        transient=True,
    ),
    Fault(
        title="amavis: a virus",
        server=_dot("554 5.7.0 Reject, id=08761-03 - INFECTED: Eicar-Test-Signature"),
        stage=Stage.DATA,
        code=Code.MESSAGE_REFUSED,
    ),
    Fault(
        title="policyd: greylisting",
        server=_rcpt(
            "450 4.7.1 <ada@example.net>: Recipient address rejected: Policy Rejection- Please"
            " try later."
        ),
        stage=Stage.RCPT_TO,
        code=Code.GREYLISTED,
        transient=True,
    ),
    Fault(
        title="policyd: the sender's quota",
        server=_rcpt(
            "550 5.7.1 <ada@example.net>: Recipient address rejected: Policy Rejection- Quota"
            " exceeded."
        ),
        stage=Stage.RCPT_TO,
        code=Code.QUOTA_EXCEEDED,
        transient=True,
    ),
    Fault(
        title="Mimecast: greylisting",
        server=_rcpt(
            "451 Internal resources are temporarily unavailable -"
            " https://community.mimecast.com/docs/DOC-1369#451 [AbC.uk1]"
        ),
        stage=Stage.RCPT_TO,
        code=Code.GREYLISTED,
        transient=True,
    ),
    Fault(
        title="Symantec: no relaying",
        server=_rcpt(
            "553 you are trying to use me [mx.example.org] as a relay, but I have not been"
            " configured to let you [10.5.2.20, host.example.com] do this."
        ),
        stage=Stage.RCPT_TO,
        code=Code.RELAYING_DENIED,
        suggests="smtpUsername",
    ),
    Fault(
        title="Proofpoint: a blocked IP address",
        server=Script(greeting="554 Blocked - see https://ipcheck.proofpoint.com/?ip=10.5.2.20"),
        stage=Stage.GREETING,
        code=Code.REPUTATION_REFUSED,
    ),
)

TLS = (
    Fault(
        title="A server that wants a secure connection, in other words",
        server=Script(
            on={"AUTH": unless_secured("535 5.7.1 Must use a secure connection to sign in")},
            offers="250-mx.example.org\n250-AUTH PLAIN LOGIN\n",
        ),
        account={"secure": False},
        stage=Stage.AUTHENTICATE,
        code=Code.SIGN_IN_REQUIRES_TLS,
        fix={"enableSecureConnection": "true"},
    ),
)

FAULTS = (*REPEATED, *SERVERS, *FILTERS, *TLS)
