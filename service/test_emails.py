"""The use-cases on test emails: asking for one, running it, and closing what a stop left open.

A test has an effect outside, so it takes two transactions: *requested* is recorded before
anything is connected to, *finished* when the result is known. No transaction is open between.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias, TypeVar
from uuid import uuid4

from audit.event import SYSTEM, Actor, ActorKind, AuditAction, AuditOutcome, Client, Event
from audit.trail import append
from db import test_emails as queries
from db.database import Session
from db.instant import read_instant, write_instant
from db.presence import is_alive
from db.settings import lock_head
from db.tables import TestEmailRow
from mail.attempt import attempt
from mail.letter import Letter
from mail.report import (
    Diagnosis,
    Report,
    ServerFacts,
    StageReport,
    TestDepth,
    TestOutcome,
    TestStageName,
    TestStageOutcome,
    TranscriptLine,
    TranscriptSender,
)
from service.caller import Caller
from service.draft import Draft, InvalidSettings, SecretReentryRequired, draft
from service.letters import write_letter
from service.patch import SettingsPatch
from service.reports import read_report, waiting_report, write_report
from service.runtime import Runtime
from service.saving import Refusal
from service.state import Stand, find_stand
from service.test_requests import TestPlan, TestRequest, plan
from service.verification import draft_digest

__all__ = [
    "Diagnosis",
    "InvalidSettings",
    "Report",
    "SecretReentryRequired",
    "SendResult",
    "ServerFacts",
    "StageReport",
    "TestDepth",
    "TestEmail",
    "TestEmailSent",
    "TestOutcome",
    "TestRequest",
    "TestStageName",
    "TestStageOutcome",
    "TranscriptLine",
    "TranscriptSender",
    "close_interrupted",
    "send_test_email",
    "test_email",
]

R = TypeVar("R", bound=Refusal)
TARGET: Final = "test_email"
_AUDIT_OUTCOMES: Final = {
    TestOutcome.ACCEPTED: AuditOutcome.SUCCEEDED,
    TestOutcome.REACHED: AuditOutcome.SUCCEEDED,
    TestOutcome.FAILED: AuditOutcome.FAILED,
    TestOutcome.CANCELLED: AuditOutcome.FAILED,
    TestOutcome.UNCERTAIN: AuditOutcome.UNKNOWN,
    TestOutcome.INTERRUPTED: AuditOutcome.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class TestEmail:
    """A test email as it stands."""

    __test__ = False

    id: str
    depth: TestDepth
    recipient: str | None
    revision: int
    used_unsaved_changes: bool
    report: Report
    requested_by: Actor
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class TestEmailSent:
    """The test was run, whether or not it went well."""

    __test__ = False

    test_email: TestEmail


SendResult: TypeAlias = TestEmailSent | InvalidSettings | SecretReentryRequired


async def send_test_email(runtime: Runtime, caller: Caller, request: TestRequest) -> SendResult:
    """Runs a test email to its end, whatever becomes of the call that asked for it."""
    requested = await _request(runtime, caller, request)
    if not isinstance(requested, _Requested):
        return requested
    task = runtime.tests.start(requested.row.id, _run(runtime, caller, requested))
    await asyncio.shield(task)
    finished = await test_email(runtime, requested.row.id)
    if finished is None:
        raise RuntimeError("a test email's row is never removed")
    return TestEmailSent(finished)


async def test_email(runtime: Runtime, test_id: str) -> TestEmail | None:
    """One test email, as it stands."""
    async with runtime.database.reading() as session:
        row = await queries.test_email(session, test_id)
    return None if row is None else _shown(runtime, row)


async def close_interrupted(runtime: Runtime) -> Sequence[str]:
    """Ends the tests that a stopped service left open; the ids of those that were closed."""
    now = runtime.clock()
    closed = []
    async with runtime.database.transaction() as session:
        for row in await queries.open_test_emails(session):
            if await is_alive(runtime.database, session, row.owner):
                continue
            report = read_report(row.report).stopped(TestOutcome.INTERRUPTED)
            await _finish(session, row, _Finish(report, SYSTEM, None), now)
            closed.append(row.id)
    return closed


@dataclass(frozen=True, slots=True)
class _Requested:
    row: TestEmailRow
    plan: TestPlan


@dataclass(frozen=True, slots=True)
class _Finish:
    report: Report
    actor: Actor
    client: Client | None


async def _request(
    runtime: Runtime, caller: Caller, request: TestRequest
) -> _Requested | InvalidSettings | SecretReentryRequired:
    """The first transaction: judges the request and records it, or records the refusal."""
    now = runtime.clock()
    async with runtime.database.transaction() as session:
        await lock_head(session, runtime.scope)
        stand = await find_stand(session, runtime.scope, runtime.keys)
        accepted = await draft(stand, request.patch or SettingsPatch(), runtime.keys)
        if not isinstance(accepted, Draft):
            return await _refuse(session, caller, stand, accepted, now)
        planned = plan(request, stand, accepted)
        if not isinstance(planned, TestPlan):
            return await _refuse(session, caller, stand, planned, now)
        digest = await draft_digest(stand, accepted, now)
        row = _new_row(runtime, caller, request, _Facts(stand.revision, planned, digest, now))
        session.add(row)
        await append(session, _requested_event(caller, row, planned), now)
    return _Requested(row, planned)


async def _run(runtime: Runtime, caller: Caller, requested: _Requested) -> None:
    """The test itself, and the second transaction."""
    row = requested.row
    latest = read_report(row.report)

    def keep(report: Report) -> None:
        nonlocal latest
        latest = report
        runtime.tests.progress(row.id, report)

    try:
        letter: Letter | None = write_letter(requested.plan, row, caller)
        report = await attempt(
            requested.plan.account,
            letter,
            requested.plan.depth,
            tools=runtime.mail_tools,
            on_progress=keep,
        )
    except asyncio.CancelledError:
        report = latest.stopped(TestOutcome.INTERRUPTED)
    await _record_end(runtime, row.id, _Finish(report, caller.actor, caller.client))


async def _record_end(runtime: Runtime, test_id: str, finish: _Finish) -> None:
    async with runtime.database.transaction() as session:
        row = await queries.open_test_email(session, test_id)
        # Gone where another process took this one for dead and closed the test already.
        if row is not None:
            await _finish(session, row, finish, runtime.clock())


async def _finish(session: Session, row: TestEmailRow, finish: _Finish, now: datetime) -> None:
    report = finish.report
    row.outcome = report.outcome.value
    row.report = write_report(report)
    row.finished_at = write_instant(now)
    session.add(row)
    diagnosis = report.diagnosis
    event = Event(
        action=AuditAction.TEST_EMAIL_FINISHED,
        outcome=_AUDIT_OUTCOMES[report.outcome],
        actor=finish.actor,
        client=finish.client,
        target=TARGET,
        revision=row.revision,
        error_code=None if diagnosis is None else diagnosis.code,
        correlation_id=row.id,
        detail={
            "test_outcome": report.outcome.value,
            "stage": None if diagnosis is None else diagnosis.stage.value,
            "server_address": None if report.server is None else report.server.address,
            "message_id": report.message_id,
        },
    )
    await append(session, event, now)


@dataclass(frozen=True, slots=True)
class _Facts:
    revision: int
    plan: TestPlan
    digest: str
    now: datetime


def _new_row(runtime: Runtime, caller: Caller, request: TestRequest, facts: _Facts) -> TestEmailRow:
    return TestEmailRow(
        id=str(uuid4()),
        outcome=TestOutcome.RUNNING.value,
        depth=facts.plan.depth.value,
        recipient=facts.plan.recipient,
        revision=facts.revision,
        used_unsaved_changes=request.patch is not None,
        values_digest=facts.digest,
        report=write_report(waiting_report(facts.plan.account, facts.plan.depth)),
        actor_kind=caller.actor.kind.value,
        actor_id=caller.actor.id,
        actor_name=caller.actor.name,
        owner=runtime.owner,
        idempotency_key=request.idempotency_key,
        started_at=write_instant(facts.now),
        finished_at=None,
    )


def _requested_event(caller: Caller, row: TestEmailRow, planned: TestPlan) -> Event:
    return Event(
        action=AuditAction.TEST_EMAIL_REQUESTED,
        outcome=AuditOutcome.SUCCEEDED,
        actor=caller.actor,
        client=caller.client,
        target=TARGET,
        revision=row.revision,
        correlation_id=row.id,
        detail={
            "depth": row.depth,
            "recipient": row.recipient,
            "unsaved_changes": row.used_unsaved_changes,
            "host": planned.account.host,
            "port": planned.account.port,
        },
    )


async def _refuse(session: Session, caller: Caller, stand: Stand, refused: R, now: datetime) -> R:
    """Records that a test was refused: which fields and why, never the values."""
    event = Event(
        action=AuditAction.TEST_EMAIL_REQUESTED,
        outcome=AuditOutcome.DENIED,
        actor=caller.actor,
        client=caller.client,
        target=TARGET,
        revision=stand.revision,
        error_code=refused.code,
        detail={"fields": refused.fields},
    )
    await append(session, event, now)
    return refused


def _shown(runtime: Runtime, row: TestEmailRow) -> TestEmail:
    running = row.finished_at is None
    latest = runtime.tests.latest(row.id) if running else None
    return TestEmail(
        id=row.id,
        depth=TestDepth(row.depth),
        recipient=row.recipient,
        revision=row.revision,
        used_unsaved_changes=row.used_unsaved_changes,
        report=latest or read_report(row.report),
        requested_by=Actor(ActorKind(row.actor_kind), row.actor_id, row.actor_name),
        started_at=read_instant(row.started_at),
        finished_at=None if row.finished_at is None else read_instant(row.finished_at),
    )
