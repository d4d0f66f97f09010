"""The fault table: refusals with words that the server only repeats, and refusals that come late.

Postfix delays the refusals of the client, of its name and of the sender to RCPT TO, unless
`smtpd_delay_reject` is off.
"""

from mail.report.codes import Code
from tests.mail.diagnosis.fault import Changes, Fault, Stage
from tests.support.mail.scripted import Script, then_close

_NO_USERNAME: Changes = {"username": None}


def _auth(text: str) -> Script:
    return Script(on={"AUTH": text})


def _mail(text: str) -> Script:
    return Script(on={"MAIL": text})


def _rcpt(text: str) -> Script:
    return Script(on={"RCPT": text})


REPEATED = (
    Fault(
        title="Postfix: client refused; an IP address with the digits of a code",
        server=_rcpt("554 5.7.1 <unknown[10.5.2.20]>: Client host rejected: Access denied"),
        stage=Stage.RCPT_TO,
        code=Code.CLIENT_REFUSED,
    ),
    Fault(
        title="Postfix: client refused, without a username",
        server=_rcpt("554 5.7.1 <unknown[10.5.2.20]>: Client host rejected: Access denied"),
        account=_NO_USERNAME,
        stage=Stage.RCPT_TO,
        code=Code.SIGN_IN_REQUIRED,
        suggests="smtpUsername",
    ),
    Fault(
        title="Postfix: wrong password; an IP address with the digits of a code",
        server=_auth("535 5.7.8 Error: authentication failed: client [172.25.7.30]"),
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="Postfix: wrong password; a host called tls",
        server=_auth("535 5.7.8 Error: authentication failed: tls.example.org"),
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="Postfix: wrong password; a host called app-password",
        server=_auth("535 5.7.8 auth-too-many.app-password.example.org: authentication failed"),
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="Postfix: too many errors; a host called relay",
        server=Script(
            on={"RCPT": then_close("421 4.7.0 relay.corp.example Error: too many errors")}
        ),
        stage=Stage.RCPT_TO,
        code=Code.SERVER_BUSY,
        transient=True,
    ),
    Fault(
        title="Postfix: user unknown; a mailbox called relay",
        server=_rcpt(
            "550 5.1.1 <relay@example.com>: Recipient address rejected: User unknown in local"
            " recipient table"
        ),
        stage=Stage.RCPT_TO,
        code=Code.RECIPIENT_UNKNOWN,
    ),
    Fault(
        title="Postfix: user unknown; a mailbox called daily",
        server=_rcpt(
            "550 5.1.1 <daily@example.com>: Recipient address rejected: User unknown in local"
            " recipient table"
        ),
        stage=Stage.RCPT_TO,
        code=Code.RECIPIENT_UNKNOWN,
    ),
    Fault(
        title="Exim: no such user; a quoted mailbox called spf",
        server=_rcpt("550 No such user 'spf' at dkim.example.com (spf@dkim.example.com)"),
        stage=Stage.RCPT_TO,
        code=Code.RECIPIENT_UNKNOWN,
    ),
    Fault(
        title="Sendmail: user unknown; a mailbox called starttls",
        server=_rcpt("550 5.1.1 <starttls@over-quota.example>... User unknown"),
        stage=Stage.RCPT_TO,
        code=Code.RECIPIENT_UNKNOWN,
    ),
    Fault(
        title="Postfix: sender refused; a mailbox called greylisted",
        server=_mail("554 5.7.1 <greylisted@spam.example>: Sender address rejected: Access denied"),
        stage=Stage.MAIL_FROM,
        code=Code.SENDER_REFUSED,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="Postfix: too many errors; a host called mx-daily-limit",
        server=_rcpt("421 4.7.0 mx-daily-limit Error: too many errors"),
        stage=Stage.RCPT_TO,
        code=Code.SERVER_BUSY,
        transient=True,
    ),
    Fault(
        title="Wrong password; the reply ends with the name blocked",
        server=_auth("535 5.7.8 Authentication failed for user blocked"),
        stage=Stage.AUTHENTICATE,
        code=Code.CREDENTIALS_REJECTED,
        suggests="smtpPassword",
    ),
    Fault(
        title="A refusal with an enhanced status code in its text",
        server=_rcpt("550 5.1.1 mailbox unavailable (see 5.7.26 and 5.2.2 in the manual)"),
        stage=Stage.RCPT_TO,
        code=Code.RECIPIENT_UNKNOWN,
    ),
    Fault(
        title="A refusal with a link that contains a code's words",
        server=_rcpt(
            "550 5.1.1 No such user. See https://help.example.net/spf/dmarc?p=OverQuota 4.7.28"
        ),
        stage=Stage.RCPT_TO,
        code=Code.RECIPIENT_UNKNOWN,
    ),
    Fault(
        title="A refusal of the message with a queue id",
        server=Script(on={".": "554 5.6.0 id=TLS-5.7.9-spf: malformed message"}),
        stage=Stage.DATA,
        code=Code.MESSAGE_REFUSED,
    ),
)

