"""The dependencies of the use cases: opened once, and passed to each."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from audit.trail import Trail
from db.engine.database import Database
from db.tables import HOST_SCOPE
from mail.session import Tools
from service.process.anchor_sinks import Anchors
from service.process.connections import OpenConnections
from service.process.email_test_limits import EmailTestLimits
from service.process.email_test_runs import EmailTestRuns
from service.process.keys import KeySource
from service.process.signals import SharedPoll, Signal


def utc_now() -> datetime:
    """Returns the time of the system clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Runtime:
    """One running service, or one command: its database, keys, trail and clock.

    `owner` is the number of this process among the running ones (`db.engine.presence`); a command
    has 0. `stopping` is set once the process has to stop, which releases every follower.
    """

    database: Database
    keys: KeySource
    trail: Trail
    connections: OpenConnections
    clock: Callable[[], datetime] = utc_now
    owner: int = 0
    scope: str = HOST_SCOPE
    settings_changed: Signal = field(default_factory=Signal)
    settings_revision: SharedPoll = field(default_factory=SharedPoll)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    trail_size: SharedPoll = field(default_factory=SharedPoll)
    test_limits: EmailTestLimits = field(default_factory=EmailTestLimits)
    tests: EmailTestRuns = field(default_factory=EmailTestRuns)
    mail_tools: Tools = field(default_factory=Tools)
    anchors: Anchors = field(default_factory=Anchors)
