"""C2SP proofs in one file (c2sp.org/tlog-proof): that an event stands in the trail, offline."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Self

from audit.checkpoint import OpenedCheckpoint, open_checkpoint
from audit.encoding import decode_base64, decode_decimal, encode_base64
from audit.note_keys import VerifierKey
from audit.refusal import RefusalCode, Refused, malformed
from audit.tree import HASH_SIZE
from audit.tree_verify import verify_inclusion

FILE_EXTENSION: Final = ".tlog-proof"
_HEADER: Final = "c2sp.org/tlog-proof@v1"
_EXTRA: Final = "extra "
_INDEX: Final = "index "
_LONGEST_PATH: Final = 63


@dataclass(frozen=True, slots=True)
class TlogProof:
    """Where a leaf stands, its audit path (leaf's sibling first), and the signed checkpoint.

    `extra` is for the application and is vouched for by nothing.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def __str__(self) -> str:
        """Give the file's text."""
        lines = [_HEADER]
        if self.extra is not None:
            lines.append(_EXTRA + encode_base64(self.extra))
        lines.append(f"{_INDEX}{self.index}")
        lines += [encode_base64(each) for each in self.path]
        return "\n".join(lines) + "\n\n" + self.checkpoint

    @classmethod
    def parse(cls, text: str) -> Self | Refused:
        """Read a file's text. Nothing is proven before `verify`."""
        head, border, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if not border or lines[0] != _HEADER:
            return malformed(f"a proof begins with {_HEADER} and ends with a checkpoint")
        extra = None
        if lines[1:2] and lines[1].startswith(_EXTRA):
            extra = decode_base64(lines.pop(1).removeprefix(_EXTRA))
            if extra is None:
                return malformed("the proof's extra data is not canonical base64")
        index = _parse_index(lines[1] if lines[1:] else "")
        if index is None:
            return malformed("a proof names its leaf: index and a decimal without leading zero")
        path = _parse_path(lines[2:])
        if path is None:
            return malformed("a proof's path is at most 63 lines, each 32 bytes in base64")
        return cls(index, path, checkpoint, extra)

    def verify(
        self, leaf: bytes, origin: str, keys: Collection[VerifierKey]
    ) -> OpenedCheckpoint | Refused:
        """Tell whether the event with that leaf hash stands at `index` in the trail `origin`."""
        opened = open_checkpoint(self.checkpoint, origin, keys)
        if isinstance(opened, Refused):
            return opened
        head = opened.checkpoint
        if not verify_inclusion(leaf, self.index, head.size, self.path, head.root):
            return Refused(
                RefusalCode.LEAF_MISMATCH,
                f"the path does not lead from this event at {self.index} to the signed root",
            )
        return opened


def _parse_index(line: str) -> int | None:
    return decode_decimal(line.removeprefix(_INDEX)) if line.startswith(_INDEX) else None


def _parse_path(lines: list[str]) -> tuple[bytes, ...] | None:
    hashes = [decode_base64(line) for line in lines[: _LONGEST_PATH + 1]]
    path = tuple(each for each in hashes if each is not None and len(each) == HASH_SIZE)
    return path if len(path) == len(lines) <= _LONGEST_PATH else None
