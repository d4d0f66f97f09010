"""Limits of test emails, so that they cannot be abused for spam or to overload a mail server."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import ClassVar, Final

from db.engine.database import Session
from db.instant import read_instant, write_instant
from db.queries.email_tests import count_running, nth_newest_start
from mail.message import Mailbox
from service.process.caller import Caller

WINDOW: Final = timedelta(minutes=1)
_SOON: Final = 5
"""Seconds after which one of the running tests has probably ended."""
_ROUTING: Final = frozenset("@%!")
"""The characters of routes in a local part (RFC 1123, section 5.2.16; UUCP's bang paths)."""


@dataclass(frozen=True, slots=True)
class EmailTestLimits:
    """The limits. Without `recipient_domains`, every recipient is allowed.

    `per_actor` and `overall` limit the tests started within a minute, `running` the running tests.
    """

    per_actor: int = 20
    overall: int = 60
    running: int = 20
    recipient_domains: tuple[str, ...] = ()

    def allows_recipient(self, address: str) -> bool:
        """Returns whether tests may be sent to a normal address: its domain is listed, or none is.

        Some servers forward `ada%example.net@example.org` and `"ada@example.net"@example.org` to
        another domain than the one after the last @, so a list of domains excludes such addresses.
        """
        if not self.recipient_domains:
            return True
        local, _, domain = Mailbox.parse(address).text.rpartition("@")
        allowed = {_comparable(each) for each in self.recipient_domains}
        return not _ROUTING.intersection(local) and domain.lower() in allowed


@dataclass(frozen=True, slots=True)
class TooManyEmailTests:
    """A limit is reached; the next test may start after `retry_after_seconds`."""

    retry_after_seconds: int
    code: ClassVar = "TOO_MANY_TESTS"
    fields: ClassVar = ""


@dataclass(frozen=True, slots=True)
class RecipientNotAllowed:
    """Tests may not be sent to this recipient's domain."""

    domains: tuple[str, ...]
    code: ClassVar = "RECIPIENT_NOT_ALLOWED"
    fields: ClassVar = "recipient"


async def too_many(
    session: Session, limits: EmailTestLimits, caller: Caller, now: datetime
) -> TooManyEmailTests | None:
    """Checks the limits of a new test.

    Callers have locked the settings, so that no other test can start at the same time.
    """
    if await count_running(session) >= limits.running:
        return TooManyEmailTests(_SOON)
    for actor_id, limit in ((caller.actor.id, limits.per_actor), (None, limits.overall)):
        start = await nth_newest_start(session, limit, actor_id)
        # With `limit` tests within the window, the next may start when the oldest leaves it.
        if start is not None and start > write_instant(now - WINDOW):
            wait = read_instant(start) + WINDOW - now
            return TooManyEmailTests(max(1, ceil(wait.total_seconds())))
    return None


def _comparable(domain: str) -> str:
    """Returns a listed domain in the form in which it is sent, in lower case."""
    try:
        return Mailbox.parse(f"x@{domain}").text.removeprefix("x@").lower()
    except ValueError:
        return domain.lower()
