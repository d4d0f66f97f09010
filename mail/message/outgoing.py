"""What is sent: an envelope and a message, which the caller composed."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.generator import BytesGenerator
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from io import BytesIO

from mail.message.addresses import Mailbox
from mail.message.header import Header
from mail.report.codes import Code
from mail.report.failure import StageFailed


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """An envelope and its message. Without a message, only the envelope can be tested."""

    sender: str
    recipient: str
    message: EmailMessage | None = None

    @property
    def message_id(self) -> str | None:
        """The message's id, or None without a message."""
        return str(self.message["Message-ID"]) if self.message else None

    @property
    def needs_utf8(self) -> bool:
        """Whether the addresses need a server with SMTPUTF8 (RFC 6531)."""
        return bool(self.international)

    @property
    def international(self) -> tuple[str, ...]:
        """The addresses whose part before the @ is not ASCII. A domain always has an ASCII form."""
        addresses = dict.fromkeys((self.sender, self.recipient, *self._in_headers()))
        return tuple(each for each in addresses if not each.rpartition("@")[0].isascii())

    def _in_headers(self) -> Iterator[str]:
        for header in self.message.values() if self.message else ():
            if isinstance(header, Header) and header.address is not None:
                yield header.address

    def content(self) -> bytes:
        """Returns the message's bytes with CRLF line ends: ASCII unless SMTPUTF8 is needed."""
        with BytesIO() as written:
            policy = SMTPUTF8 if self.needs_utf8 else SMTP
            BytesGenerator(written, policy=policy).flatten(self.message or EmailMessage())
            return written.getvalue()


def mailbox(address: str) -> Mailbox:
    """Returns an address for a command. Raises StageFailed if it is invalid or could end it."""
    try:
        return Mailbox.parse(address)
    except ValueError:
        shown = address if address.isprintable() else ascii(address)
        raise StageFailed(Code.ADDRESS_INVALID, detail=shown) from None
