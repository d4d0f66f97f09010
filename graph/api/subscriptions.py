"""The subscriptions. Each value is complete, so a late or slow subscriber misses nothing."""

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from graph.api.permissions import require
from graph.api.trail_filter import AuditEventFilter
from graph.errors import coded
from graph.types.base.context import Info
from graph.types.base.ids import key_of
from graph.types.email_tests import EmailTestType
from graph.types.settings import EmailSettings
from graph.types.trail import AuditEvent
from service.email_tests import email_test, follow_test_email
from service.process import Permission
from service.settings import follow_email_settings
from service.trail import audit_events_appended


@strawberry.type(description="The root of all subscriptions: what clients can follow.")
class Subscription:
    """The subscription root."""

    @strawberry.subscription(
        description="The test email as it is now, again after every stage, and a last time when "
        "it has ended. Each value is complete, so a late subscriber misses nothing.",
    )
    async def test_email_progress(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The test email's ID.")],
    ) -> AsyncGenerator[EmailTestType, None]:
        """Yields a test email as it progresses."""
        require(info, Permission.READ_SETTINGS)
        key = key_of(id, "TestEmail") or ""
        if await email_test(info.context.runtime, key) is None:
            raise coded("NOT_FOUND", "There is no test email with this id.")
        async for test in follow_test_email(info.context.runtime, key):
            yield EmailTestType.of(test)

    @strawberry.subscription(description="The settings, each time that they have changed.")
    async def email_settings_changed(self, info: Info) -> AsyncGenerator[EmailSettings, None]:
        """Yields the settings after each change."""
        require(info, Permission.READ_SETTINGS)
        async for state in follow_email_settings(info.context.runtime):
            yield EmailSettings.in_force(state)

    @strawberry.subscription(description="Every new event of the audit trail, in order.")
    async def audit_event_appended(
        self,
        info: Info,
        filter: Annotated[
            AuditEventFilter | None,
            strawberry.argument(description="Which events to send. If omitted, all."),
        ] = None,
    ) -> AsyncGenerator[AuditEvent, None]:
        """Yields each new event that the filter selects."""
        require(info, Permission.READ_TRAIL)
        wanted = None if filter is None else filter.wanted()
        async for recorded in audit_events_appended(info.context.runtime, wanted):
            yield AuditEvent.of(recorded)
