"""Reading events, checkpoints and proofs."""

from audit.trail import (
    ConsistencyProof,
    EventFilter,
    InclusionProof,
    NoProof,
    Recorded,
    SignedCheckpoint,
    prove_consistency,
    prove_inclusion,
    read_checkpoint,
    read_event,
    read_events,
)
from service.process.paging import Page, PageRequest, read_page
from service.process.runtime import Runtime


async def audit_event(runtime: Runtime, sequence: int) -> Recorded | None:
    """Returns an event, or None if the trail is not that long."""
    async with runtime.database.reading() as session:
        return await read_event(session, sequence)


async def audit_events(
    runtime: Runtime, page: PageRequest, wanted: EventFilter | None = None
) -> Page[Recorded]:
    """Returns a page of the trail's events, newest first."""
    async with runtime.database.reading() as session:
        return await read_page(page, lambda window: read_events(session, window, wanted))


async def audit_checkpoint(runtime: Runtime, size: int | None = None) -> SignedCheckpoint | NoProof:
    """Returns the signed checkpoint of the trail at a size; without a size, the newest one."""
    async with runtime.database.reading() as session:
        return await read_checkpoint(session, size)


async def audit_inclusion_proof(
    runtime: Runtime, sequence: int, size: int | None = None
) -> InclusionProof | NoProof:
    """Returns the proof that the trail contains an event, at a size or at its present size."""
    async with runtime.database.reading() as session:
        return await prove_inclusion(session, sequence, size)


async def audit_consistency_proof(
    runtime: Runtime, old: int, new: int | None = None
) -> ConsistencyProof | NoProof:
    """Returns the proof that the trail at size `new` continues the trail at size `old`.

    Without `new`, the trail has its present size.
    """
    async with runtime.database.reading() as session:
        return await prove_consistency(session, old, new)
