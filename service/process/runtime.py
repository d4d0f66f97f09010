"""What the use-cases work with: opened once, handed in everywhere."""

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
from service.process.signals import SharedLook, Signal


def utc_now() -> datetime:
    """The time by the machine's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Runtime:
    """One running service, or one command: its database, keys, trail and clock.

    `owner` is this process's number among those alive (`db.engine.presence`); 0 for a command.
    `stopping` is set once the process is told to end, which releases every follower.
    """

    database: Database
    keys: KeySource
    trail: Trail
    connections: OpenConnections
    clock: Callable[[], datetime] = utc_now
    owner: int = 0
    scope: str = HOST_SCOPE
    settings_changed: Signal = field(default_factory=Signal)
    settings_revision: SharedLook = field(default_factory=SharedLook)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    trail_size: SharedLook = field(default_factory=SharedLook)
    test_limits: EmailTestLimits = field(default_factory=EmailTestLimits)
    tests: EmailTestRuns = field(default_factory=EmailTestRuns)
    mail_tools: Tools = field(default_factory=Tools)
    anchors: Anchors = field(default_factory=Anchors)