DELAYED = (
    Fault(
        title="Postfix: EHLO name is not a full name, in the reply to RCPT TO",
        server=_rcpt(
            "504 5.5.2 <25aea30808b2>: Helo command rejected: need fully-qualified hostname"
        ),
        account={"ehlo_hostname": "25aea30808b2"},
        stage=Stage.RCPT_TO,
        code=Code.EHLO_NAME_REFUSED,
        suggests="ehloHostname",
        machine_name="25aea30808b2",
        sender="postledger@25aea30808b2",
    ),
    Fault(
        title="Postfix: EHLO name not found, in the reply to RCPT TO",
        server=_rcpt("450 4.7.1 <c93fcab98fcb>: Helo command rejected: Host not found"),
        account={"ehlo_hostname": "host.example.com"},
        stage=Stage.RCPT_TO,
        code=Code.EHLO_NAME_REFUSED,
        suggests="ehloHostname",
        sender="postledger@host.example.com",
    ),
    Fault(
        title="Postfix: EHLO name of the server itself, in the reply to MAIL FROM",
        server=_mail("554 5.7.1 <host.example.com>: Helo command rejected: You are not me"),
        account={"ehlo_hostname": "host.example.com"},
        stage=Stage.MAIL_FROM,
        code=Code.EHLO_NAME_REFUSED,
        suggests="ehloHostname",
        sender="postledger@host.example.com",
    ),
    Fault(
        title="Exim: EHLO name refused, in the reply to the message",
        server=Script(on={".": "550 Invalid HELO name (See RFC2821 4.1.1.1)"}),
        account={"ehlo_hostname": "host.example.com"},
        stage=Stage.DATA,
        code=Code.EHLO_NAME_REFUSED,
        suggests="ehloHostname",
        sender="postledger@host.example.com",
    ),
    Fault(
        title="Postfix: recipient refused, without a username",
        server=_rcpt(
            "554 5.7.1 <you@example.com>: Recipient address rejected: Access denied",
        ),
        account=_NO_USERNAME,
        stage=Stage.RCPT_TO,
        code=Code.SIGN_IN_REQUIRED,
        suggests="smtpUsername",
    ),
    Fault(
        title="Postfix: recipient refused, after sign-in",
        server=_rcpt("554 5.7.1 <you@example.com>: Recipient address rejected: Access denied"),
        stage=Stage.RCPT_TO,
        code=Code.POLICY_REFUSED,
    ),
    Fault(
        title="Postfix: sender refused, in the reply to RCPT TO",
        server=_rcpt("554 5.7.1 <noreply@example.org>: Sender address rejected: Access denied"),
        stage=Stage.RCPT_TO,
        code=Code.SENDER_REFUSED,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="Postfix: sender's domain not found, in the reply to RCPT TO",
        server=_rcpt("550 5.1.8 <noreply@example.org>: Sender address rejected: Domain not found"),
        stage=Stage.RCPT_TO,
        code=Code.SENDER_DOMAIN_UNKNOWN,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="Postfix: sender unknown, in the reply to RCPT TO",
        server=_rcpt(
            "550 5.1.0 <noreply@example.org>: Sender address rejected: User unknown in local"
            " recipient table"
        ),
        stage=Stage.RCPT_TO,
        code=Code.SENDER_UNKNOWN,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="Postfix: not logged in, in the reply to RCPT TO",
        server=_rcpt("553 5.7.1 <noreply@example.org>: Sender address rejected: not logged in"),
        account=_NO_USERNAME,
        stage=Stage.RCPT_TO,
        code=Code.SIGN_IN_REQUIRED,
        suggests="smtpUsername",
    ),
    Fault(
        title="OpenSMTPD: not signed in",
        server=_mail("530 5.5.1 Invalid command: Must issue an AUTH command first"),
        account=_NO_USERNAME,
        stage=Stage.MAIL_FROM,
        code=Code.SIGN_IN_REQUIRED,
        suggests="smtpUsername",
    ),
    Fault(
        title="Exim: the callout finds no mailbox of the sender",
        server=_rcpt(
            "550-Verification failed for <postledger@example.org>\n"
            "550-Called:   192.0.2.25\n"
            "550-Sent:     RCPT TO:<postledger@example.org>\n"
            "550-Response: 550 5.1.1 <postledger@example.org>: Recipient address rejected: User"
            " unknown in local recipient table\n"
            "550 Sender verify failed"
        ),
        stage=Stage.RCPT_TO,
        code=Code.SENDER_UNKNOWN,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="Exim: an earlier callout found no mailbox of the sender",
        server=_rcpt(
            "550-Previous (cached) callout verification failure\n550 Sender verify failed"
        ),
        stage=Stage.RCPT_TO,
        code=Code.SENDER_UNKNOWN,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="Postfix: the sender's mailbox does not exist there",
        server=_rcpt(
            "450 4.1.7 <postledger@example.org>: Sender address rejected: undeliverable address:"
            " host mx.example.org[192.0.2.25] said: 550 5.1.1 relay access denied"
        ),
        stage=Stage.RCPT_TO,
        code=Code.SENDER_UNKNOWN,
        transient=True,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="Postfix: the sender's mailbox is being verified",
        server=_rcpt(
            "450 4.1.7 <postledger@example.org>: Sender address rejected: unverified address:"
            " Address verification in progress"
        ),
        stage=Stage.RCPT_TO,
        code=Code.TEMPORARILY_REFUSED,
        transient=True,
    ),
    Fault(
        title="Postfix: too much mail, in the reply to RCPT TO",
        server=_rcpt("450 4.7.1 Error: too much mail from 192.0.2.9"),
        stage=Stage.RCPT_TO,
        code=Code.RATE_LIMITED,
        transient=True,
    ),
    Fault(
        title="Postfix: no hostname for the client, in the reply to MAIL FROM",
        server=_mail("450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.9]"),
        stage=Stage.MAIL_FROM,
        code=Code.REPUTATION_REFUSED,
        transient=True,
    ),
    Fault(
        title="Postfix: blocklisted domain of the sender",
        server=_rcpt(
            "554 5.7.1 Service unavailable; Sender address [postledger@example.org] blocked using"
            " dbl.spamhaus.org"
        ),
        stage=Stage.RCPT_TO,
        code=Code.REPUTATION_REFUSED,
    ),
    Fault(
        title="Postfix: all ports are busy, in the reply to MAIL FROM",
        server=Script(on={"MAIL": then_close("421 4.3.2 All server ports are busy")}),
        stage=Stage.MAIL_FROM,
        code=Code.SERVER_BUSY,
        transient=True,
    ),
    Fault(
        title="postscreen: the service is unavailable",
        server=_rcpt("450 4.3.2 Service currently unavailable"),
        stage=Stage.RCPT_TO,
        code=Code.TEMPORARILY_REFUSED,
        transient=True,
    ),
    Fault(
        title="Sendmail: domain of the sender does not exist, in the reply to RCPT TO",
        server=_rcpt(
            "553 5.1.8 <postledger@example.org>... Domain of sender address"
            " postledger@example.org does not exist"
        ),
        stage=Stage.RCPT_TO,
        code=Code.SENDER_DOMAIN_UNKNOWN,
        suggests="defaultFromAddress",
    ),
    Fault(
        title="qmail: relaying denied",
        server=_rcpt("553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"),
        account=_NO_USERNAME,
        stage=Stage.RCPT_TO,
        code=Code.RELAYING_DENIED,
        suggests="smtpUsername",
    ),
    Fault(
        title="Postfix: no client certificate presented, over TLS",
        server=Script(
            on={"MAIL": then_close("421 4.7.1 pf.test Error: No client certificate presented")}
        ),
        stage=Stage.MAIL_FROM,
        code=Code.TLS_CLIENT_CERTIFICATE_REQUIRED,
        suggests="clientCertificate",
    ),
    Fault(
        title="A client certificate is needed, in the reply to RCPT TO",
        server=_rcpt("530 5.7.1 A valid client certificate is needed"),
        stage=Stage.RCPT_TO,
        code=Code.TLS_CLIENT_CERTIFICATE_REQUIRED,
        suggests="clientCertificate",
    ),
    Fault(
        title="cPanel: no such mailbox of the sender, in the reply to RCPT TO",
        server=_rcpt(
            "550-Verification failed for <postledger@example.org>\n550-No Such User Here\n"
            "550 Sender verify failed"
        ),
        stage=Stage.RCPT_TO,
        code=Code.SENDER_UNKNOWN,
        suggests="defaultFromAddress",
    ),
)

FAULTS = (*REPEATED, *DELAYED)
