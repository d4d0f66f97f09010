"""What is to be sent: an envelope, and a message that somebody else composed."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.generator import BytesGenerator
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from io import BytesIO

from mail.message.addresses import Mailbox
from mail.report.codes import Code
from mail.report.failure import StageFailed


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """An envelope's two addresses, and the message; an envelope alone can be tried without one."""

    sender: str
    recipient: str
    message: EmailMessage | None = None

    @property
    def message_id(self) -> str | None:
        """The message's id, where there is a message."""
        return str(self.message["Message-ID"]) if self.message else None

    @property
    def needs_utf8(self) -> bool:
        """Whether the addresses need a server with SMTPUTF8 (RFC 6531)."""
        return bool(self.international)

    @property
    def international(self) -> tuple[str, ...]:
        """The addresses whose part before the @ is not ASCII. A domain can always be written so."""
        addresses = dict.fromkeys((self.sender, self.recipient, *self._in_headers()))
        return tuple(each for each in addresses if not each.rpartition("@")[0].isascii())

    def _in_headers(self) -> Iterator[str]:
        for header in self.message.values() if self.message else ():
            if isinstance(header, AddressHeader):
                yield from (address.addr_spec for address in header.addresses)

    def content(self) -> bytes:
        """The message's bytes, CRLF line ends. ASCII throughout, unless SMTPUTF8 is needed."""
        with BytesIO() as written:
            policy = SMTPUTF8 if self.needs_utf8 else SMTP
            BytesGenerator(written, policy=policy).flatten(self.message or EmailMessage())
            return written.getvalue()


def mailbox(address: str) -> Mailbox:
    """An address fit for a command. Raises StageFailed for one that could end its command."""
    try:
        return Mailbox.parse(address)
    except ValueError:
        shown = address if address.isprintable() else ascii(address)
        raise StageFailed(Code.ADDRESS_INVALID, detail=shown) from None
