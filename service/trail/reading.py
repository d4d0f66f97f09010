"""Reading the trail and its proofs, for those who may."""

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
    """One event; None where the trail is not that long."""
    async with runtime.database.reading() as session:
        return await read_event(session, sequence)


async def audit_events(
    runtime: Runtime, page: PageRequest, wanted: EventFilter | None = None
) -> Page[Recorded]:
    """A page of the trail, newest first."""
    async with runtime.database.reading() as session:
        return await read_page(page, lambda window: read_events(session, window, wanted))


async def audit_checkpoint(runtime: Runtime, size: int | None = None) -> SignedCheckpoint | NoProof:
    """What the trail held at a size, signed; the newest without one."""
    async with runtime.database.reading() as session:
        return await read_checkpoint(session, size)


async def audit_inclusion_proof(
    runtime: Runtime, sequence: int, size: int | None = None
) -> InclusionProof | NoProof:
    """That an event stands in the trail of a size, or of today."""
    async with runtime.database.reading() as session:
        return await prove_inclusion(session, sequence, size)


async def audit_consistency_proof(
    runtime: Runtime, old: int, new: int | None = None
) -> ConsistencyProof | NoProof:
    """That the trail of a size, or of today, continues that of a smaller one."""
    async with runtime.database.reading() as session:
        return await prove_consistency(session, old, new)
