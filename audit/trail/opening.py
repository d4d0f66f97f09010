"""Opening the trail: compares the database with the signer's memory before anything is signed.

The two are written one after the other (database, then memory), so the database may be ahead by
what a crash or another process left; it may never be behind, and it must continue what was signed.
"""

from dataclasses import dataclass
from enum import StrEnum

import structlog

from audit.c2sp import tree
from audit.c2sp.checkpoint import Checkpoint, open_checkpoint
from audit.c2sp.note_keys import parse_verifier_key
from audit.c2sp.refusal import Refused
from audit.standalone.keys import VerifierKey
from audit.trail.appending import Tip, Trail, continues, head_problem, read_nodes, sign
from audit.trail.succession import begins_after
from db.engine.database import Session
from db.queries import events
from db.queries import tree as stored
from db.tables import AuditHead

_BATCH = 1_000

_log = structlog.get_logger()


class OpeningCode(StrEnum):
    """Why a trail was not opened."""

    MEMORY_MALFORMED = "MEMORY_MALFORMED"
    OTHER_TRAIL = "OTHER_TRAIL"
    DATABASE_BEHIND = "DATABASE_BEHIND"
    NOT_A_CONTINUATION = "NOT_A_CONTINUATION"
    NOT_SIGNED = "NOT_SIGNED"
    KEY_MISSING = "KEY_MISSING"


@dataclass(frozen=True, slots=True)
class NotOpened:
    """The service must not go on: a code, and what was seen, which is ahead, and what to do."""

    code: OpeningCode
    message: str


async def open_trail(session: Session, trail: Trail, name: str) -> NotOpened | None:
    """Opens the trail for appending, in the caller's transaction; says why, where it must not be.

    Args:
        session: a transaction that may write.
        trail: the signer with its memory.
        name: the first part of the origin of a trail that has none yet.
    """
    head = await events.lock_head(session)
    await _complete(session, head, name)
    missing = await _find_key(session, trail, head)
    if missing is not None:
        return missing
    tip = Tip.of(head)
    remembered = trail.memory.read()
    ended = isinstance(remembered, Checkpoint) and await begins_after(session, tip, remembered)
    problem = None if ended else await _compare(session, trail, tip, remembered)
    if problem is not None:
        return problem
    problem = await _check_signed(session, head, tip)
    if problem is not None:
        return problem
    trail.begin_at(tip.checkpoint)
    note = await stored.checkpoint_note(session, tip.size)
    if note is None:
        await sign(session, tip, [trail.signer(tip)])
        return None
    if ended:
        _log.warning("the trail was begun anew", origin=tip.origin, size=tip.size)
        trail.memory.begin_anew(note)
    trail.signed(session, tip.checkpoint, note)
    return None


async def open_fresh(session: Session, trail: Trail, name: str) -> NotOpened | None:
    """Opens a trail without events, whatever the memory holds: the start of a new trail."""
    head = await events.lock_head(session)
    await _complete(session, head, name)
    missing = await _find_key(session, trail, head)
    if missing is None:
        trail.begin_at(Tip.of(head).checkpoint)
    return missing


async def has_followed(session: Session, trail: Trail, ended: Checkpoint) -> bool:
    """Whether the trail in the database was begun where `ended`'s had ended, by a key held here."""
    head = await events.head(session)
    tip = Tip.of(head)
    held = {str(each.verifier) for each in trail.keys.signers(tip.origin)}
    return (
        tip.verifier_key in held
        and await begins_after(session, tip, ended)
        and await _check_signed(session, head, tip) is None
    )


def origin_of(name: str, log_id: str) -> str:
    """A trail's origin: whose it is, and its own id, so that no other trail's can pass for it."""
    return f"{name}/{log_id}"


async def _complete(session: Session, head: AuditHead, name: str) -> None:
    """Gives a trail that was written before it had proofs its origin and its tree."""
    if head.origin is None:
        head.origin = origin_of(name, head.log_id)
    if head.frontier is None:
        head.frontier = b"".join(await _grow(session, head.size))
    session.add(head)
    await session.flush()


async def _grow(session: Session, size: int) -> tree.Frontier:
    frontier: tree.Frontier = ()
    for first in range(0, size, _BATCH):
        made: list[tree.TreeNode] = []
        bodies = await events.bodies(session, first, min(_BATCH, size - first))
        for seq, body in enumerate(bodies, start=first):
            growth = tree.append(frontier, seq, tree.leaf_hash(body.encode()))
            frontier = growth.frontier
            made += growth.nodes
        await stored.insert_nodes(session, made)
    return frontier


