"""Recording in the trail that an authenticated caller was denied access."""

from collections.abc import Sequence

from audit.event import AuditAction, AuditOutcome
from audit.trail import append
from service.process.caller import Caller
from service.process.runtime import Runtime

TARGET = "api"


async def record_denied(runtime: Runtime, caller: Caller, fields: Sequence[str]) -> None:
    """Records that a caller's role does not permit some fields: one event per request."""
    event = caller.event(
        AuditAction.ACCESS_DENIED,
        AuditOutcome.DENIED,
        TARGET,
        error_code="FORBIDDEN",
        detail={"fields": ", ".join(fields)},
    )
    async with runtime.database.transaction() as session:
        await append(session, event, runtime.clock)
