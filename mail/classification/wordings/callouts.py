"""Wordings that quote another server, which this server asked whether an address exists."""

from mail.classification.wording import SENDING, Wording
from mail.report.codes import Code

CALLOUTS = (
    Wording(
        Code.TEMPORARILY_REFUSED,
        (
            "address verification in progress",
            "could not complete sender|recipient verify",
            "address rejected unverified address connect",
        ),
        replies=("4",),
        stages=SENDING,
        source="Postfix verify(8), Exim callouts (deferred)",
        examples=(
            (
                "RCPT_TO: 450 4.1.7 <a@example.org>: Sender address rejected: unverified address:"
                " Address verification in progress"
            ),
            (
                "RCPT_TO: 450 4.1.1 <ada@example.net>: Recipient address rejected: unverified"
                " address:"
                " connect to mx.example.net[192.0.2.25]:25: Connection timed out"
            ),
            "RCPT_TO: 451 Could not complete sender verify callout",
        ),
    ),
    Wording(
        Code.SENDER_REFUSED,
        ("callback|callout setup failed while verifying",),
        stages=SENDING,
        source="Exim: the server of the sender's domain refuses to be asked",
        examples=(
            (
                "RCPT_TO: 550-Callback setup failed while verifying <a@example.org>\n"
                "550-The initial connection, or a HELO or MAIL FROM:<> command was\n"
                "550-rejected. Refusing MAIL FROM:<> does not help fight spam, disregards\n"
                "550-RFC requirements, and stops you from receiving standard bounce\n"
                "550-messages. This host does not accept mail from domains whose servers\n"
                "550-refuse bounces.\n550 Sender verify failed"
            ),
        ),
    ),
    Wording(
        Code.SENDER_DOMAIN_UNKNOWN,
        ("sender address rejected unverified|undeliverable address host or domain name not found",),
        stages=SENDING,
        source="Postfix (reject_unverified_sender), its own look-up of the domain",
        examples=(
            (
                "RCPT_TO: 550 5.1.7 <a@example.org>: Sender address rejected: undeliverable"
                " address: Host or domain name not found. Name service error for name=example.org"
                " type=A: Host not found"
            ),
        ),
    ),
    Wording(
        Code.SENDER_UNKNOWN,
        (
            "response * sender verify",
            "deliver mail to the account or domain may not exist",
            "verification failed for no such user|person|recipient|mailbox|address * sender verify",
            "verification failed for unknown user|recipient|mailbox * sender verify",
            "verification failed for user|recipient|mailbox unknown * sender verify",
            "callout verification failure * sender verify",
            "sender address rejected unverified|undeliverable address",
            "sender … callback|callout … failed",
        ),
        stages=SENDING,
        source="Exim (verify = sender/callout), cPanel, Postfix (reject_unverified_sender)",
        examples=(
            (
                "RCPT_TO: 550-Verification failed for <noreply@callout.example.org>\n"
                "550-Called:   192.0.2.25\n"
                "550-Sent:     RCPT TO:<noreply@callout.example.org>\n"
                "550-Response: 550 5.1.1 <noreply@callout.example.org>: No such user; this"
                " server is on"
                " no blocklist, and needs no STARTTLS or HELO\n"
                "550 Sender verify failed"
            ),
            (
                "RCPT_TO: 550-Verification failed for <a@example.org>\n"
                "550-The mail server could not deliver mail to a@example.org.  The account or"
                " domain may not exist, they may be blacklisted, or missing the proper dns"
                " entries.\n550 Invalid sender"
            ),
            (
                "RCPT_TO: 550-Verification failed for <a@example.org>\n550-No Such User Here\n"
                "550 Sender verify failed"
            ),
            "RCPT_TO: 550-Previous (cached) callout verification failure\n550 Sender verify failed",
            (
                "RCPT_TO: 550 5.1.7 <a@example.org>: Sender address rejected: undeliverable"
                " address:"
                " host mx.example.org[192.0.2.25] said: 550 5.1.1 User unknown"
            ),
        ),
    ),
    Wording(
        Code.RECIPIENT_DOMAIN_UNKNOWN,
        ("recipient address rejected unverified|undeliverable address host or domain name",),
        stages=SENDING,
        source="Postfix (reject_unverified_recipient), its own look-up of the domain",
        examples=(
            (
                "RCPT_TO: 550 5.1.1 <ada@example.net>: Recipient address rejected: undeliverable"
                " address: Host or domain name not found. Name service error for name=example.net"
            ),
        ),
    ),
    Wording(
        Code.RECIPIENT_UNKNOWN,
        ("recipient address rejected unverified|undeliverable address",),
        stages=SENDING,
        source="Postfix (reject_unverified_recipient)",
        examples=(
            (
                "RCPT_TO: 450 4.1.1 <ada@example.net>: Recipient address rejected: unverified"
                " address:"
                " host mx.example.net[192.0.2.25] said: 550 5.1.1 User unknown"
            ),
        ),
    ),
)
