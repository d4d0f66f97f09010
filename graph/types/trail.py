"""The audit trail as clients read it."""

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


@strawberry.type(description="The client that sent an API call.")
class ClientInfo:
    """A client."""

    ip_address: str | None = strawberry.field(
        description="The client's IP address. Null if it is not known."
    )
    user_agent: str | None = strawberry.field(
        description="The client's `User-Agent` header. Null if it sent none."
    )
    request_id: str | None = strawberry.field(
        description="The request's ID, which is also in the service's log and in the response "
        "header `X-Request-Id`."
    )
    operation_name: str | None = strawberry.field(
        description="The name of the GraphQL operation. Null if it has none."
    )

    @classmethod
    def of(cls, client: Client) -> "ClientInfo":
        """Builds it from the service's `Client`."""
        return cls(
            ip_address=client.ip,
            user_agent=client.user_agent,
            request_id=client.request_id,
            operation_name=client.operation,
        )


@strawberry.type(description="An event of the audit trail. Events are never changed or removed.")
class AuditEvent(Node):
    """An event."""

    sequence: int = strawberry.field(
        description="The event's position in the trail. Events are numbered from 0 without gaps."
    )
    occurred_at: datetime = strawberry.field(
        description="The date and time when the event was recorded."
    )
    action: AuditAction = strawberry.field(description="What was done or attempted.")
    outcome: AuditOutcome = strawberry.field(description="How the action ended.")
    error_code: str | None = strawberry.field(
        description="A stable code that says why the action failed or was refused, such as "
        "`CREDENTIALS_REJECTED`. Null if there is no such code."
    )
    actor: ActorType = strawberry.field(description="The actor who did it.")
    client: ClientInfo | None = strawberry.field(
        description="The client that sent the call. Null if the event was not caused by an API "
        "call."
    )
    reason: str | None = strawberry.field(
        description="The reason that the actor gave. Null if none was given."
    )
    changes: list[FieldChange] = strawberry.field(
        description="What the action changed. Empty if it changed nothing."
    )
    revision: int | None = strawberry.field(
        description="The settings revision that the action created or was about. Null for other "
        "events."
    )
    target: strawberry.Private[str]

    @strawberry.field(description="The test email that the event is about. Null for other events.")
    async def test_email(self, info: Info) -> EmailTestType | None:
        """Returns the test email that the event is about."""
        if self.target != "test_email" or self.correlation_id is None:
            return None
        test = await email_test(info.context.runtime, self.correlation_id)
        return None if test is None else EmailTestType.of(test)

    correlation_id: strawberry.ID | None = strawberry.field(
        description="Links the events of one operation, such as the request and the end of a test "
        "email. Null if the event is not linked to others."
    )
    body: str = strawberry.field(
        description="The event's exact bytes, which the trail protects: canonical JSON (RFC 8785)."
    )
    leaf_hash: str = strawberry.field(
        description="The SHA-256 of a zero byte and `body` (RFC 6962), in hexadecimal. The next "
        "event contains it."
    )

    @classmethod
    def of(cls, recorded: Recorded) -> "AuditEvent":
        """Builds it from the service's `Recorded`."""
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


@strawberry.type(description="An event in a page, with its cursor.")
class AuditEventEdge:
    """An edge."""

    node: AuditEvent = strawberry.field(description="The event.")
    cursor: str = strawberry.field(
        description="The item's cursor, for the arguments `after` and `before`."
    )


@strawberry.type(description="A page of the audit trail, newest events first.")
class AuditEventConnection:
    """A connection."""

    edges: list[AuditEventEdge] = strawberry.field(
        description="The events on this page, with their cursors."
    )
    page_info: PageInfo = strawberry.field(
        description="Whether there are more pages, and the cursors to fetch them with."
    )

    @classmethod
    def of(cls, page: Page[Recorded]) -> "AuditEventConnection":
        """Builds it from a page of the service's events."""
        cursors = [cursor(AUDIT_CURSOR, each.seq) for each in page.items]
        return cls(
            edges=[
                AuditEventEdge(node=AuditEvent.of(each), cursor=at)
                for each, at in zip(page.items, cursors, strict=True)
            ],
            page_info=page_info(page, cursors),
        )
