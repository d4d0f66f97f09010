"""Verifying the trail: against itself, checkpoints kept elsewhere, and the rest of the database."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from audit.c2sp import Checkpoint, Refused, VerifierKey, parse_verifier_key, stated_by
from audit.standalone import CannotCheckError, find_checkpoints, run_verifier, without_size
from audit.trail import NoProof, SignedCheckpoint, Trail, has_followed, read_checkpoint
from audit.verify import (
    DatabaseVerification,
    Finding,
    Findings,
    KnownCheckpoint,
    VerificationOptions,
    reading,
    reading_from,
)
from db.engine.database import Session
from db.queries.trail_reading import check_search_index
from service.process.runtime import Runtime
from service.verify.replay import Replay


@dataclass(frozen=True, slots=True)
class VerificationRequest:
    """What to verify the trail against: checkpoints and verifier keys that were kept elsewhere.

    Each checkpoint is a signed note and the name that findings give it. `quick` limits the
    verification to the events' hashes, the tree, the newest checkpoint, the keys, and the
    checkpoints kept elsewhere. `on_step` receives how many events were checked, and how many there
    are.
    """

    checkpoints: tuple[tuple[str, str], ...] = ()
    keys: tuple[str, ...] = ()
    quick: bool = False
    on_step: Callable[[int, int], None] | None = None


@dataclass(frozen=True, slots=True)
class TrailVerification:
    """The result of a verification.

    `checkpoint` is the newest stored one, or None if it cannot be read. `remembered` is true if the
    trail was also checked against the signer's memory. `unproven` lists what the given keys could
    not check; this is not a finding.
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
        """Whether there are no findings."""
        return not self.findings


@dataclass(frozen=True, slots=True)
class NotAKey:
    """A text that is not a verifier key; the message says why."""

    message: str


@dataclass(frozen=True, slots=True)
class NotACheckpoint:
    """A file without a checkpoint; the message says why."""

    message: str


def read_kept_checkpoints(data: bytes) -> tuple[str, ...] | NotACheckpoint:
    """Returns the signed checkpoints in a file that was kept elsewhere.

    The rules are those of the offline verifier, `verify.py`.
    """
    try:
        return tuple(note.decode() for note in find_checkpoints(data))
    except CannotCheckError as problem:
        return NotACheckpoint(str(problem))


async def verify_trail(
    runtime: Runtime, request: VerificationRequest | None = None
) -> TrailVerification | NotAKey:
    """Verifies the trail in the database.

    It works on a trail that the signer refuses to open, too. The signer's memory counts as a
    checkpoint that was kept elsewhere.
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
    # The memory is read before the database's snapshot is taken. If it were read afterwards, an
    # event appended in between would make the memory look ahead of the database.
    known = [KnownCheckpoint(_cleaned(note), name) for note, name in request.checkpoints]
    remembered = runtime.trail.memory.note
    async with runtime.database.reading() as session:
        if remembered is not None:
            known += await _memory(session, runtime.trail, remembered)
        options = VerificationOptions(
            known=tuple(known),
            keys=keys,
            follower=replay,
            on_step=request.on_step,
            quick=request.quick,
        )
        verification = DatabaseVerification(session, options, findings)
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


async def _memory(session: Session, trail: Trail, note: str) -> list[KnownCheckpoint]:
    """Returns the signer's memory as a checkpoint, unless it is of the trail that was reopened.

    The memory is of that older trail if another machine reopened it and no service has started on
    this one since. The new trail's first event proves the succession, so this is not a finding.
    """
    stated = stated_by(note)
    # Damage to the first event is ignored here, because the verification itself reports it.
    async with reading_from(session, Findings(), "the trail's beginning"):
        if isinstance(stated, Checkpoint) and await has_followed(session, trail, stated):
            return []
    return [KnownCheckpoint(note, "the signer's memory")]


async def _check_search(runtime: Runtime, findings: Findings) -> None:
    async with runtime.database.transaction() as session:
        if not await check_search_index(session):
            message = "the index of the text search does not match the words that it is made from"
            findings.add("SEARCH_DIFFERS", None, message)


def verify_export(arguments: Sequence[str]) -> int:
    """Runs the offline verifier with command-line arguments, and returns its exit status."""
    return run_verifier(arguments)


def _keys(texts: Sequence[str]) -> tuple[VerifierKey, ...] | NotAKey:
    keys = []
    for text in texts:
        key = parse_verifier_key(without_size(text))
        if isinstance(key, Refused):
            return NotAKey(key.message)
        keys.append(key)
    return tuple(keys)


def _cleaned(note: str) -> str:
    """Removes what an editor, a mail program or a form adds to a note.

    These are a byte order mark, Windows line ends, and blank lines before and after the note.
    """
    return note.removeprefix("\ufeff").replace("\r\n", "\n").strip("\n") + "\n"
