"""The published formats that the trail uses, as pure functions on bytes and text.

- The Merkle tree of RFC 6962: `tree`. Checking consistency proofs: `consistency`.
- Signing keys: `note_keys`. Signed notes (c2sp.org/signed-note): `note`.
- Checkpoints (c2sp.org/tlog-checkpoint): `checkpoint`.
- Tiles (c2sp.org/tlog-tiles): `tiles`.
- Why input is refused: `refusal`.

`audit.standalone` reads notes and verifier keys, and checks inclusion proofs.
"""

from audit.c2sp.checkpoint import Checkpoint, stated_by
from audit.c2sp.note_keys import Signer, parse_verifier_key
from audit.c2sp.refusal import Refused
from audit.c2sp.tiles import (
    WIDTH,
    EntryBundle,
    HashTile,
    encode_entry_bundle,
    encode_hash_tile,
    hash_tiles,
    parse_path,
)
from audit.c2sp.tree import leaf_hash, node_hash
from audit.standalone.formats.keys import VerifierKey

__all__ = [
    "WIDTH",
    "Checkpoint",
    "EntryBundle",
    "HashTile",
    "Refused",
    "Signer",
    "VerifierKey",
    "encode_entry_bundle",
    "encode_hash_tile",
    "hash_tiles",
    "leaf_hash",
    "node_hash",
    "parse_path",
    "parse_verifier_key",
    "stated_by",
]
