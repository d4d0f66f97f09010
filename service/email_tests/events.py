"""The events on test emails: requested, refused, finished."""

from typing import Final

from audit.event import Actor, AuditAction, AuditOutcome, Client, Event
from db.tables import EmailTestRow
from mail.report import EmailTestOutcome, Report
from service.email_tests.request import EmailTestPlan
from service.process.caller import Caller
from service.process.marks import report_digest
from service.settings.saving import RefusalReason
from service.settings.state import CurrentSettings

TARGET: Final = "test_email"
_OUTCOMES: Final = {
    EmailTestOutcome.ACCEPTED: AuditOutcome.SUCCEEDED,
    EmailTestOutcome.REACHED: AuditOutcome.SUCCEEDED,
    EmailTestOutcome.FAILED: AuditOutcome.FAILED,
    EmailTestOutcome.CANCELLED: AuditOutcome.FAILED,
    EmailTestOutcome.UNCERTAIN: AuditOutcome.UNKNOWN,
    EmailTestOutcome.INTERRUPTED: AuditOutcome.UNKNOWN,
}


def requested(caller: Caller, row: EmailTestRow, plan: EmailTestPlan) -> Event:
    """Builds the event of a test that is about to begin."""
    return caller.event(
        AuditAction.TEST_EMAIL_REQUESTED,
        AuditOutcome.SUCCEEDED,
        TARGET,
        revision=row.revision,
        correlation_id=row.id,
        detail={
            "depth": row.depth,
            "recipient": row.recipient,
            "unsaved_changes": row.used_unsaved_changes,
            "host": plan.account.host,
            "port": plan.account.port,
            "values_digest": row.values_digest,
        },
    )


def refused(caller: Caller, current: CurrentSettings, refusal: RefusalReason) -> Event:
    """Builds the event of a test that was refused before the service connected anywhere.

    It names the fields and the reason, but contains no values.
    """
    return caller.event(
        AuditAction.TEST_EMAIL_REQUESTED,
        AuditOutcome.DENIED,
        TARGET,
        revision=current.revision,
        error_code=refusal.code,
        detail={"fields": refusal.fields},
    )


def finished(row: EmailTestRow, report: Report, actor: Actor, client: Client | None) -> Event:
    """Builds the event of a test that has ended.

    Args:
        row: the test.
        report: how it ended.
        actor: who requested it, who canceled it, or the service itself.
        client: the actor's client; None for the service.
    """
    diagnosis, server = report.diagnosis, report.server
    return Event(
        action=AuditAction.TEST_EMAIL_FINISHED,
        outcome=_OUTCOMES[report.outcome],
        actor=actor,
        client=client,
        target=TARGET,
        revision=row.revision,
        error_code=None if diagnosis is None else diagnosis.code,
        correlation_id=row.id,
        detail={
            "test_outcome": report.outcome.value,
            "stage": None if diagnosis is None else diagnosis.stage.value,
            "server_address": None if server is None else server.address,
            "message_id": report.message_id,
            "report_digest": report_digest(row),
        },
    )
