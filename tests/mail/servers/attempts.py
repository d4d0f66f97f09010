"""One attempt at a real server, and what must arrive if the server accepts the message."""

from email.message import Message

from mail.account import Account
from mail.message.outgoing import OutgoingMessage
from mail.report.report import Report
from tests.support.mail.secrets import assert_no_secret
from tests.support.mail.world import RECIPIENT, SENDER, World, outgoing


async def attempted(
    world: World, account: Account, sender: str = SENDER, recipient: str = RECIPIENT
) -> Report:
    """Makes an attempt, and searches every snapshot for secrets."""
    of = OutgoingMessage(sender, recipient, outgoing(sender, recipient).message)
    report = await world.attempt(account, of=of, on_progress=assert_no_secret)
    assert_no_secret(report)
    return report


def assert_as_composed(arrived: Message | None) -> None:
    """Checks that a message arrived with its headers and both of its texts."""
    assert arrived is not None
    assert "Postledger test email" == arrived["Subject"]
    assert "Postledger <postledger@example.org>" == arrived["From"]
    assert "auto-generated" == arrived["Auto-Submitted"]
    assert ["text/plain", "text/html"] == [
        part.get_content_type() for part in arrived.walk() if not part.is_multipart()
    ]
