"""Where a bundle's keys, notes and hashes come from: the trail in use, or an archived one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from audit.c2sp import WIDTH, HashTile, leaf_hash, node_hash
from db.engine.damage import text_of
from db.engine.database import Database
from db.queries import events
from db.queries import tree as stored
from db.queries.archive_reading import archived_range


class BundleSource(Protocol):
    """A trail from which a bundle can be made."""

    async def keys(self, size: int) -> Sequence[tuple[int, str]]:
        """Returns the verifier keys up to a size of the trail, each with the size it begins at."""
        ...

    async def note(self, size: int) -> str | None:
        """Returns the checkpoint that was signed at a size of the trail."""
        ...

    async def body(self, seq: int) -> str | None:
        """Returns the body of an event."""
        ...

    async def row(self, tile: HashTile) -> Sequence[bytes]:
        """Returns the hashes of a tile, as far as they are stored or can be computed."""
        ...


@dataclass(frozen=True, slots=True)
class LiveTrail:
    """The trail in use."""

    database: Database

    async def keys(self, size: int) -> Sequence[tuple[int, str]]:
        """Reads them from the list of keys."""
        async with self.database.reading() as session:
            rows = await stored.keys(session)
        return [(row.from_size, row.verifier_key) for row in rows if row.from_size <= size]

    async def note(self, size: int) -> str | None:
        """Reads it from the stored checkpoints."""
        async with self.database.reading() as session:
            return await stored.checkpoint_note(session, size)

    async def body(self, seq: int) -> str | None:
        """Reads it from the events."""
        async with self.database.reading() as session:
            row = await events.event(session, seq)
        return None if row is None else text_of(row.body)

    async def row(self, tile: HashTile) -> Sequence[bytes]:
        """Reads them from the stored nodes."""
        first = tile.coordinates[0]
        async with self.database.reading() as session:
            return await stored.node_row(session, first.level, first.idx, tile.width)


@dataclass(frozen=True, slots=True)
class EndedTrail:
    """A trail in the archive. Its hash tree is not stored, because it follows from the events."""

    database: Database
    log_id: str

    async def keys(self, size: int) -> Sequence[tuple[int, str]]:
        """Reads them from the archived keys."""
        return await self._range("key", 0, size)

    async def note(self, size: int) -> str | None:
        """Reads it from the archived checkpoints."""
        found = await self._range("checkpoint", size, size)
        return found[0][1] if found else None

    async def body(self, seq: int) -> str | None:
        """Reads it from the archived events."""
        found = await self._range("event", seq, seq)
        return found[0][1] if found else None

    async def row(self, tile: HashTile) -> Sequence[bytes]:
        """Computes them from the archived events below the tile."""
        first = tile.index * WIDTH
        if tile.level == 0:
            bodies = await self._range("event", first, first + tile.width - 1)
            return [leaf_hash(body.encode()) for _, body in bodies]
        below = range(first, first + tile.width)
        rows = [await self.row(HashTile(tile.level - 1, index)) for index in below]
        return [_root(row) for row in rows if len(row) == WIDTH]

    async def _range(self, kind: str, first: int, last: int) -> Sequence[tuple[int, str]]:
        async with self.database.reading() as session:
            return await archived_range(session, self.log_id, kind, first, last)


def _root(hashes: Sequence[bytes]) -> bytes:
    """Returns the root of a full tile."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(*row[at : at + 2]) for at in range(0, len(row), 2)]
    return row[0]
