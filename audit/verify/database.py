"""Verifies a whole trail in its database, in one read transaction.

The rows are read in steps, so that memory does not grow with the trail. Computations run in a
thread, so that a service that verifies itself keeps answering requests.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from audit.c2sp.checkpoint import Checkpoint, stated_by
from audit.c2sp.note_keys import is_signature
from audit.c2sp.tree import leaf_hash
from audit.standalone.events import WRONG_LEAF_HASH, key_recorded_by
from audit.standalone.findings import Findings
from audit.standalone.formats.keys import KeyPeriod, VerifierKey
from audit.standalone.trust import TrustedKeys, compare_keys
from audit.trail.appending import read_frontier
from audit.trail.body import Parsed
from audit.verify.checkpoints import StoredCheckpoints, read_periods
from audit.verify.events import RowChecks, bytes_of
from audit.verify.findings import reading_from
from audit.verify.guards import check_guards
from audit.verify.steps import STEP, Empty, Reader, Row, next_rows
from audit.verify.tree import TreeChecks
from db.engine.database import Session
from db.queries import events
from db.queries import tree as stored
from db.queries.archive_reading import archived_newest
from db.queries.trail_reading import EventRow, LeafRow, count_rows, event_rows, leaf_rows
from db.tables import AuditHead


class Follower(Protocol):
    """Follows the readable events in order, and compares the state that they lead to."""

    def take(self, seq: int, parsed: Parsed) -> None:
        """Follows one event. Called in a thread."""
        ...

    async def compare_due(self, session: Session) -> None:
        """Compares what has been collected so far. Called after each step."""
        ...


@dataclass(frozen=True, slots=True)
class KnownCheckpoint:
    """A checkpoint that was kept elsewhere: the note, and what messages call it."""

    note: str
    name: str


@dataclass(frozen=True, slots=True)
class VerificationOptions:
    """What a verification compares the trail with.

    `quick` limits it to the events' hashes, the tree, the newest checkpoint, the keys and the
    checkpoints kept elsewhere. `on_step` receives how many events are checked, and of how many.
    """

    known: tuple[KnownCheckpoint, ...] = ()
    keys: tuple[VerifierKey, ...] = ()
    follower: Follower | None = None
    on_step: Callable[[int, int], None] | None = None
    quick: bool = False


class DatabaseVerification:
    """One verification. Call `run` once; then `findings` has the results.

    `unproven` is what could not be checked about the checkpoints kept elsewhere.
    """

    def __init__(self, session: Session, options: VerificationOptions, findings: Findings) -> None:
        self.findings = findings
        self._session = session
        self._options = options
        self._tree = TreeChecks(findings, self._known_sizes())
        self._reached = -1
        self._last: EventRow | None = None
        self._last_leaf: bytes | None = None
        self.unproven: tuple[str, ...] = ()

    @property
    def events_checked(self) -> int:
        """The number of events that were checked."""
        return self._tree.size

    async def run(self) -> None:
        """Verifies everything in the database that follows from the trail alone."""
        async with self._reading("the head row, or the keys"):
            head = await events.head(self._session)
            rows = [(row.from_size, row.verifier_key) for row in await stored.keys(self._session)]
            periods = read_periods(rows, self.findings)
            self._tree.want(period.from_size for period in periods[1:])
            await self._run(head, periods)

    async def _run(self, head: AuditHead, periods: Sequence[KeyPeriod]) -> None:
        quick = self._options.quick
        trust = TrustedKeys(periods, self._options.keys, is_signature)
        origin = head.origin or ""
        checkpoints = StoredCheckpoints(self.findings, trust, origin, self._tree, newest_only=quick)
        if quick or not await self._check_events(head, periods, checkpoints):
            async with self._reading("the events"):
                await self._check_leaves(head)
            async with self._reading("the newest checkpoint"):
                await self._check_newest(checkpoints)
        if not quick:
            async with self._reading("the guards"):
                await check_guards(self._session, self.findings)
        async with self._reading("the tree"):
            await self._tree.finish(self._session)
        async with self._reading("the key changes"):
            await self._check_key_changes(periods, checkpoints)
        async with self._reading("the newest checkpoint"):
            newest = await stored.newest_checkpoint(self._session)
            checkpoints.finish(self._tree.size, None if newest is None else newest.note)
        await self._check_known(checkpoints)

    async def _check_events(
        self, head: AuditHead, periods: Sequence[KeyPeriod], checkpoints: StoredCheckpoints
    ) -> bool:
        """Checks all events; returns whether all of their columns could be read."""
        checks = RowChecks(self.findings, head.log_id, self._follow)
        read = False
        async with self._reading("the events' columns"):
            await self._check_rows(head, checks, checkpoints)
            read = True
        if read:
            self._check_head(head, periods)
            self._check_keys(periods, checks.key_changes)
            async with self._reading("the rows other than the events"):
                await self._check_rest(checkpoints)
        return read

    async def _check_rows(
        self, head: AuditHead, checks: RowChecks, checkpoints: StoredCheckpoints
    ) -> None:
        checked = -1
        while batch := await self._next(event_rows, EventRow):
            roots = await asyncio.to_thread(self._check_batch, batch, checks)
            async with self._reading("the tree"):
                await self._tree.compare(self._session)
            async with self._reading("the checkpoints"):
                checked = await self._check_checkpoints(checkpoints, roots, checked)
            if self._options.follower is not None:
                await self._options.follower.compare_due(self._session)
            self._show_step(head)
        async with self._reading("the checkpoints"):
            # The remaining checkpoints state more events than there are.
            while (more := await self._check_checkpoints(checkpoints, None, checked)) > checked:
                checked = more

    def _check_batch(self, batch: Sequence[EventRow], checks: RowChecks) -> dict[int, bytes]:
        """Checks a step's rows and appends them to the tree; returns the root hash at each size."""
        roots = {self._tree.size: self._tree.root}
        for row in batch:
            self._last_leaf = checks.check(row)
            self._tree.grow(self._last_leaf)
            roots[self._tree.size] = self._tree.root
        self._last = batch[-1]
        self._reached = self._last.seq
        return roots

    def _follow(self, seq: int, parsed: Parsed) -> None:
        if self._options.follower is not None:
            self._options.follower.take(seq, parsed)

    async def _check_leaves(self, head: AuditHead) -> None:
        while batch := await self._next(leaf_rows, LeafRow):
            await asyncio.to_thread(self._check_leaf_rows, batch)
            async with self._reading("the tree"):
                await self._tree.compare(self._session)
            self._show_step(head)

    def _check_leaf_rows(self, batch: Sequence[LeafRow]) -> None:
        for row in batch:
            if row.seq != self._tree.size:
                message = f"event {row.seq} is in its place, so events are missing or out of order"
                self.findings.add("SEQUENCE_GAP", self._tree.size, message)
            leaf = leaf_hash(bytes_of(row.body))
            if leaf.hex() != row.leaf:
                self.findings.add("LEAF_MISMATCH", row.seq, WRONG_LEAF_HASH)
            self._tree.grow(leaf)
        self._reached = batch[-1].seq

    async def _next(self, read: Reader[Row], empty: Empty[Row]) -> Sequence[Row]:
        return await next_rows(self._session, self.findings, self._reached, read, empty)

    async def _check_checkpoints(
        self, checkpoints: StoredCheckpoints, roots: dict[int, bytes] | None, after: int
    ) -> int:
        """Checks the stored checkpoints up to the events read; returns the last one's size.

        Args:
            checkpoints: the checks.
            roots: the root hashes at this step's sizes; None for checkpoints beyond the events.
            after: the size of the last checkpoint that was checked.
        """
        found = await stored.checkpoints(self._session, after, STEP + 1)
        due = [(size, note) for size, note in found if roots is None or size in roots]
        await asyncio.to_thread(checkpoints.check_all, due, roots or self._tree.roots)
        return due[-1][0] if due else after

    async def _check_newest(self, checkpoints: StoredCheckpoints) -> None:
        newest = await stored.newest_checkpoint(self._session)
        if newest is not None:
            root = self._tree.root if newest.size == self._tree.size else None
            checkpoints.check(newest.size, newest.note, root)

    async def _check_key_changes(
        self, periods: Sequence[KeyPeriod], checkpoints: StoredCheckpoints
    ) -> None:
        """Checks each later key's first checkpoint, and the event before it."""
        sizes = [period.from_size for period in periods[1:]]
        notes = {size: await stored.checkpoint_note(self._session, size) for size in sizes}
        recorded = [(size, await self._recorded_key(size - 1) or "") for size in sizes]
        checkpoints.check_key_changes(periods, notes, recorded)

    async def _recorded_key(self, seq: int) -> str | None:
        rows = await leaf_rows(self._session, seq - 1, 1)
        try:
            found = rows and rows[0].seq == seq
            return key_recorded_by(json.loads(rows[0].body)) if found else None
        except (ValueError, RecursionError):
            return None

    async def _check_known(self, checkpoints: StoredCheckpoints) -> None:
        for each in self._options.known:
            stated = stated_by(each.note)
            ended = isinstance(stated, Checkpoint) and await self._has_ended(stated.origin)
            checkpoints.check_known(each.note, each.name, has_ended=ended)
        self.unproven = checkpoints.unproven

    async def _has_ended(self, origin: str) -> bool:
        log_id = origin.rpartition("/")[2]
        newest = None
        async with self._reading("the archive"):
            newest = await archived_newest(self._session, log_id, "checkpoint")
        return newest is not None

    def _check_head(self, head: AuditHead, periods: Sequence[KeyPeriod]) -> None:
        expected = {
            "size": self._tree.size,
            "frontier": self._tree.frontier,
            "last_leaf": None if self._last_leaf is None else self._last_leaf.hex(),
            "last_ts": None if self._last is None else self._last.ts,
            "verifier_key": str(periods[-1].key) if periods else None,
        }
        shown = {
            "size": head.size,
            "frontier": read_frontier(head.frontier or b""),
            "last_leaf": head.last_leaf,
            "last_ts": head.last_ts,
            "verifier_key": head.verifier_key,
        }
        wrong = [name for name, value in expected.items() if shown[name] != value]
        if wrong:
            message = f"its {', '.join(wrong)} {'is' if len(wrong) == 1 else 'are'} not the events'"
            if "size" in wrong:
                message += f": it states {head.size} events, and there are {self._tree.size}"
            self.findings.add("HEAD_DIFFERS", None, message)

    def _check_keys(self, periods: Sequence[KeyPeriod], changes: Sequence[tuple[int, str]]) -> None:
        compare_keys(periods, changes, self.findings)
        if self._tree.size and not periods:
            self.findings.add("KEYS_DIFFER", None, "the list of keys is empty")

    async def _check_rest(self, checkpoints: StoredCheckpoints) -> None:
        """Checks that there are no rows except those that were read by their sequence numbers."""
        others = await count_rows(self._session, "audit_event") - self._tree.size
        if others:
            message = f"{others} more events have no valid sequence number"
            self.findings.add("SEQUENCE_ORDER", None, message)
        if await count_rows(self._session, "audit_checkpoint") != checkpoints.count:
            message = "a checkpoint is stored for a size that no trail has"
            self.findings.add("CHECKPOINT_MALFORMED", None, message)
        if await count_rows(self._session, "audit_search") != self._tree.size:
            self.findings.add(
                "SEARCH_DIFFERS", None, "the search has words of something that is not an event"
            )

    def _reading(self, what: str) -> AbstractAsyncContextManager[None]:
        return reading_from(self._session, self.findings, what)

    def _known_sizes(self) -> list[int]:
        stated = [stated_by(each.note) for each in self._options.known]
        return [each.size for each in stated if isinstance(each, Checkpoint)]

    def _show_step(self, head: AuditHead) -> None:
        if self._options.on_step is not None:
            self._options.on_step(self._tree.size, max(head.size, self._tree.size))
