"""Writes the bundle: an export that an auditor can check offline with python3 alone."""

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
"""The date in the zip: none, so that equal exports are equal files."""

_README: Final = """\
An export of the trail {origin}, of {size} events.

Check it:   python3 verify.py
Better:     python3 verify.py --key VERIFIER-KEY --checkpoint FILE
with a verifier key and a checkpoint that you got earlier, or from elsewhere; and with a verify.py
of your own: anyone who could change these files could change that one, too.

Proven, without anything of yours: the events are exactly those, in this order, that the signed
checkpoint states. With your key: that key signed it. With your checkpoint: nothing of what it
covers was changed, removed, inserted or moved since. Not proven: that nothing was cut off after
the newest checkpoint that you have; and a holder of the signing key can make up a whole trail,
which only a checkpoint kept elsewhere shows. What happened but was never recorded is not here.
{filtered}
entries.jsonl holds the events (RFC 8785), checkpoint, rotations/ and keys are C2SP notes and keys,
tile/ is the hash tree (c2sp.org/tlog-tiles, RFC 6962). Go's golang.org/x/mod/sumdb/note reads them.
"""
_FILTERED: Final = """
This export is filtered: each event shown can be proven, but not that none is left out.
"""


class _Drain(io.RawIOBase):
    """Where the zip is written to: what has gathered is taken away again and again."""

    def __init__(self) -> None:
        super().__init__()
        self._gathered: list[bytes] = []

    def writable(self) -> bool:
        """It only takes."""
        return True

    def write(self, data: object) -> int:
        """Gathers."""
        chunk = bytes(data)  # type: ignore[call-overload] # any buffer, as the base class has it
        self._gathered.append(chunk)
        return len(chunk)

    def take(self) -> bytes:
        """What has gathered since the last time."""
        taken, self._gathered = b"".join(self._gathered), []
        return taken


class BundleWriter:
    """Writes one bundle. `filtered` describes the filter; None for a whole trail."""

    def __init__(
        self, source: BundleSource, signed: SignedCheckpoint, filtered: str | None
    ) -> None:
        self._source = source
        self._signed = signed
        self._filtered = filtered
        self._drain = _Drain()
        self._zip = zipfile.ZipFile(self._drain, "w", zipfile.ZIP_DEFLATED, compresslevel=6)

    async def write(self, events: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
        """The zip's bytes, in steps, from the events' lines."""
        # Closed where it breaks off, too: later the interpreter would, and find its parts gone.
        with self._zip:
            await self._write_small()
            yield self._drain.take()
            with self._zip.open(_named("entries.jsonl"), "w", force_zip64=True) as entries:
                async for lines in events:
                    await asyncio.to_thread(entries.write, lines)
                    yield self._drain.take()
            async for chunk in self._write_tiles():
                yield chunk
        yield self._drain.take()

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
            if row is not None:  # if the stored tree is damaged, the events still give theirs
                # Hashes do not shrink.
                self._put(tile.path, row, zipfile.ZIP_STORED)
                yield self._drain.take()

    def _put(self, name: str, data: bytes, method: int = zipfile.ZIP_DEFLATED) -> None:
        self._zip.writestr(_named(name, method), data)


def _named(name: str, method: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _FIRST_DAY)
    info.compress_type = method
    info.external_attr = 0o644 << 16
    return info
