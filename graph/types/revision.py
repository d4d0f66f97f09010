"""Earlier revisions of the settings as clients read them."""

from datetime import datetime

import strawberry

from graph.types.base.common import ActorType, FieldChange, Node
from graph.types.base.context import Info
from graph.types.base.ids import write_id
from graph.types.base.paging import PageInfo, cursor, page_info
from graph.types.settings import EmailSettings
from graph.types.trail import AuditEvent
from service.process import Page
from service.settings import Revision
from service.trail import audit_event

REVISION_CURSOR = "EmailSettingsRevision.v1"


@strawberry.type(description="One save of the settings. It is never changed.")
class EmailSettingsRevision(Node):
    """A revision."""

    revision: int = strawberry.field(description="Its number: 1, 2, 3 …")
    email_settings: EmailSettings = strawberry.field(description="The settings as it left them.")
    changes: list[FieldChange] = strawberry.field(description="What it changed.")
    created_at: datetime = strawberry.field(description="When it was saved.")
    created_by: ActorType = strawberry.field(description="Who saved it.")
    reason: str | None = strawberry.field(description="The reason that was given.")
    restored_from: int | None = strawberry.field(
        description="The revision whose values it brought back; null for an ordinary save."
    )
    audit_sequence: strawberry.Private[int]

    @strawberry.field(description="Its event in the trail.")
    async def audit_event(self, info: Info) -> AuditEvent:
        """Its event."""
        recorded = await audit_event(info.context.runtime, self.audit_sequence)
        if recorded is None:
            raise RuntimeError("a revision and its event are written together")
        return AuditEvent.of(recorded)

    @classmethod
    def of(cls, revision: Revision) -> "EmailSettingsRevision":
        """From a revision of the service."""
        state = revision.state
        return cls(
            id=strawberry.ID(write_id("EmailSettingsRevision", state.revision)),
            revision=state.revision,
            email_settings=EmailSettings.of(state),
            changes=[FieldChange.of(each) for each in revision.changes],
            created_at=state.updated_at,
            created_by=ActorType.of(state.updated_by),
            reason=state.reason,
            restored_from=state.restored_from,
            audit_sequence=state.audit_sequence,
        )


@strawberry.type(description="A revision in a page.")
class EmailSettingsRevisionEdge:
    """An edge."""

    node: EmailSettingsRevision = strawberry.field(description="The revision.")
    cursor: str = strawberry.field(description="Its place in the list.")


@strawberry.type(description="A page of the revisions, newest first.")
class EmailSettingsRevisionConnection:
    """A connection."""

    edges: list[EmailSettingsRevisionEdge] = strawberry.field(
        description="The revisions with their cursors."
    )
    page_info: PageInfo = strawberry.field(description="Whether the list goes on.")

    @classmethod
    def of(cls, page: Page[Revision]) -> "EmailSettingsRevisionConnection":
        """From a page of the service."""
        cursors = [cursor(REVISION_CURSOR, each.state.revision) for each in page.items]
        return cls(
            edges=[
                EmailSettingsRevisionEdge(node=EmailSettingsRevision.of(each), cursor=at)
                for each, at in zip(page.items, cursors, strict=True)
            ],
            page_info=page_info(page, cursors),
        )
