"""The queries on the trail."""

from typing import Annotated, TypeVar

import strawberry

from graph.api.permissions import Requires
from graph.api.trail_filter import AuditEventFilter
from graph.errors import bad_input
from graph.types.base.context import Info
from graph.types.base.paging import After, Before, First, Last, page_request
from graph.types.proofs import (
    AuditAnchor,
    AuditCheckpoint,
    AuditConsistencyProof,
    AuditInclusionProof,
)
from graph.types.trail import AUDIT_CURSOR, AuditEvent, AuditEventConnection
from graph.types.verification import AuditVerification
from service.process import Permission
from service.trail import (
    NoProof,
    audit_checkpoint,
    audit_consistency_proof,
    audit_event,
    audit_events,
    audit_inclusion_proof,
)
from service.verify import NotAKey, VerificationRequest, verify_trail

T = TypeVar("T")


@strawberry.type(description="What can be read of the trail.")
class TrailQueries:
    """The trail's part of the root of reading."""

    @strawberry.field(
        description="The trail, newest first. A cursor stays valid while events are appended.",
        extensions=[Requires(Permission.READ_TRAIL)],
    )
    async def audit_events(  # noqa: PLR0913 (a connection's arguments, by the Relay specification)
        self,
        info: Info,
        *,
        filter: Annotated[
            AuditEventFilter | None, strawberry.argument(description="Which events.")
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> AuditEventConnection:
        """The trail."""
        page = page_request(AUDIT_CURSOR, first, after, last, before)
        wanted = None if filter is None else filter.wanted()
        return AuditEventConnection.of(await audit_events(info.context.runtime, page, wanted))

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

    @strawberry.field(
        description="The signed statement of what the trail held when it had `size` events; the "
        "newest without `size`.",
        extensions=[Requires(Permission.READ_TRAIL)],
    )
    async def audit_checkpoint(
        self,
        info: Info,
        size: Annotated[
            int | None, strawberry.argument(description="How many events it is to vouch for.")
        ] = None,
    ) -> AuditCheckpoint:
        """A checkpoint."""
        return AuditCheckpoint.of(_there(await audit_checkpoint(info.context.runtime, size)))

    @strawberry.field(
        description="That an event stands in the trail of `size` events, or in today's.",
        extensions=[Requires(Permission.READ_TRAIL)],
    )
    async def audit_inclusion_proof(
        self,
        info: Info,
        sequence: Annotated[int, strawberry.argument(description="The event's place.")],
        size: Annotated[
            int | None, strawberry.argument(description="The size of the trail to prove it for.")
        ] = None,
    ) -> AuditInclusionProof:
        """An inclusion proof."""
        proof = await audit_inclusion_proof(info.context.runtime, sequence, size)
        return AuditInclusionProof.of(_there(proof))

    @strawberry.field(
        description="That the trail of `to` events, or today's, begins with all of the first "
        "`from` events.",
        extensions=[Requires(Permission.READ_TRAIL)],
    )
    async def audit_consistency_proof(
        self,
        info: Info,
        from_: Annotated[int, strawberry.argument(name="from", description="The smaller size.")],
        to: Annotated[
            int | None, strawberry.argument(description="The larger size; the newest, left out.")
        ] = None,
    ) -> AuditConsistencyProof:
        """A consistency proof."""
        proof = await audit_consistency_proof(info.context.runtime, from_, to)
        return AuditConsistencyProof.of(_there(proof))

    @strawberry.field(
        description="Checks the whole trail now: every leaf, the tree, the signatures, the "
        "projections, the guards, and the live settings against the trail's own account of them. "
        "For a long trail, the command `postledger audit verify` is the better place.",
        extensions=[Requires(Permission.READ_TRAIL)],
    )
    async def audit_verification(
        self,
        info: Info,
        known_checkpoint: Annotated[
            str | None,
            strawberry.argument(
                description="A checkpoint that was kept elsewhere: the whole signed note. With it, "
                "a trail that was cut off or rewritten is found."
            ),
        ] = None,
    ) -> AuditVerification:
        """A verification."""
        known = () if known_checkpoint is None else ((known_checkpoint, "your checkpoint"),)
        result = await verify_trail(info.context.runtime, VerificationRequest(checkpoints=known))
        if isinstance(result, NotAKey):
            raise bad_input(result.message)
        return AuditVerification.of(result)

    @strawberry.field(
        description="Where this service process carries the trail's checkpoints to.",
        extensions=[Requires(Permission.READ_TRAIL)],
    )
    def audit_anchors(self, info: Info) -> list[AuditAnchor]:
        """The anchors."""
        return [AuditAnchor.of(each) for each in info.context.runtime.anchors.states]


def _there(found: T | NoProof) -> T:
    """What was asked for; BAD_USER_INPUT where there is no such thing."""
    if isinstance(found, NoProof):
        raise bad_input(found.message)
    return found
