"""How many tests may be run, and to whom: the endpoint must be neither a relay nor a hammer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import ClassVar, Final

from db.engine.database import Session
from db.instant import read_instant, write_instant
from db.queries.email_tests import count_running, nth_newest_start
from service.process.caller import Caller

WINDOW: Final = timedelta(minutes=1)
_SOON: Final = 5
"""Seconds after which one of the tests under way has probably ended."""


@dataclass(frozen=True, slots=True)
class EmailTestLimits:
    """What is allowed. No domains: every recipient is.

    `per_actor` and `overall` count the tests begun within a minute, `running` those under way.
    """

    per_actor: int = 20
    overall: int = 60
    running: int = 20
    recipient_domains: tuple[str, ...] = ()

    def allows_recipient(self, address: str) -> bool:
        """Whether tests may be sent to an address: its domain is listed, or nothing is."""
        domain = address.rpartition("@")[2].casefold()
        return not self.recipient_domains or domain in self.recipient_domains


@dataclass(frozen=True, slots=True)
class TooManyEmailTests:
    """A limit is reached; `retry_after_seconds` tells when the next test may begin."""

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
    """Whether another test may begin. Callers hold the settings' lock, so none slips between."""
    if await count_running(session) >= limits.running:
        return TooManyEmailTests(_SOON)
    for actor_id, limit in ((caller.actor.id, limits.per_actor), (None, limits.overall)):
        start = await nth_newest_start(session, limit, actor_id)
        # With `limit` tests within the window, the next may begin when the oldest leaves it.
        if start is not None and start > write_instant(now - WINDOW):
            wait = read_instant(start) + WINDOW - now
            return TooManyEmailTests(max(1, ceil(wait.total_seconds())))
    return None
