"""The queries. Each field says which permission it needs, and calls one use-case."""

from datetime import datetime
from typing import Annotated

import strawberry

from graph.context import Info
from graph.errors import bad_input
from graph.paging import After, Before, First, Last, page_request
from graph.permissions import Requires
from graph.types.access import Viewer
from graph.types.settings import EmailSettings
from graph.types.trail import AUDIT_CURSOR, AuditEvent, AuditEventConnection
from service.caller import Permission
from service.settings import email_settings, email_settings_at, email_settings_revision
from service.trail import audit_event, audit_events


@strawberry.type(description="What can be read.")
class Query:
    """The root of reading."""

    @strawberry.field(description="Who you are, and what you may do.")
    def viewer(self, info: Info) -> Viewer:
        """The caller."""
        return Viewer.of(info.context.caller)

    @strawberry.field(
        description="The settings in force; with `revision` or `at`, the settings as they stood "
        "then. Null where nothing had been saved.",
        extensions=[Requires(Permission.READ_SETTINGS)],
    )
    async def email_settings(
        self,
        info: Info,
        revision: Annotated[
            int | None, strawberry.argument(description="The revision to read.")
        ] = None,
        at: Annotated[
            datetime | None, strawberry.argument(description="The instant to look back to.")
        ] = None,
    ) -> EmailSettings | None:
        """The settings."""
        if revision is not None and at is not None:
            raise bad_input("Give revision or at, not both.")
        runtime = info.context.runtime
        if revision is not None:
            state = await email_settings_revision(runtime, revision)
        elif at is not None:
            state = await email_settings_at(runtime, at)
        else:
            state = await email_settings(runtime)
        return None if state is None else EmailSettings.of(state)

    @strawberry.field(
        description="The trail, newest first. A cursor stays valid while events are appended.",
        extensions=[Requires(Permission.READ_TRAIL)],
    )
    async def audit_events(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> AuditEventConnection:
        """The trail."""
        page = page_request(AUDIT_CURSOR, first, after, last, before)
        return AuditEventConnection.of(await audit_events(info.context.runtime, page))

    @strawberry.field(
        description="One event of the trail; null where the trail is not that long.",
        extensions=[Requires(Permission.READ_TRAIL)],
    )
    async def audit_event(
        self,
        info: Info,
        sequence: Annotated[int, strawberry.argument(description="Its place: 0, 1, 2 …")],
    ) -> AuditEvent | None:
        """One event."""
        recorded = await audit_event(info.context.runtime, sequence)
        return None if recorded is None else AuditEvent.of(recorded)
