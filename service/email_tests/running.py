"""Running a test email and recording its end, also for tests that a stopped service left open."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import stamina

from audit.event import SYSTEM, Actor, Client
from audit.trail import append
from db.engine.database import Session
from db.engine.outages import OUTAGES
from db.engine.presence import is_alive
from db.queries import email_tests as queries
from db.tables import EmailTestRow
from mail.report import EmailTestOutcome, Report
from mail.session import run_attempt
from service.email_tests.events import finished
from service.email_tests.message import compose_test
from service.email_tests.reports import read_report, write_report
from service.email_tests.request import EmailTestPlan
from service.process.caller import Caller
from service.process.email_test_runs import Canceller, read_canceller
from service.process.runtime import Runtime
from service.process.tasks import cancel_all

_POLL_SECONDS: Final = 0.4
"""How often a running test checks whether it was canceled through another service process."""
_RETRY_SECONDS: Final = 60
"""How long recording an end is retried during an outage of the database."""


@dataclass(frozen=True, slots=True)
class Requested:
    """A test that is recorded as requested, and can be run."""

    row: EmailTestRow
    plan: EmailTestPlan


@dataclass(frozen=True, slots=True)
class _End:
    report: Report
    actor: Actor
    client: Client | None


async def run(runtime: Runtime, caller: Caller, requested: Requested) -> None:
    """Runs a test without an open transaction, then records its end, even if it was canceled."""
    latest = read_report(requested.row.report)

    def keep(report: Report) -> None:
        nonlocal latest
        latest = report
        runtime.tests.progress(requested.row.id, report)

    end = _End(latest.stopped(EmailTestOutcome.INTERRUPTED), caller.actor, caller.client)
    try:
        async with _stoppable(runtime, requested.row.id):
            report = await run_attempt(
                requested.plan.account,
                compose_test(requested.plan, requested.row, caller, runtime.trail.memory.note),
                requested.plan.depth,
                tools=runtime.mail_tools,
                on_progress=keep,
            )
        end = _End(report, caller.actor, caller.client)
    except asyncio.CancelledError:
        end = _stopped(latest, runtime.tests.canceller(requested.row.id))
    finally:
        await _record_end(runtime, requested.row.id, end)


async def close_interrupted(runtime: Runtime) -> Sequence[str]:
    """Closes the tests that a stopped service left open, and returns their ids."""
    closed = []
    async with runtime.database.transaction() as session:
        for row in await queries.open_test_emails(session):
            if not await is_alive(runtime.database, session, row.owner):
                report = read_report(row.report).stopped(EmailTestOutcome.INTERRUPTED)
                await _finish(runtime, session, row, _End(report, SYSTEM, None))
                closed.append(row.id)
    return closed


def _stopped(latest: Report, canceller: Canceller | None) -> _End:
    if canceller is None:
        return _End(latest.stopped(EmailTestOutcome.INTERRUPTED), SYSTEM, None)
    report = latest.stopped(EmailTestOutcome.CANCELLED)
    return _End(report, canceller.actor, canceller.client)


@stamina.retry(on=OUTAGES, timeout=_RETRY_SECONDS, attempts=None)
async def _record_end(runtime: Runtime, test_id: str, end: _End) -> None:
    async with runtime.database.transaction() as session:
        row = await queries.open_email_test(session, test_id)
        # The row is no longer open if another process took this one for dead and closed the test.
        if row is not None:
            await _finish(runtime, session, row, end)


async def _finish(runtime: Runtime, session: Session, row: EmailTestRow, end: _End) -> None:
    row.outcome = end.report.outcome.value
    row.report = write_report(end.report)
    event = finished(row, end.report, end.actor, end.client)
    row.finished_at = (await append(session, event, runtime.clock)).ts
    session.add(row)


@asynccontextmanager
async def _stoppable(runtime: Runtime, test_id: str) -> AsyncIterator[None]:
    """Lets the test be stopped while the block runs, through this process or another one."""
    async with _watched(runtime, test_id):
        with runtime.tests.stoppable(test_id):
            yield


@asynccontextmanager
async def _watched(runtime: Runtime, test_id: str) -> AsyncIterator[None]:
    """Watches, while the block runs, for a cancellation through another service process."""
    if runtime.database.kind == "sqlite":
        yield  # SQLite allows a single service process, so there is no other one.
        return
    watch = asyncio.create_task(_watch(runtime, test_id))
    try:
        yield
    finally:
        await cancel_all([watch])


async def _watch(runtime: Runtime, test_id: str) -> None:
    while True:
        await asyncio.sleep(_POLL_SECONDS)
        try:
            async with runtime.database.reading() as session:
                row = await queries.email_test(session, test_id)
        except OUTAGES:
            continue  # The database may be back at the next poll.
        if row is not None and row.cancelled_by is not None:
            canceller = read_canceller(row.cancelled_by, test_id, runtime.keys)
            runtime.tests.stop(test_id, canceller)
