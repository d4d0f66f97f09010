"""The trail as clients read it."""

from datetime import datetime

import strawberry

from graph.types.base.common import ActorType, FieldChange, Node
from graph.types.base.context import Info
from graph.types.base.enums import AuditAction, AuditOutcome
from graph.types.base.ids import write_id
from graph.types.base.paging import PageInfo, cursor, page_info
from graph.types.email_tests import EmailTestType
from service.email_tests import email_test
from service.process import Client, Page
from service.trail import Recorded

AUDIT_CURSOR = "AuditEvent.v1"


@strawberry.type(description="Where a call came from.")
class ClientInfo:
    """A client."""

    ip_address: str | None = strawberry.field(description="The address that it came from.")
    user_agent: str | None = strawberry.field(description="What it called itself.")
    request_id: str | None = strawberry.field(description="What the log knows the request by.")
    operation_name: str | None = strawberry.field(
        description="The operation's name, if it had one."
    )

    @classmethod
    def of(cls, client: Client) -> "ClientInfo":
        """From a client of the service."""
        return cls(
            ip_address=client.ip,
            user_agent=client.user_agent,
            request_id=client.request_id,
            operation_name=client.operation,
        )


@strawberry.type(description="One event of the trail. It is never changed and never removed.")
class AuditEvent(Node):
    """An event."""

    sequence: int = strawberry.field(description="Its place in the trail: 0, 1, 2 … without gaps.")
    occurred_at: datetime = strawberry.field(description="When it was recorded.")
    action: AuditAction = strawberry.field(description="What was done or tried.")
    outcome: AuditOutcome = strawberry.field(description="How it went.")
    error_code: str | None = strawberry.field(description="Why it failed or was refused.")
    actor: ActorType = strawberry.field(description="Who did it.")
    client: ClientInfo | None = strawberry.field(
        description="Where the call came from; null where it came from no client."
    )
    reason: str | None = strawberry.field(description="The reason that was given.")
    changes: list[FieldChange] = strawberry.field(description="What it changed.")
    revision: int | None = strawberry.field(
        description="The settings revision that it made, or was about."
    )
    target: strawberry.Private[str]

    @strawberry.field(description="The test email that it is about; null for other events.")
    async def test_email(self, info: Info) -> EmailTestType | None:
        """The test email."""
        if self.target != "test_email" or self.correlation_id is None:
            return None
        test = await email_test(info.context.runtime, self.correlation_id)
        return None if test is None else EmailTestType.of(test)

    correlation_id: strawberry.ID | None = strawberry.field(
        description="Ties the events of one undertaking together: a test's request and its end."
    )
    body: str = strawberry.field(
        description="The exact bytes that the trail vouches for: RFC 8785 JSON."
    )
    leaf_hash: str = strawberry.field(
        description="SHA-256 over 0x00 and `body` (RFC 6962), hexadecimal. The next event holds it."
    )

    @classmethod
    def of(cls, recorded: Recorded) -> "AuditEvent":
        """From an event of the service."""
        event = recorded.event
        return cls(
            id=strawberry.ID(write_id("AuditEvent", recorded.seq)),
            sequence=recorded.seq,
            target=event.target,
            occurred_at=recorded.occurred_at,
            action=event.action,
            outcome=event.outcome,
            error_code=event.error_code,
            actor=ActorType.of(event.actor),
            client=None if event.client is None else ClientInfo.of(event.client),
            reason=event.reason,
            changes=[FieldChange.of(each) for each in event.changes],
            revision=event.revision,
            correlation_id=(
                None if event.correlation_id is None else strawberry.ID(event.correlation_id)
            ),
            body=recorded.body,
            leaf_hash=recorded.leaf,
        )


@strawberry.type(description="An event in a page.")
class AuditEventEdge:
    """An edge."""

    node: AuditEvent = strawberry.field(description="The event.")
    cursor: str = strawberry.field(description="Its place in the list.")


@strawberry.type(description="A page of the trail, newest first.")
class AuditEventConnection:
    """A connection."""

    edges: list[AuditEventEdge] = strawberry.field(description="The events with their cursors.")
    page_info: PageInfo = strawberry.field(description="Whether the list goes on.")

    @classmethod
    def of(cls, page: Page[Recorded]) -> "AuditEventConnection":
        """From a page of the service."""
        cursors = [cursor(AUDIT_CURSOR, each.seq) for each in page.items]
        return cls(
            edges=[
                AuditEventEdge(node=AuditEvent.of(each), cursor=at)
                for each, at in zip(page.items, cursors, strict=True)
            ],
            page_info=page_info(page, cursors),
        )
