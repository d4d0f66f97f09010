"""The test email, and the From header of any email. Knows no connection."""

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
    """What a test email says of itself.

    `revision` is the settings' revision that is tested; with `unsaved`, the one that the unsaved
    changes were laid over. `checkpoint` is the trail's signed note at that moment.
    """

    requested_by: str
    requested_at: datetime
    revision: int
    unsaved: bool
    server: str
    checkpoint: str | None = None

    @property
    def settings(self) -> str:
        """Which settings were used, in words."""
        if self.unsaved:
            return f"unsaved changes over revision {self.revision}"
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


def _author(display_name: str | None, address: str) -> Address:
    mailbox = Mailbox.parse(address)
    local, _, domain = mailbox.text.rpartition("@")
    if local.startswith('"'):
        local = re.sub(r"\\(.)", r"\1", local[1:-1])
    name = display_name or ""
    if any(char in name for char in "\r\n\0") or holds_encoded_word(name):
        raise ValueError("a display name cannot hold a line break, nor hide one in an encoded word")
    return Address(display_name=name, username=local, domain=domain)


def from_header(display_name: str | None, address: str) -> str:
    """The value of the From header as it will be written, in one line.

    A name that is not ASCII is encoded (RFC 2047); an address that is not is written as it is
    (RFC 6532). Raises ValueError for an address that is none.
    """
    message = EmailMessage(policy=_policy_for(address).clone(max_line_length=0))
    message["From"] = _author(display_name, address)
    return message.as_bytes().decode("utf-8").partition(":")[2].strip()


def _policy_for(*addresses: str) -> "EmailPolicy[EmailMessage]":
    return SMTPUTF8 if any(Mailbox.parse(each).needs_utf8 for each in addresses) else SMTP


_HTML = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body>
<p>This is a test email. It proves that the system email settings work; there is nothing to do.</p>
<table>
{rows}
</table>
{checkpoint}</body></html>
"""


def _text(purpose: Purpose) -> str:
    lines = [
        "This is a test email. It proves that the system email settings work;",
        "there is nothing to do.",
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


def compose(  # noqa: PLR0913 - a message has that many parts
    *,
    display_name: str | None,
    sender: str,
    recipient: str,
    reply_to: str | None = None,
    purpose: Purpose,
    sent_at: datetime,
    token: str,
) -> EmailMessage:
    """The test email.

    `sent_at` has a time zone; `token` is random and makes the Message-ID, under the domain of
    `sender` so that no other host's name is used up. The bodies are encoded to ASCII, so that no
    server needs 8BITMIME. Raises ValueError for an address that is none.
    """
    addresses = [each for each in (sender, recipient, reply_to) if each is not None]
    message = EmailMessage(policy=_policy_for(*addresses))
    message["From"] = _author(display_name, sender)
    message["To"] = _author(None, recipient)
    if reply_to is not None:
        message["Reply-To"] = _author(None, reply_to)
    message["Subject"] = SUBJECT
    message["Date"] = format_datetime(sent_at)
    message["Message-ID"] = f"<{token}@{ascii_domain(sender.rpartition('@')[2])}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(_text(purpose), cte="quoted-printable")
    message.add_alternative(_html(purpose), subtype="html", cte="quoted-printable")
    return message