async def _find_key(session: Session, trail: Trail, head: AuditHead) -> NotOpened | None:
    """Sees that the key in use is at hand; a new trail takes the newest one."""
    origin = head.origin or ""
    signers = trail.keys.signers(origin)
    if not signers:
        return NotOpened(
            OpeningCode.KEY_MISSING,
            "There is no signing key for the trail: set POSTLEDGER_SIGNING_KEY "
            "(`postledger keys generate` makes one), or put the key file back.",
        )
    if head.verifier_key is None:
        head.verifier_key = str(signers[0].verifier)
        session.add(head)
        await stored.insert_key(session, 0, head.verifier_key)
        await session.flush()
    if head.verifier_key not in {str(each.verifier) for each in signers}:
        return NotOpened(
            OpeningCode.KEY_MISSING,
            f"The trail is signed with the key {head.verifier_key}, which is not among the keys "
            "here: put the key file back, or add that key to POSTLEDGER_SIGNING_KEY. If it is "
            "lost, begin a new trail with `postledger audit reopen --reason …`.",
        )
    return None


async def _compare(
    session: Session, trail: Trail, tip: Tip, remembered: Checkpoint | Refused | None
) -> NotOpened | None:
    where = trail.memory.path
    match remembered:
        case None:
            if tip.size > 0:
                _log.warning(
                    "the signer's memory is not there: whether the database is the one that was "
                    "signed last, only a checkpoint kept elsewhere can tell",
                    path=str(where),
                    size=tip.size,
                )
            return None
        case Refused():
            return NotOpened(
                OpeningCode.MEMORY_MALFORMED,
                f"The signer's memory {where} is damaged: {remembered.message}. Put it back from a "
                "copy, or, where that is impossible and the trail verifies against a checkpoint "
                "kept elsewhere, begin a new trail with `postledger audit reopen --reason …`.",
            )
        case Checkpoint(origin=origin) if origin != tip.origin:
            return NotOpened(
                OpeningCode.OTHER_TRAIL,
                f"The signer's memory {where} is of the trail {origin} ({remembered.size} events), "
                f"the database holds another one, {tip.origin} ({tip.size} events): the database "
                f"was removed or exchanged. {_WHAT_TO_DO}",
            )
        case Checkpoint(size=size) if size > tip.size:
            return NotOpened(
                OpeningCode.DATABASE_BEHIND,
                f"The signer's memory {where} is ahead of the database: it signed {size} events, "
                f"the database has {tip.size}. Events were removed, or an older copy of the "
                f"database was put in its place. {_WHAT_TO_DO}",
            )
    if await continues(session, remembered, tip):
        return None
    return NotOpened(
        OpeningCode.NOT_A_CONTINUATION,
        f"The database does not continue what was signed: the signer's memory {where} states "
        f"{remembered.size} events with the root {remembered.root.hex()}, and the database, with "
        f"{tip.size} events, has others in their place. Events were changed. {_WHAT_TO_DO}",
    )


_WHAT_TO_DO = (
    "Put the right database back. If it is lost, begin a new trail, which will say so, with "
    "`postledger audit reopen --reason …`."
)


async def _check_signed(session: Session, head: AuditHead, tip: Tip) -> NotOpened | None:
    """Whether the newest checkpoint is one of this key over this very end, and the tree holds it.

    A database that was never signed has none: then there is nothing to compare with.
    """
    newest = await stored.newest_checkpoint(session)
    if newest is None:
        return None
    keys = [parse_verifier_key(row.verifier_key) for row in await stored.keys(session)]
    known = [key for key in keys if isinstance(key, VerifierKey)]
    opened = open_checkpoint(newest.note, tip.origin, known)
    if isinstance(opened, Refused):
        reason = opened.message
    elif str(opened.signed_by[0]) != tip.verifier_key:
        reason = "another key than the one in use signed it"
    elif opened.checkpoint != tip.checkpoint or not await _is_grown(session, tip):
        reason = f"it states {opened.checkpoint.size} events, and the database's end is another"
    else:
        reason = await head_problem(session, head) or ""
    if not reason:
        return None
    return NotOpened(
        OpeningCode.NOT_SIGNED,
        f"The end of the trail in the database ({tip.size} events) is not what the newest "
        f"checkpoint in it states: {reason}. Rows were changed past the service. {_WHAT_TO_DO}",
    )


async def _is_grown(session: Session, tip: Tip) -> bool:
    places = tree.frontier_coordinates(tip.size)
    found = await read_nodes(session, places)
    try:
        return tree.frontier_at(tip.size, found) == tip.frontier
    except KeyError:
        return False
