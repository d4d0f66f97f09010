"""Exporting the trail in use: recorded as an event, then streamed in constant memory."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias, TypeVar

from audit.event import AuditAction, AuditOutcome, Detail, Event
from audit.trail import (
    EventFilter,
    NoProof,
    Recorded,
    SignedCheckpoint,
    append,
    read_bodies,
    read_checkpoint,
    read_events,
)
from db.engine.database import Session
from db.instant import write_instant
from db.queries.keyset import Window
from service.export.bundle import BundleWriter
from service.export.formats import CSV_HEADER, csv_line, ocsf_line
from service.export.sources import LiveTrail
from service.process.caller import Caller
from service.process.runtime import Runtime

TARGET: Final = "trail"
_BATCH: Final = 500

T = TypeVar("T")

_Read: TypeAlias = Callable[[Session, Window, EventFilter], Awaitable[Sequence[T]]]
"""Reads the events of a window, newest first."""

OnStep: TypeAlias = Callable[[int, int], None]
"""Receives the progress of an export: how many events it is past, and how many there are."""


def ignore_steps(_done: int, _total: int) -> None:
    """Ignores the progress of an export."""


class ExportFormat(StrEnum):
    """The format of an export.

    BUNDLE: a zip with the events and everything that proves them. JSONL: the exact bytes of the
    events, one per line. CSV: for a spreadsheet. OCSF: an event of class 3004 per line, for a SIEM.
    """

    BUNDLE = "bundle"
    JSONL = "jsonl"
    CSV = "csv"
    OCSF = "ocsf"


@dataclass(frozen=True, slots=True)
class Export:
    """A recorded export, ready to be streamed once."""

    format: ExportFormat
    wanted: EventFilter
    checkpoint: SignedCheckpoint
    runtime: Runtime

    @property
    def media_type(self) -> str:
        """Its MIME type."""
        return {
            ExportFormat.BUNDLE: "application/zip",
            ExportFormat.JSONL: "application/jsonl",
            ExportFormat.CSV: "text/csv; charset=utf-8",
            ExportFormat.OCSF: "application/jsonl",
        }[self.format]

    @property
    def filename(self) -> str:
        """A name for the file, with the size of the exported trail."""
        kind = {ExportFormat.BUNDLE: "zip", ExportFormat.OCSF: "ocsf.jsonl"}
        suffix = kind.get(self.format, self.format.value)
        return f"postledger-trail-{self.checkpoint.checkpoint.size}.{suffix}"

    @property
    def size(self) -> int:
        """How many events the trail has; a filtered export may contain fewer."""
        return self.checkpoint.checkpoint.size

    async def chunks(self, on_step: OnStep = ignore_steps) -> AsyncGenerator[bytes]:
        """Yields the bytes of the export.

        Args:
            on_step: receives the progress; events that the filter leaves out count, too.
        """
        if self.format is ExportFormat.BUNDLE:
            source = LiveTrail(self.runtime.database)
            writer = BundleWriter(source, self.checkpoint, _described(self.wanted))
            async with aclosing(writer.write(self._bodies(on_step))) as written:
                async for chunk in written:
                    yield chunk
            return
        if self.format is ExportFormat.JSONL:
            async for bodies in self._bodies(on_step):
                yield bodies
            return
        if self.format is ExportFormat.CSV:
            yield CSV_HEADER
        async for batch in self._batches(on_step, read_events, lambda event: event.seq):
            yield b"".join(self._line(each) for each in batch)

    def _line(self, recorded: Recorded) -> bytes:
        if self.format is ExportFormat.CSV:
            return csv_line(recorded)
        return ocsf_line(recorded, self.checkpoint.checkpoint.origin)

    async def _bodies(self, on_step: OnStep) -> AsyncIterator[bytes]:
        """Yields the stored bodies, one per line, even if they were changed in the database."""
        async for batch in self._batches(on_step, read_bodies, lambda event: event[0]):
            yield b"".join(body.encode() + b"\n" for _, body in batch)

    async def _batches(
        self, on_step: OnStep, read: _Read[T], number: Callable[[T], int]
    ) -> AsyncIterator[Sequence[T]]:
        """Yields the events that the checkpoint covers, oldest first."""
        last = -1
        while True:
            window = Window(_BATCH, above=last, below=self.size, newest=False)
            async with self.runtime.database.reading() as session:
                found = await read(session, window, self.wanted)
            if not found:
                on_step(self.size, self.size)
                return
            last = number(found[0])
            yield found[::-1]
            on_step(last + 1, self.size)


async def begin_export(
    runtime: Runtime, caller: Caller, kind: ExportFormat, wanted: EventFilter | None = None
) -> Export:
    """Records that the trail is exported, and returns that export, which ends with this event."""
    wanted = wanted or EventFilter()
    event = export_event(caller, kind, {"filter": _described(wanted)})
    async with runtime.database.transaction() as session:
        appended = await append(session, event, runtime.clock)
        checkpoint = await read_checkpoint(session, appended.seq + 1)
    if isinstance(checkpoint, NoProof):
        raise TypeError("an event is appended with its checkpoint")
    return Export(kind, wanted, checkpoint, runtime)


def export_event(caller: Caller, kind: ExportFormat, what: Detail) -> Event:
    """Builds the event of an export; `what` says which part of which trail is exported."""
    return caller.event(
        AuditAction.AUDIT_EXPORTED,
        AuditOutcome.SUCCEEDED,
        TARGET,
        detail={"format": kind.value, **what},
    )


def _described(wanted: EventFilter) -> str | None:
    """Returns the filter as JSON, or None if it has no condition."""
    given = {
        name: write_instant(value) if isinstance(value, datetime) else value
        for name, value in asdict(wanted).items()
        if value not in (None, ())
    }
    return json.dumps(given, ensure_ascii=False, sort_keys=True) if given else None
