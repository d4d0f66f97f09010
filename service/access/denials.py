"""A known caller who was denied something: it stands in the trail."""

from collections.abc import Sequence

from audit.event import AuditAction, AuditOutcome
from audit.trail import append
from service.process.caller import Caller
from service.process.runtime import Runtime

TARGET = "api"


async def record_denied(runtime: Runtime, caller: Caller, fields: Sequence[str]) -> None:
    """Records that a caller's role did not permit some fields of the API; one event a call."""
    event = caller.event(
        AuditAction.ACCESS_DENIED,
        AuditOutcome.DENIED,
        TARGET,
        error_code="FORBIDDEN",
        detail={"fields": ", ".join(fields)},
    )
    async with runtime.database.transaction() as session:
        await append(session, event, runtime.clock)
