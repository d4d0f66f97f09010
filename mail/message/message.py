"""The test email, and the From header of any email. Independent of any connection."""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from mail.message.addresses import ascii_domain
from mail.message.header import Header, address_header, text_header

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


def from_header(display_name: str | None, address: str) -> str:
    """Returns the value of the From header as the message contains it, in one line.

    Raises ValueError for an invalid name or address.
    """
    return str(address_header("From", display_name, address))


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
    message = EmailMessage(policy=SMTP)
    for header in _headers(display_name, sender, recipient, reply_to):
        message[header.name] = header
    message_id = f"<{token}@{ascii_domain(sender.rpartition('@')[2])}>"
    for name, value in (
        ("Subject", SUBJECT),
        ("Date", format_datetime(sent_at)),
        ("Message-ID", message_id),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
    ):
        message[name] = text_header(name, value)
    message.set_content(_text(purpose), cte="quoted-printable")
    message.add_alternative(_html(purpose), subtype="html", cte="quoted-printable")
    return message


def _headers(
    display_name: str | None, sender: str, recipient: str, reply_to: str | None
) -> Iterator[Header]:
    yield address_header("From", display_name, sender)
    yield address_header("To", None, recipient)
    if reply_to is not None:
        yield address_header("Reply-To", None, reply_to)
