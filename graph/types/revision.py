"""Revisions of the settings as clients read them."""

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


@strawberry.type(description="One saved state of the settings. A revision is never changed.")
class EmailSettingsRevision(Node):
    """A revision."""

    revision: int = strawberry.field(
        description="The revision's number. Revisions are numbered from 1 without gaps."
    )
    email_settings: EmailSettings = strawberry.field(
        description="The settings as of this revision."
    )
    changes: list[FieldChange] = strawberry.field(
        description="What this revision changed, compared with the one before."
    )
    created_at: datetime = strawberry.field(
        description="The date and time when the revision was saved."
    )
    created_by: ActorType = strawberry.field(description="The actor who saved the revision.")
    reason: str | None = strawberry.field(
        description="The reason that the actor gave. Null if none was given."
    )
    restored_from: int | None = strawberry.field(
        description="The revision whose values were restored. Null if this was not a restore."
    )
    audit_sequence: strawberry.Private[int]

    @strawberry.field(description="The audit event of the save.")
    async def audit_event(self, info: Info) -> AuditEvent:
        """Returns the audit event of the save."""
        recorded = await audit_event(info.context.runtime, self.audit_sequence)
        if recorded is None:
            raise RuntimeError("a revision and its event are written together")
        return AuditEvent.of(recorded)

    @classmethod
    def of(cls, revision: Revision) -> "EmailSettingsRevision":
        """Builds it from the service's `Revision`."""
        state = revision.state
        return cls(
            id=strawberry.ID(write_id("EmailSettingsRevision", state.revision)),
            revision=state.revision,
            email_settings=EmailSettings.of_revision(state),
            changes=[FieldChange.of(each) for each in revision.changes],
            created_at=state.updated_at,
            created_by=ActorType.of(state.updated_by),
            reason=state.reason,
            restored_from=state.restored_from,
            audit_sequence=state.audit_sequence,
        )


@strawberry.type(description="A revision in a page, with its cursor.")
class EmailSettingsRevisionEdge:
    """An edge."""

    node: EmailSettingsRevision = strawberry.field(description="The revision.")
    cursor: str = strawberry.field(
        description="The item's cursor, for the arguments `after` and `before`."
    )


@strawberry.type(description="A page of revisions, newest first.")
class EmailSettingsRevisionConnection:
    """A connection."""

    edges: list[EmailSettingsRevisionEdge] = strawberry.field(
        description="The revisions on this page, with their cursors."
    )
    page_info: PageInfo = strawberry.field(
        description="Whether there are more pages, and the cursors to fetch them with."
    )

    @classmethod
    def of(cls, page: Page[Revision]) -> "EmailSettingsRevisionConnection":
        """Builds it from a page of the service's revisions."""
        cursors = [cursor(REVISION_CURSOR, each.state.revision) for each in page.items]
        return cls(
            edges=[
                EmailSettingsRevisionEdge(node=EmailSettingsRevision.of(each), cursor=at)
                for each, at in zip(page.items, cursors, strict=True)
            ],
            page_info=page_info(page, cursors),
        )
