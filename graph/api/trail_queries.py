"""The queries on the audit trail."""

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


@strawberry.type(description="The queries on the audit trail.")
class TrailQueries:
    """The query root's fields for the audit trail."""

    @strawberry.field(
        description="The events of the audit trail, newest first. A cursor stays valid while "
        "events are appended.",
        extensions=[Requires(Permission.READ_TRAIL)],
    )
    async def audit_events(  # noqa: PLR0913 (a connection's arguments, by the Relay specification)
        self,
        info: Info,
        *,
        filter: Annotated[
            AuditEventFilter | None,
            strawberry.argument(description="Which events to return. If omitted, all."),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> AuditEventConnection:
        """Returns a page of the events."""
        page = page_request(AUDIT_CURSOR, first, after, last, before)
        wanted = None if filter is None else filter.wanted()
        return AuditEventConnection.of(await audit_events(info.context.runtime, page, wanted))

    @strawberry.field(
        description="An event by its position in the audit trail. Null if the trail is shorter.",
        extensions=[Requires(Permission.READ_TRAIL)],
    )
    async def audit_event(
        self,
        info: Info,
        sequence: Annotated[
            int, strawberry.argument(description="The event's position: 0, 1, 2 …")
        ],
    ) -> AuditEvent | None:
        """Returns one event."""
        recorded = await audit_event(info.context.runtime, sequence)
        return None if recorded is None else AuditEvent.of(recorded)

    @strawberry.field(
        description="The signed checkpoint of the audit trail's first `size` events, or the "
        "newest checkpoint.",
        extensions=[Requires(Permission.READ_TRAIL)],
    )
    async def audit_checkpoint(
        self,
        info: Info,
        size: Annotated[
            int | None,
            strawberry.argument(
                description="The number of events that the checkpoint covers. If omitted, the "
                "newest is returned."
            ),
        ] = None,
    ) -> AuditCheckpoint:
        """Returns a checkpoint."""
        return AuditCheckpoint.of(_found(await audit_checkpoint(info.context.runtime, size)))

    @strawberry.field(
        description="Proves that an event is in the audit trail.",
        extensions=[Requires(Permission.READ_TRAIL)],
    )
    async def audit_inclusion_proof(
        self,
        info: Info,
        sequence: Annotated[
            int, strawberry.argument(description="The event's position: 0, 1, 2 …")
        ],
        size: Annotated[
            int | None,
            strawberry.argument(
                description="The size of the trail to prove it for. If omitted, its current size."
            ),
        ] = None,
    ) -> AuditInclusionProof:
        """Returns an inclusion proof."""
        proof = await audit_inclusion_proof(info.context.runtime, sequence, size)
        return AuditInclusionProof.of(_found(proof))

    @strawberry.field(
        description="Proves that the audit trail of `to` events begins with all of its first "
        "`from` events.",
        extensions=[Requires(Permission.READ_TRAIL)],
    )
    async def audit_consistency_proof(
        self,
        info: Info,
        from_: Annotated[int, strawberry.argument(name="from", description="The smaller size.")],
        to: Annotated[
            int | None,
            strawberry.argument(
                description="The larger size. If omitted, the trail's current size."
            ),
        ] = None,
    ) -> AuditConsistencyProof:
        """Returns a consistency proof."""
        proof = await audit_consistency_proof(info.context.runtime, from_, to)
        return AuditConsistencyProof.of(_found(proof))

    @strawberry.field(
        description="Verifies the whole audit trail now: the events, the hash tree, the "
        "signatures, the search, the database's guards, and whether the settings, access tokens "
        "and test emails are those that the trail records. For a long trail, use the command "
        "`postledger audit verify`.",
        extensions=[Requires(Permission.READ_TRAIL)],
    )
    async def audit_verification(
        self,
        info: Info,
        known_checkpoint: Annotated[
            str | None,
            strawberry.argument(
                description="The whole signed note of a checkpoint that was stored elsewhere. "
                "With it, the verification detects a trail that was cut off or rewritten."
            ),
        ] = None,
    ) -> AuditVerification:
        """Returns the result of a verification."""
        known = () if known_checkpoint is None else ((known_checkpoint, "your checkpoint"),)
        result = await verify_trail(info.context.runtime, VerificationRequest(checkpoints=known))
        if isinstance(result, NotAKey):
            raise bad_input(result.message)
        return AuditVerification.of(result)

    @strawberry.field(
        description="The places to which this service process delivers the audit trail's "
        "checkpoints.",
        extensions=[Requires(Permission.READ_TRAIL)],
    )
    def audit_anchors(self, info: Info) -> list[AuditAnchor]:
        """Returns the anchors' states."""
        return [AuditAnchor.of(each) for each in info.context.runtime.anchors.states]


def _found(found: T | NoProof) -> T:
    """Returns what was found, or refuses with BAD_USER_INPUT if it does not exist."""
    if isinstance(found, NoProof):
        raise bad_input(found.message)
    return found
