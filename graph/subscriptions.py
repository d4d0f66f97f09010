"""The subscriptions."""

from collections.abc import AsyncIterator
from typing import Annotated

import strawberry

from graph.context import Info
from graph.permissions import require
from graph.trail_filter import AuditEventFilter
from graph.types.trail import AuditEvent
from service.caller import Permission
from service.trail_feed import audit_events_appended


@strawberry.type(description="What can be followed.")
class Subscription:
    """The root of following."""

    @strawberry.subscription(description="Every event that is appended from now on, in order.")
    async def audit_event_appended(
        self,
        info: Info,
        filter: Annotated[
            AuditEventFilter | None, strawberry.argument(description="Which events.")
        ] = None,
    ) -> AsyncIterator[AuditEvent]:
        """New events."""
        require(info, Permission.READ_TRAIL)
        wanted = None if filter is None else filter.wanted()
        async for recorded in audit_events_appended(info.context.runtime, wanted):
            yield AuditEvent.of(recorded)
