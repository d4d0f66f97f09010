"""The mailbox into which a server delivers."""

from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Maildir:
    """A mailbox with a file for each message."""

    folder: Path

    def messages(self) -> list[Message]:
        """Returns the messages that were delivered."""
        return [message_from_bytes(file.read_bytes()) for file in (self.folder / "new").glob("*")]

    def find(self, message_id: str | None) -> Message | None:
        """Returns the message with an id, or None if it was not delivered, or not yet."""
        return next((each for each in self.messages() if each["Message-ID"] == message_id), None)
