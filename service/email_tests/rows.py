"""Test emails as rows of the database, and as values for callers."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from audit.event import Actor, ActorKind
from db.instant import read_instant
from db.tables import EmailTestRow
from mail.report import EmailTestDepth, EmailTestOutcome, Report
from service.email_tests.reports import read_report, waiting_report, write_report
from service.email_tests.request import EmailTestPlan, EmailTestRequest
from service.process.caller import Caller
from service.process.runtime import Runtime


@dataclass(frozen=True, slots=True)
class EmailTest:
    """A test email in its present state. `number` counts the requests from 1."""

    id: str
    number: int
    depth: EmailTestDepth
    recipient: str | None
    revision: int
    used_unsaved_changes: bool
    report: Report
    requested_by: Actor
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the row of a new test needs: its number, the revision in force, the plan, the digest."""

    number: int
    revision: int
    plan: EmailTestPlan
    digest: str


def new_row(
    runtime: Runtime, caller: Caller, request: EmailTestRequest, facts: Facts
) -> EmailTestRow:
    """Builds the row of a test that is about to begin.

    The caller sets `started_at` to the time of the test's event.
    """
    return EmailTestRow(
        id=str(uuid4()),
        number=facts.number,
        outcome=EmailTestOutcome.RUNNING.value,
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
        cancelled_by=None,
        started_at="",
        finished_at=None,
    )


def shown(runtime: Runtime, row: EmailTestRow) -> EmailTest:
    """Returns a test in its present state.

    If it runs in this process, its report includes the stages that have not been stored yet.
    """
    running = row.finished_at is None
    latest = runtime.tests.latest(row.id) if running else None
    return EmailTest(
        id=row.id,
        number=row.number,
        depth=EmailTestDepth(row.depth),
        recipient=row.recipient,
        revision=row.revision,
        used_unsaved_changes=row.used_unsaved_changes,
        report=latest or read_report(row.report),
        requested_by=Actor(ActorKind(row.actor_kind), row.actor_id, row.actor_name),
        started_at=read_instant(row.started_at),
        finished_at=None if row.finished_at is None else read_instant(row.finished_at),
    )
