"""Exporting a trail that has ended, from the archive, as a bundle."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import ClassVar

from audit.c2sp import Checkpoint, stated_by
from audit.trail import SignedCheckpoint, append
from db.queries.archive_reading import archived_newest, archived_range
from service.export.bundle import BundleWriter
from service.export.live import ExportFormat, OnStep, export_event, ignore_steps
from service.export.sources import EndedTrail
from service.process.caller import Caller
from service.process.runtime import Runtime

_BATCH = 500


@dataclass(frozen=True, slots=True)
class NoArchive:
    """There is no such trail in the archive, or it has no checkpoint or key for a bundle."""

    message: str


@dataclass(frozen=True, slots=True)
class ArchiveExport:
    """A recorded export of an ended trail, ready to be streamed once."""

    checkpoint: SignedCheckpoint
    source: EndedTrail

    media_type: ClassVar = "application/zip"

    @property
    def size(self) -> int:
        """How many events the trail had."""
        return self.checkpoint.checkpoint.size

    @property
    def filename(self) -> str:
        """A name for the file, with the ended trail's id."""
        return f"postledger-trail-{self.source.log_id}.zip"

    async def chunks(self, on_step: OnStep = ignore_steps) -> AsyncGenerator[bytes]:
        """Yields the bundle's bytes, and reports to `on_step` how many events were exported."""
        writer = BundleWriter(self.source, self.checkpoint, None)
        async with aclosing(writer.write(self._bodies(on_step))) as written:
            async for chunk in written:
                yield chunk

    async def _bodies(self, on_step: OnStep) -> AsyncIterator[bytes]:
        """Yields the stored bodies, one per line, even if they were changed in the database."""
        database, log_id = self.source.database, self.source.log_id
        for first in range(0, self.size, _BATCH):
            last = min(first + _BATCH, self.size) - 1
            async with database.reading() as session:
                found = await archived_range(session, log_id, "event", first, last)
            yield b"".join(body.encode() + b"\n" for _, body in found)
            on_step(last + 1, self.size)


async def begin_archive_export(
    runtime: Runtime, caller: Caller, log_id: str
) -> ArchiveExport | NoArchive:
    """Records in the trail in use that an ended trail is exported, and returns that export.

    Args:
        runtime: the runtime of the service or of a command.
        caller: who requests the export.
        log_id: the ended trail's id, which is the last part of its origin.
    """
    async with runtime.database.reading() as session:
        newest = await archived_newest(session, log_id, "checkpoint")
        keys = await archived_range(session, log_id, "key", 0, newest[0]) if newest else []
    checkpoint = stated_by(newest[1]) if newest else None
    if newest is None or not isinstance(checkpoint, Checkpoint) or not keys:
        return NoArchive(f"The archive has no trail {log_id} with a checkpoint and a key.")
    event = export_event(caller, ExportFormat.BUNDLE, {"filter": None, "ended_log_id": log_id})
    async with runtime.database.transaction() as session:
        await append(session, event, runtime.clock)
    signed = SignedCheckpoint(checkpoint, newest[1], keys[-1][1])
    return ArchiveExport(signed, EndedTrail(runtime.database, log_id))
