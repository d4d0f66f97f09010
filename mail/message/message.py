"""The test email, and the From header of any email. Independent of any connection."""

import html
import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, EmailPolicy
from email.utils import format_datetime

from mail.message.addresses import Mailbox, ascii_domain, holds_encoded_word

SUBJECT = "Postledger test email"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a test email says about itself.

    `revision` is the settings' revision that is tested; with `unsaved`, the revision that the
    unsaved changes were applied to. `checkpoint` is the trail's signed note at that moment.
    """

    requested_by: str
    requested_at: datetime
    revision: int
    unsaved: bool
    server: str
    checkpoint: str | None = None

    @property
    def settings(self) -> str:
        """The settings that were used, in words."""
        if self.unsaved:
            return f"unsaved changes to revision {self.revision}"
        return f"revision {self.revision}"

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """The facts as pairs of a name and a value."""
        moment = self.requested_at.isoformat(timespec="seconds")
        return (
            ("Requested by", self.requested_by),
            ("Requested at", moment),
            ("Email settings", self.settings),
            ("SMTP server", self.server),
        )


def _address(display_name: str | None, address: str) -> Address:
    mailbox = Mailbox.parse(address)
    local, _, domain = mailbox.text.rpartition("@")
    if local.startswith('"'):
        local = re.sub(r"\\(.)", r"\1", local[1:-1])
    name = display_name or ""
    if any(char in name for char in "\r\n\0") or holds_encoded_word(name):
        raise ValueError("a display name cannot contain a line break or an encoded word")
    return Address(display_name=name, username=local, domain=domain)


def from_header(display_name: str | None, address: str) -> str:
    """Returns the value of the From header as the message contains it, in one line.

    A name that is not ASCII is encoded (RFC 2047). An address that is not ASCII stays as it is
    (RFC 6532). Raises ValueError for an invalid address.
    """
    message = EmailMessage(policy=_policy_for(address).clone(max_line_length=0))
    message["From"] = _address(display_name, address)
    return message.as_bytes().decode("utf-8").partition(":")[2].strip()


def _policy_for(*addresses: str) -> "EmailPolicy[EmailMessage]":
    return SMTPUTF8 if any(Mailbox.parse(each).needs_utf8 for each in addresses) else SMTP


_HTML = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body>
<p>This test email proves that the system email settings work. You do not need to do anything.</p>
<table>
{rows}
</table>
{checkpoint}</body></html>
"""


def _text(purpose: Purpose) -> str:
    lines = [
        "This test email proves that the system email settings work.",
        "You do not need to do anything.",
        "",
        *(f"{name}: {value}" for name, value in purpose.facts),
    ]
    if purpose.checkpoint:
        lines += ["", "The audit trail's checkpoint at that moment:", "", purpose.checkpoint]
    return "\n".join(lines) + "\n"


def _html(purpose: Purpose) -> str:
    rows = "\n".join(
        f'<tr><th align="left">{html.escape(name)}</th><td>{html.escape(value)}</td></tr>'
        for name, value in purpose.facts
    )
    note = ""
    if purpose.checkpoint:
        shown = html.escape(purpose.checkpoint)
        note = f"<p>The audit trail's checkpoint at that moment:</p>\n<pre>{shown}</pre>\n"
    return _HTML.format(title=SUBJECT, rows=rows, checkpoint=note)


def compose(  # noqa: PLR0913 - a message has this many parts
    *,
    display_name: str | None,
    sender: str,
    recipient: str,
    reply_to: str | None = None,
    purpose: Purpose,
    sent_at: datetime,
    token: str,
) -> EmailMessage:
    """Composes the test email.

    `sent_at` has a time zone. `token` is random; with the domain of `sender` it makes the
    Message-ID, which therefore cannot collide with the ids of another domain. The bodies are
    encoded to ASCII, so that no server needs 8BITMIME. Raises ValueError for an invalid address.
    """
    addresses = [each for each in (sender, recipient, reply_to) if each is not None]
    message = EmailMessage(policy=_policy_for(*addresses))
    message["From"] = _address(display_name, sender)
    message["To"] = _address(None, recipient)
    if reply_to is not None:
        message["Reply-To"] = _address(None, reply_to)
    message["Subject"] = SUBJECT
    message["Date"] = format_datetime(sent_at)
    message["Message-ID"] = f"<{token}@{ascii_domain(sender.rpartition('@')[2])}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(_text(purpose), cte="quoted-printable")
    message.add_alternative(_html(purpose), subtype="html", cte="quoted-printable")
    return message
