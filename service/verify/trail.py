"""Verifying the trail: against itself, checkpoints kept elsewhere, the settings and the tokens."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from audit.c2sp import Checkpoint, Refused, VerifierKey, parse_verifier_key, stated_by
from audit.standalone import CannotCheckError, kept_in, run_verifier, without_size
from audit.trail import NoProof, SignedCheckpoint, Trail, has_followed, read_checkpoint
from audit.verify import (
    Asked,
    DatabaseVerification,
    Finding,
    Findings,
    Outside,
    reading,
    reading_from,
)
from db.engine.database import Session
from db.queries.trail_reading import check_search_index
from service.process.runtime import Runtime
from service.verify.replay import Replay


@dataclass(frozen=True, slots=True)
class VerificationRequest:
    """What is known from elsewhere: signed notes, each with a name, and verifier keys.

    `quick` limits it to the events' hashes, the tree and the checkpoints. `on_step` receives how
    many events are checked, and of how many.
    """

    checkpoints: tuple[tuple[str, str], ...] = ()
    keys: tuple[str, ...] = ()
    quick: bool = False
    on_step: Callable[[int, int], None] | None = None


@dataclass(frozen=True, slots=True)
class TrailVerification:
    """What was found. `checkpoint` is the newest stored one, None where none can be read.

    `remembered` says whether the trail was checked against the signer's memory as well.
    `unproven` is what could not be checked with the keys that were given; it is no finding.
    """

    findings: tuple[Finding, ...]
    events_checked: int
    checkpoint: SignedCheckpoint | None
    checked_at: datetime
    duration_ms: int
    remembered: bool
    unproven: tuple[str, ...] = ()

    @property
    def intact(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


@dataclass(frozen=True, slots=True)
class NotAKey:
    """The text is not a verifier key; the message says why."""

    message: str


@dataclass(frozen=True, slots=True)
class NotACheckpoint:
    """The file holds no checkpoint; the message says why."""

    message: str


def read_kept_checkpoints(data: bytes) -> tuple[str, ...] | NotACheckpoint:
    """Returns the signed checkpoints in a kept file, as `verify.py` reads it."""
    try:
        return tuple(note.decode() for note in kept_in(data))
    except CannotCheckError as problem:
        return NotACheckpoint(str(problem))


async def verify_trail(
    runtime: Runtime, request: VerificationRequest | None = None
) -> TrailVerification | NotAKey:
    """Verifies the trail in the database, which need not be open for appending.

    The signer's memory counts as a checkpoint that was kept elsewhere.
    """
    request = request or VerificationRequest()
    keys = _keys(request.keys)
    if isinstance(keys, NotAKey):
        return keys
    async with runtime.trail.verifying:
        return await _verify(runtime, request, keys)


async def _verify(
    runtime: Runtime, request: VerificationRequest, keys: tuple[VerifierKey, ...]
) -> TrailVerification:
    began, now = time.monotonic(), runtime.clock()
    findings = Findings()
    replay = Replay.of(runtime.scope, runtime.keys, findings)
    # Read before the view of the database is opened: later it could be ahead of that.
    outside = [Outside(_proper(note), name) for note, name in request.checkpoints]
    remembered = runtime.trail.memory.note
    async with runtime.database.reading() as session:
        if remembered is not None:
            outside += await _memory(session, runtime.trail, remembered)
        asked = Asked(
            outside=tuple(outside),
            keys=keys,
            follower=replay,
            on_step=request.on_step,
            quick=request.quick,
        )
        verification = DatabaseVerification(session, asked, findings)
        await verification.run()
        if not request.quick:
            await replay.compare(session)
        newest: SignedCheckpoint | NoProof = NoProof("It cannot be read.")
        async with reading_from(session, findings, "the newest checkpoint"):
            newest = await read_checkpoint(session, None)
    if not request.quick:
        with reading(findings, "the search"):
            await _check_search(runtime, findings)
    return TrailVerification(
        findings=tuple(findings.values()),
        events_checked=verification.events_checked,
        checkpoint=None if isinstance(newest, NoProof) else newest,
        checked_at=now,
        duration_ms=int((time.monotonic() - began) * 1000),
        remembered=remembered is not None,
        unproven=verification.unproven,
    )


async def _memory(session: Session, trail: Trail, note: str) -> list[Outside]:
    """The signer's memory, but not of the trail before: no service has started here since then."""
    stated = stated_by(note)
    # What cannot be read here is found in its place.
    async with reading_from(session, Findings(), "the trail's beginning"):
        if isinstance(stated, Checkpoint) and await has_followed(session, trail, stated):
            return []
    return [Outside(note, "the signer's memory")]


async def _check_search(runtime: Runtime, findings: Findings) -> None:
    async with runtime.database.transaction() as session:
        if not await check_search_index(session):
            findings.add("SEARCH_DIFFERS", None, "the search's index is not that of its words")


def verify_export(arguments: Sequence[str]) -> int:
    """Runs the offline verifier on an export, with its arguments; returns its exit status."""
    return run_verifier(arguments)


def _keys(texts: Sequence[str]) -> tuple[VerifierKey, ...] | NotAKey:
    keys = []
    for text in texts:
        key = parse_verifier_key(without_size(text))
        if isinstance(key, Refused):
            return NotAKey(key.message)
        keys.append(key)
    return tuple(keys)


def _proper(note: str) -> str:
    """A note as it was before an editor, a mail program or a form marked it or its line ends."""
    return note.removeprefix("\ufeff").replace("\r\n", "\n").strip("\n") + "\n"
