"""Appending to the trail, inside the caller's transaction. Nothing here commits.

Whoever opens the database hands the `Trail` in with it (`Trail.attach`): it travels with every
session, so that each appending transaction extends the tree and signs what it then holds.
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
        """The keys at hand, under the trail's name, the newest first; none where there is none."""
        ...

    def add(self) -> bool:
        """Makes a new key and puts it before the others; False where only the operator can."""
        ...


class SignerRefusedError(Exception):
    """The signer will not sign: the database is not a continuation of what it signed before."""


@dataclass(frozen=True, slots=True)
class Appended:
    """Where an event came to stand."""

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
        """From the head row of a trail that was opened."""
        if head.origin is None or head.frontier is None or head.verifier_key is None:
            raise SignerRefusedError("the trail was not opened: its head names no key")
        return cls(head.origin, head.size, read_frontier(head.frontier), head.verifier_key)

    @property
    def checkpoint(self) -> Checkpoint:
        """What it says of itself, unsigned."""
        return Checkpoint(self.origin, self.size, tree.root_hash(self.frontier))


class Trail:
    """The signer, what it remembers, and who waits for events. One for each open database."""

    def __init__(self, keys: SigningKeys, memory: SignerMemory) -> None:
        self.keys = keys
        self.memory = memory
        self.verifying = asyncio.Lock()
        """Held while the whole trail is read, which is not to happen twice at once."""
        self._seen: Checkpoint | None = None
        self._signers: dict[str, Signer] = {}
        self._watchers: set[Callable[[], None]] = set()

    def attach(self, database: Database) -> None:
        """Has the trail travel with the database's sessions."""
        database.carried[_CARRIED] = self

    @staticmethod
    def of(session: Session) -> "Trail":
        """The trail that came with the session."""
        trail = session.info.get(_CARRIED)
        if not isinstance(trail, Trail):
            raise TypeError("the database was opened without its trail: see Trail.attach")
        return trail

    def begin_at(self, checkpoint: Checkpoint) -> None:
        """Takes a checkpoint for what was signed last: from here on only its continuations are."""
        self._seen = checkpoint

    def signer(self, tip: Tip) -> Signer:
        """The key in use.

        Raises:
            SignerRefusedError: it is not at hand.
        """
        signer = self._signers.get(tip.verifier_key)
        if signer is None:
            found = self.keys.signers(tip.origin)
            self._signers = {str(each.verifier): each for each in found}
            signer = self._signers.get(tip.verifier_key)
        if signer is None:
            raise SignerRefusedError(
                f"The trail is signed with the key {tip.verifier_key}, which is not at hand."
            )
        return signer

    async def hold(self, session: Session, tip: Tip) -> None:
        """Sees that the trail's end continues what was signed before.

        Raises:
            SignerRefusedError: it does not: events were removed or changed in the database.
        """
        seen = self._seen
        if seen is None:
            raise SignerRefusedError("the trail was not opened")
        if seen == tip.checkpoint or await continues(session, seen, tip):
            return
        raise SignerRefusedError(
            f"The database does not continue the trail: {seen.size} events were signed with the "
            f"root {seen.root.hex()}, now it has {tip.size}. Nothing is recorded, and so nothing "
            "changed, until the service is started again and says what to do."
        )

    def signed(self, session: Session, checkpoint: Checkpoint, note: str) -> None:
        """Remembers a checkpoint, once the session's transaction stands."""
        first = _SIGNED not in session.info
        session.info[_SIGNED] = (checkpoint, note)
        if first:
            after_commit(session, lambda: self._remember(*session.info[_SIGNED]))

    def watch(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Has `wake` called after each commit that appended here; the answer ends that."""
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
            # The change stands, and a memory that is behind is one that a crash may leave, too.
            reason = f"{self.memory.path}: {error.strerror}"
            _log.error("the signer's memory cannot be written", reason=reason)


async def append(
    session: Session, event: Event, clock: Clock, *, next_signer: Signer | None = None
) -> Appended:
    """Appends an event; it stands when the caller's transaction commits.

    Call it late in the transaction: it locks the trail's end until then. Sequence numbers are
    taken from the locked row and so have no gaps. Times never go back: where the clock did,
    the event carries the time of the one before and says so in `detail`. The clock is read
    behind the lock, so that nobody's waiting looks like a clock that went back.

    Args:
        session: the caller's transaction, of a database that a `Trail` was attached to.
        event: what is to be recorded.
        clock: tells the time.
        next_signer: the key that signs from this event on; the one in use signs it as well.

    Raises:
        SignerRefusedError: the database is not a continuation of what was signed before.
    """
    trail = Trail.of(session)
    head = await events.lock_head(session)
    tip = Tip.of(head)
    await trail.hold(session, tip)
    problem = await head_problem(session, head)
    if problem is not None:
        raise SignerRefusedError(f"The trail's end was changed past the service: {problem}.")
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
    # Of the body, which may have cut the event's texts: so anyone can make the words again.
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
    """Signs what the trail holds, and keeps the note; it is remembered when the session commits."""
    note = sign_checkpoint(tip.checkpoint, *signers)
    await stored.insert_checkpoint(session, tip.size, note)
    Trail.of(session).signed(session, tip.checkpoint, note)
    return note


async def head_problem(session: Session, head: AuditHead) -> str | None:
    """What the head row says of the last event that is not so: the next event would repeat it."""
    last = await events.event(session, head.size - 1)
    leaf = None if last is None else tree.leaf_hash(last.body.encode()).hex()
    if (head.last_leaf, head.last_ts) != (leaf, None if last is None else last.ts):
        return "its record holds another hash or time than the last event"
    if not (head.origin or "").endswith(f"/{head.log_id}"):
        return "its record names another trail than its checkpoints"
    return None


async def continues(session: Session, seen: Checkpoint, tip: Tip) -> bool:
    """Whether the trail's end, by the stored nodes, is a continuation of a checkpoint."""
    if seen.origin != tip.origin or seen.size > tip.size:
        return False
    places = tree.consistency_coordinates(seen.size, tip.size)
    try:
        path = tree.consistency_path(seen.size, tip.size, await read_nodes(session, places))
    except KeyError:
        return False
    return verify_consistency(seen.size, tip.size, path, seen.root, tip.checkpoint.root)


async def read_nodes(
    session: Session, places: Sequence[tree.Coordinate]
) -> dict[tree.Coordinate, bytes]:
    """The stored nodes at some places."""
    found = await stored.nodes(session, places)
    return {tree.Coordinate(*place): value for place, value in found.items()}


def read_frontier(data: bytes) -> tree.Frontier:
    """The hashes of a stored frontier."""
    return tuple(data[at : at + tree.HASH_SIZE] for at in range(0, len(data), tree.HASH_SIZE))
