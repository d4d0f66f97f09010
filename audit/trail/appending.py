"""Appends events to the trail, in the caller's transaction. Nothing here commits.

The code that opens the database attaches the `Trail` to it (`Trail.attach`). Every session then
carries the trail, so that each transaction that appends extends the tree and signs its new head.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol, TypeAlias

import structlog

from audit.c2sp import tree
from audit.c2sp.checkpoint import Checkpoint, sign_checkpoint
from audit.c2sp.consistency import verify_consistency
from audit.c2sp.note_keys import Signer
from audit.event import Event
from audit.trail.body import Place, read_body, write_body
from audit.trail.memory import SignerMemory
from audit.trail.words import event_words
from db.engine.database import Database, Session, after_commit
from db.instant import write_instant
from db.queries import events
from db.queries import tree as stored
from db.tables import AuditHead

Clock: TypeAlias = Callable[[], datetime]

_CARRIED: Final = "trail"
_SIGNED: Final = "trail_signed"

_log = structlog.get_logger()


class SigningKeys(Protocol):
    """Where the signing keys come from."""

    def signers(self, origin: str) -> Sequence[Signer]:
        """Returns the available keys, under the trail's name, the newest first."""
        ...

    def add(self) -> bool:
        """Makes a new key and puts it first. Returns False if only the operator can do that."""
        ...


class SignerRefusedError(Exception):
    """The signer refuses to sign: the database does not continue what it signed before."""


@dataclass(frozen=True, slots=True)
class Appended:
    """An appended event's sequence number and time."""

    seq: int
    ts: str


