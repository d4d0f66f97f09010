"""The trail as files: C2SP tiles, which any monitor can follow, and proofs of single events."""

from dataclasses import dataclass

from audit.c2sp import EntryBundle, Refused, encode_entry_bundle, encode_hash_tile, parse_path
from audit.trail import NoProof, prove_inclusion, read_checkpoint, write_tlog_proof
from db.queries import events
from db.queries import tree as stored
from service.process.runtime import Runtime


@dataclass(frozen=True, slots=True)
class LogFile:
    """A file of the log. Tiles are immutable, the checkpoint and the proofs are not."""

    content: bytes
    media_type: str
    immutable: bool


async def log_checkpoint(runtime: Runtime) -> LogFile | None:
    """Returns the newest checkpoint, or None if it is missing or damaged."""
    async with runtime.database.reading() as session:
        signed = await read_checkpoint(session, None)
    if isinstance(signed, NoProof):
        return None
    return LogFile(signed.note.encode(), "text/plain; charset=utf-8", immutable=False)


async def log_proof(runtime: Runtime, sequence: int) -> LogFile | None:
    """Returns an event with the proof that the trail contains it, or None if there is no proof."""
    async with runtime.database.reading() as session:
        proof = await prove_inclusion(session, sequence, None)
    if isinstance(proof, NoProof):
        return None
    return LogFile(write_tlog_proof(proof).encode(), "text/plain; charset=utf-8", immutable=False)


async def log_tile(runtime: Runtime, path: str) -> LogFile | None:
    """Returns the tile at a path `tile/<level or entries>/<index>[.p/<width>]`.

    Returns None if the path is malformed, or if the trail does not have this tile (yet).
    """
    tile = parse_path(path)
    if isinstance(tile, Refused):
        return None
    async with runtime.database.reading() as session:
        size = (await events.head(session)).size
        if not tile.is_within(size):
            return None
        if isinstance(tile, EntryBundle):
            bodies = await events.bodies(session, tile.entries.start, tile.width)
            content = encode_entry_bundle(tile, [body.encode() for body in bodies])
        else:
            first = tile.coordinates[0]
            row = await stored.node_row(session, first.level, first.idx, tile.width)
            content = encode_hash_tile(tile, row)
    if content is None:
        return None
    return LogFile(content, "application/octet-stream", immutable=True)
