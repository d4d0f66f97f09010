"""Figures for monitoring."""

from collections.abc import Sequence
from dataclasses import dataclass

from audit.event import AuditAction
from audit.trail import read_body
from db.queries.statistics import bodies_of, trail_size
from service.process.runtime import Runtime
from service.settings.current import email_settings
from service.settings.proven import VerificationState, verification


@dataclass(frozen=True, slots=True)
class EmailTestEnd:
    """How a test ended: its outcome, and the stage at which it failed."""

    outcome: str
    stage: str | None


@dataclass(frozen=True, slots=True)
class Figures:
    """The trail's size, the tests that ended since an event, and the settings' verification."""

    trail_size: int
    ended: Sequence[EmailTestEnd]
    settings_revision: int
    verification: VerificationState


async def figures(runtime: Runtime, since: int | None) -> Figures:
    """Returns the present figures.

    Args:
        runtime: the running service.
        since: the sequence number from which on ended tests are counted; None counts none.
    """
    async with runtime.database.reading() as session:
        size = await trail_size(session)
        start = size if since is None else since
        action = AuditAction.TEST_EMAIL_FINISHED.value
        bodies = await bodies_of(session, action, start, size)
    state = await email_settings(runtime)
    known = VerificationState.UNTESTED
    if state is not None:
        known = (await verification(runtime, state.values)).state
    ended = [end for body in bodies if (end := _end(body)) is not None]
    return Figures(size, ended, state.revision if state else 0, known)


def _end(body: str) -> EmailTestEnd | None:
    """Returns how a test ended, or None for a damaged event, which a verification reports."""
    try:
        detail = read_body(body).detail
    except ValueError:
        return None
    stage = detail.get("stage")
    return EmailTestEnd(str(detail.get("test_outcome")), None if stage is None else str(stage))
