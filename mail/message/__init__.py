"""The message that is sent, and its addresses. Independent of any connection.

- The test email and any From header: `message`. Headers as they are sent: `header`; display names
  in them: `phrase`. Addresses: `addresses`. The envelope: `outgoing`.
"""

from mail.message.addresses import Mailbox, holds_encoded_word
from mail.message.message import Purpose, compose, from_header
from mail.message.outgoing import OutgoingMessage

__all__ = ["Mailbox", "OutgoingMessage", "Purpose", "compose", "from_header", "holds_encoded_word"]
