"""Writing a bundle: an export that an auditor can verify offline with nothing but Python."""

import asyncio
import io
import zipfile
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Final

from audit.c2sp import encode_hash_tile, hash_tiles
from audit.standalone import joined
from audit.trail import SignedCheckpoint
from service.export.sources import BundleSource

_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the zip: always the same, so that equal exports are equal files."""

_README: Final = """\
This is an export of the trail {origin}, with {size} events.

Verify it:  python3 verify.py
Better:     python3 verify.py --key VERIFIER-KEY --checkpoint FILE
with a verifier key and a checkpoint that you obtained earlier or from elsewhere, and with your own
copy of verify.py: anyone who could change these files could change the one in here, too.

Proven by the export alone: the events are exactly those that the signed checkpoint covers, in this
order. Proven with your key: that key signed the checkpoint. Proven with your checkpoint: since it
was signed, none of the events that it covers was changed, removed, inserted or moved.
Not proven: that no events were cut off after your newest checkpoint, and that what happened was
recorded. A holder of the signing key can invent a whole trail; only a checkpoint that was kept
elsewhere reveals this.
{filtered}
entries.jsonl contains the events (RFC 8785). checkpoint, rotations/ and keys are C2SP notes and
keys. tile/ is the hash tree (c2sp.org/tlog-tiles, RFC 6962). Go's golang.org/x/mod/sumdb/note reads
the notes and keys.
"""
_FILTERED: Final = """
This export is filtered: each event in it can be proven, but not that no event was left out.
"""


class _Buffer(io.RawIOBase):
    """The file that the zip is written to. `take` empties it, so that memory does not grow."""

    def __init__(self) -> None:
        super().__init__()
        self._written: list[bytes] = []

    def writable(self) -> bool:
        """Returns that the buffer can be written to."""
        return True

    def write(self, data: object) -> int:
        """Keeps the bytes until they are taken."""
        chunk = bytes(data)  # type: ignore[call-overload] # any buffer, as the base class has it
        self._written.append(chunk)
        return len(chunk)

    def take(self) -> bytes:
        """Returns what was written since the last call."""
        taken, self._written = b"".join(self._written), []
        return taken


class BundleWriter:
    """Writes one bundle. `filtered` describes the filter; None for a whole trail."""

    def __init__(
        self, source: BundleSource, signed: SignedCheckpoint, filtered: str | None
    ) -> None:
        self._source = source
        self._signed = signed
        self._filtered = filtered
        self._buffer = _Buffer()
        self._zip = zipfile.ZipFile(self._buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6)

    async def write(self, events: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
        """Yields the bytes of the zip, given the lines of the events."""
        # The block closes the zip also when an export breaks off. Otherwise the interpreter would
        # close it later, fail, and print a warning.
        with self._zip:
            await self._write_small()
            yield self._buffer.take()
            with self._zip.open(_named("entries.jsonl"), "w", force_zip64=True) as entries:
                async for lines in events:
                    await asyncio.to_thread(entries.write, lines)
                    yield self._buffer.take()
            async for chunk in self._write_tiles():
                yield chunk
        yield self._buffer.take()

    async def _write_small(self) -> None:
        checkpoint = self._signed.checkpoint
        keys = await self._source.keys(checkpoint.size)
        for from_size, _ in keys[1:]:
            first = await self._source.note(from_size)
            self._put(f"rotations/{from_size}", (first or "").encode())
            event = await self._source.body(from_size - 1)
            self._put(f"rotations/{from_size}.event", (event or "").encode())
        lines = [f"{from_size} {verifier_key}\n" for from_size, verifier_key in keys]
        readme = _README.format(
            origin=checkpoint.origin,
            size=checkpoint.size,
            filtered=_FILTERED if self._filtered else "",
        )
        self._put("README.txt", readme.encode())
        self._put("verify.py", (await asyncio.to_thread(joined)).encode())
        self._put("checkpoint", self._signed.note.encode())
        self._put("keys", "".join(lines).encode())
        if self._filtered is not None:
            self._put("filter", self._filtered.encode() + b"\n")

    async def _write_tiles(self) -> AsyncIterator[bytes]:
        for tile in hash_tiles(self._signed.checkpoint.size):
            row = encode_hash_tile(tile, await self._source.row(tile))
            # A tile of a damaged tree is left out: a verifier computes it from the events.
            if row is not None:
                # Hashes cannot be compressed.
                self._put(tile.path, row, zipfile.ZIP_STORED)
                yield self._buffer.take()

    def _put(self, name: str, data: bytes, method: int = zipfile.ZIP_DEFLATED) -> None:
        self._zip.writestr(_named(name, method), data)


def _named(name: str, method: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _FIRST_DAY)
    info.compress_type = method
    info.external_attr = 0o644 << 16
    return info