@dataclass(frozen=True, slots=True)
class Tip:
    """The trail's end, as its locked head row states it."""

    origin: str
    size: int
    frontier: tree.Frontier
    verifier_key: str

    @classmethod
    def of(cls, head: AuditHead) -> "Tip":
        """Builds it from the head row of a trail that was opened."""
        if head.origin is None or head.frontier is None or head.verifier_key is None:
            raise SignerRefusedError("the trail was not opened: its head names no key")
        return cls(head.origin, head.size, read_frontier(head.frontier), head.verifier_key)

    @property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint of this tree head, unsigned."""
        return Checkpoint(self.origin, self.size, tree.root_hash(self.frontier))


class Trail:
    """The signer, its memory, and the watchers of new events. One for each open database."""

    def __init__(self, keys: SigningKeys, memory: SignerMemory) -> None:
        self.keys = keys
        self.memory = memory
        self.verifying = asyncio.Lock()
        """Held while the whole trail is read, so that only one verification runs at a time."""
        self._seen: Checkpoint | None = None
        self._signers: dict[str, Signer] = {}
        self._watchers: set[Callable[[], None]] = set()

    def attach(self, database: Database) -> None:
        """Makes the database's sessions carry the trail."""
        database.carried[_CARRIED] = self

    @staticmethod
    def of(session: Session) -> "Trail":
        """Returns the trail that the session carries."""
        trail = session.info.get(_CARRIED)
        if not isinstance(trail, Trail):
            raise TypeError("the database was opened without its trail: see Trail.attach")
        return trail

    def begin_at(self, checkpoint: Checkpoint) -> None:
        """Takes a checkpoint as the last signed one: from then on, only its continuations are."""
        self._seen = checkpoint

    def signer(self, tip: Tip) -> Signer:
        """Returns the signer with the key in use.

        Raises:
            SignerRefusedError: that key is not available.
        """
        signer = self._signers.get(tip.verifier_key)
        if signer is None:
            found = self.keys.signers(tip.origin)
            self._signers = {str(each.verifier): each for each in found}
            signer = self._signers.get(tip.verifier_key)
        if signer is None:
            raise SignerRefusedError(
                f"The trail is signed with the key {tip.verifier_key}, which is not available."
            )
        return signer

    async def check_continues(self, session: Session, tip: Tip) -> None:
        """Checks that the end of the trail continues what was signed before.

        Raises:
            SignerRefusedError: it does not, so events were removed or changed in the database.
        """
        seen = self._seen
        if seen is None:
            raise SignerRefusedError("the trail was not opened")
        if seen == tip.checkpoint or await continues(session, seen, tip):
            return
        raise SignerRefusedError(
            f"The database does not continue the trail: {seen.size} events were signed with the "
            f"root hash {seen.root.hex()}, and the database has {tip.size}. Nothing is recorded, "
            "and so nothing is changed, until the service is restarted and reports what to do."
        )

    def remember_after_commit(self, session: Session, checkpoint: Checkpoint, note: str) -> None:
        """Remembers a checkpoint, once the session's transaction is committed."""
        first = _SIGNED not in session.info
        session.info[_SIGNED] = (checkpoint, note)
        if first:
            after_commit(session, lambda: self._remember(*session.info[_SIGNED]))

    def watch(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Calls `wake` after each commit that appended here; the returned function ends that."""
        self._watchers.add(wake)
        return lambda: self._watchers.discard(wake)

    async def _remember(self, checkpoint: Checkpoint, note: str) -> None:
        seen = self._seen
        if seen is None or seen.origin != checkpoint.origin or seen.size < checkpoint.size:
            self._seen = checkpoint
        for wake in tuple(self._watchers):
            wake()
        try:
            await asyncio.to_thread(self.memory.remember, checkpoint, note)
        except OSError as error:
            # The change is committed. A crash, too, may leave the memory behind the database.
            reason = f"{self.memory.path}: {error.strerror}"
            _log.error("the signer's memory cannot be written", reason=reason)


async def append(
    session: Session, event: Event, clock: Clock, *, next_signer: Signer | None = None
) -> Appended:
    """Appends an event, which is recorded when the caller's transaction commits.

    Call it late in the transaction: it locks the end of the trail until the commit. Sequence
    numbers are taken from the locked row and so have no gaps. Times never go back: if the clock
    did, the event has the time of the event before it, and the clock's time in `detail`. The clock
    is read under the lock, so that waiting for the lock never looks like a clock that went back.

    Args:
        session: the caller's transaction, of a database that a `Trail` was attached to.
        event: what is to be recorded.
        clock: returns the time.
        next_signer: a key that signs from this event on; the key in use signs this event as well.

    Raises:
        SignerRefusedError: the database does not continue what was signed before.
    """
    trail = Trail.of(session)
    head = await events.lock_head(session)
    tip = Tip.of(head)
    await trail.check_continues(session, tip)
    problem = await head_problem(session, head)
    if problem is not None:
        raise SignerRefusedError(
            f"The end of the trail was changed outside the service: {problem}."
        )
    signers = [trail.signer(tip)]
    ts = write_instant(clock())
    if head.last_ts is not None and ts < head.last_ts:
        event = replace(event, detail={**event.detail, "clock_went_back_to": ts})
        ts = head.last_ts
    place = Place(head.log_id, head.size, head.last_leaf, ts)
    body = write_body(event, place)
    growth = tree.append(tip.frontier, tip.size, tree.leaf_hash(body.encode()))
    leaf = growth.nodes[0].hash.hex()
    await events.insert_event(session, place.seq, body, leaf, place.prev)
    # From the body, which may have shortened texts: a verification has only the body as well.
    await events.insert_search(session, place.seq, event_words(read_body(body)))
    await stored.insert_nodes(session, growth.nodes)
    head.size += 1
    head.frontier = b"".join(growth.frontier)
    head.last_leaf = leaf
    head.last_ts = ts
    if next_signer is not None:
        head.verifier_key = str(next_signer.verifier)
        await stored.insert_key(session, head.size, head.verifier_key)
        signers.insert(0, next_signer)
    session.add(head)
    await sign(session, Tip.of(head), signers)
    return Appended(place.seq, ts)


async def sign(session: Session, tip: Tip, signers: Sequence[Signer]) -> str:
    """Signs the tree head and stores the note; the memory keeps it when the session commits."""
    note = sign_checkpoint(tip.checkpoint, *signers)
    await stored.insert_checkpoint(session, tip.size, note)
    Trail.of(session).remember_after_commit(session, tip.checkpoint, note)
    return note


async def head_problem(session: Session, head: AuditHead) -> str | None:
    """Returns how the head row contradicts the last event: the next event would repeat that."""
    last = await events.event(session, head.size - 1)
    leaf = None if last is None else tree.leaf_hash(last.body.encode()).hex()
    if (head.last_leaf, head.last_ts) != (leaf, None if last is None else last.ts):
        return "the head row has another hash or time than the last event"
    if not (head.origin or "").endswith(f"/{head.log_id}"):
        return "the head row names another trail than the checkpoints"
    return None


async def continues(session: Session, seen: Checkpoint, tip: Tip) -> bool:
    """Returns whether the end of the trail, by its stored nodes, continues a checkpoint."""
    if seen.origin != tip.origin or seen.size > tip.size:
        return False
    coordinates = tree.consistency_coordinates(seen.size, tip.size)
    try:
        path = tree.consistency_path(seen.size, tip.size, await read_nodes(session, coordinates))
    except KeyError:
        return False
    return verify_consistency(seen.size, tip.size, path, seen.root, tip.checkpoint.root)


async def read_nodes(
    session: Session, coordinates: Sequence[tree.Coordinate]
) -> dict[tree.Coordinate, bytes]:
    """Returns the stored nodes at the given coordinates."""
    found = await stored.nodes(session, coordinates)
    return {tree.Coordinate(*each): value for each, value in found.items()}


def read_frontier(data: bytes) -> tree.Frontier:
    """Splits a stored frontier into its hashes."""
    return tuple(data[at : at + tree.HASH_SIZE] for at in range(0, len(data), tree.HASH_SIZE))
