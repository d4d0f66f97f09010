"""Opens the trail: compares the database with the signer's memory before anything is signed.

Each change is written to the database first and to the memory second. So the database may be ahead
after a crash, or because of another process. It may never be behind, and it must continue what was
signed.
"""

from dataclasses import dataclass
from enum import StrEnum

import structlog

from audit.c2sp import tree
from audit.c2sp.checkpoint import Checkpoint, open_checkpoint
from audit.c2sp.note_keys import parse_verifier_key
from audit.c2sp.refusal import Refused
from audit.standalone.formats.keys import VerifierKey
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
    """Why the service must not continue: a code, and a message that also says what to do."""

    code: OpeningCode
    message: str


async def open_trail(session: Session, trail: Trail, name: str) -> NotOpened | None:
    """Opens the trail for appending, in the caller's transaction; returns why if it must not.

    Args:
        session: a transaction that may write.
        trail: the signer with its memory.
        name: the first part of the origin, for a trail without an origin.
    """
    head = await events.lock_head(session)
    await _complete(session, head, name)
    missing = await _check_key(session, trail, head)
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
        _log.warning("a new trail was begun", origin=tip.origin, size=tip.size)
        trail.memory.replace(note)
    trail.remember_after_commit(session, tip.checkpoint, note)
    return None


async def open_fresh(session: Session, trail: Trail, name: str) -> NotOpened | None:
    """Opens a trail without events, regardless of the memory: the start of a new trail."""
    head = await events.lock_head(session)
    await _complete(session, head, name)
    missing = await _check_key(session, trail, head)
    if missing is None:
        trail.begin_at(Tip.of(head).checkpoint)
    return missing


async def has_followed(session: Session, trail: Trail, ended: Checkpoint) -> bool:
    """Returns whether the trail in the database succeeds the ended one, with a key held here."""
    head = await events.head(session)
    tip = Tip.of(head)
    held = {str(each.verifier) for each in trail.keys.signers(tip.origin)}
    return (
        tip.verifier_key in held
        and await begins_after(session, tip, ended)
        and await _check_signed(session, head, tip) is None
    )


def origin_of(name: str, log_id: str) -> str:
    """Returns a trail's origin: its name and its ID, which makes it unique."""
    return f"{name}/{log_id}"


async def _complete(session: Session, head: AuditHead, name: str) -> None:
    """Adds the origin and the tree to a trail from before there were proofs."""
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


async def _check_key(session: Session, trail: Trail, head: AuditHead) -> NotOpened | None:
    """Checks that the key in use is available. A new trail uses the newest key."""
    origin = head.origin or ""
    signers = trail.keys.signers(origin)
    if not signers:
        return NotOpened(
            OpeningCode.KEY_MISSING,
            "There is no signing key for the trail: set POSTLEDGER_SIGNING_KEY "
            "(`postledger keys generate` makes one), or restore the key file.",
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
            "here: restore the key file, or add that key to POSTLEDGER_SIGNING_KEY. If it is lost, "
            "begin a new trail with `postledger audit reopen --reason …`.",
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
                    "the signer's memory is missing: only a checkpoint kept elsewhere can show "
                    "whether this is the database that was signed last",
                    path=str(where),
                    size=tip.size,
                )
            return None
        case Refused():
            return NotOpened(
                OpeningCode.MEMORY_MALFORMED,
                f"The signer's memory {where} is damaged: {remembered.message}. Restore it from a "
                "copy. If that is impossible, and the trail verifies against a checkpoint kept "
                "elsewhere, begin a new trail with `postledger audit reopen --reason …`.",
            )
        case Checkpoint(origin=origin) if origin != tip.origin:
            return NotOpened(
                OpeningCode.OTHER_TRAIL,
                f"The signer's memory {where} is of the trail {origin} ({remembered.size} events), "
                f"but the database contains the trail {tip.origin} ({tip.size} events): one of the "
                f"two was replaced. {_WHAT_TO_DO}",
            )
        case Checkpoint(size=size) if size > tip.size:
            return NotOpened(
                OpeningCode.DATABASE_BEHIND,
                f"The signer's memory {where} is ahead of the database: {size} events were signed, "
                f"but the database has {tip.size}. Events were removed, or the database was "
                f"replaced by an older copy. {_WHAT_TO_DO}",
            )
    if await continues(session, remembered, tip):
        return None
    return NotOpened(
        OpeningCode.NOT_A_CONTINUATION,
        f"The database does not continue what was signed: the signer's memory {where} has the root "
        f"hash {remembered.root.hex()} for the first {remembered.size} events, and the database, "
        f"with {tip.size} events, has another. Events were changed. {_WHAT_TO_DO}",
    )


_WHAT_TO_DO = (
    "Restore the right database. If it is lost, begin a new trail, which records why, with "
    "`postledger audit reopen --reason …`."
)


async def _check_signed(session: Session, head: AuditHead, tip: Tip) -> NotOpened | None:
    """Checks that the newest checkpoint, signed with the key in use, covers exactly this end.

    The stored tree must have it as well. A database that was never signed has no checkpoint: then
    there is nothing to compare.
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
        reason = "it is signed by another key than the key in use"
    elif opened.checkpoint != tip.checkpoint or not await _has_frontier(session, tip):
        reason = f"it states {opened.checkpoint.size} events, and the database has another end"
    else:
        reason = await head_problem(session, head) or ""
    if not reason:
        return None
    return NotOpened(
        OpeningCode.NOT_SIGNED,
        f"The newest checkpoint in the database does not match the end of the trail ({tip.size} "
        f"events): {reason}. Rows were changed outside the service. {_WHAT_TO_DO}",
    )


async def _has_frontier(session: Session, tip: Tip) -> bool:
    found = await read_nodes(session, tree.frontier_coordinates(tip.size))
    try:
        return tree.frontier_at(tip.size, found) == tip.frontier
    except KeyError:
        return False
