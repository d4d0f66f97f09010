"""Reads signed notes (c2sp.org/signed-note) and the checkpoints in them (/tlog-checkpoint)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from audit.standalone.formats.encoding import CannotCheckError, decode_base64, decode_decimal
from audit.standalone.formats.keys import KEY_ID_SIZE, KEY_NAME, VerifierKey, is_key_name
from audit.standalone.formats.tree import EMPTY_ROOT, HASH_SIZE

LARGEST_FILE = 1_000_000
MOST_SIGNATURES = 100
_FORBIDDEN = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")
_SIGNATURE_LINE = re.compile(f"\N{EM DASH} ({KEY_NAME}) ([^ ]+)")

SignatureCheck = Callable[[bytes, bytes, bytes], bool]
"""Returns whether a public key made a signature over a text: key, text, signature."""


class Signature(NamedTuple):
    """A signature line of a note: the name and the ID of a key, and the signature."""

    name: str
    key_id: bytes
    value: bytes


class SignedNote(NamedTuple):
    """A text and its signatures, which are not yet checked."""

    text: bytes
    signatures: tuple[Signature, ...]

    def signers(
        self, keys: Iterable[VerifierKey], is_valid: SignatureCheck
    ) -> list[VerifierKey] | str:
        """Returns those of the keys that signed, or the reason why the note is refused.

        Ignores signatures by other keys. An invalid signature by one of the keys refuses the note.
        """
        found: dict[VerifierKey, None] = {}
        for name, key_id, value in self.signatures:
            known = [key for key in keys if (key.name, key.key_id) == (name, key_id)]
            signed = [key for key in known if is_valid(key.public_key, self.text, value)]
            if known and not signed:
                return f"the signature by {known[0].label} is not valid for this text"
            found.update(dict.fromkeys(signed))
        return list(found)


class CheckpointNote(NamedTuple):
    """A signed note with a trail's size and root hash. Its signatures are not yet checked."""

    origin: str
    size: int
    root: bytes
    note: SignedNote


def is_note_text(text: str) -> bool:
    """Returns whether a note may contain a text: newlines, but no other control characters."""
    return _FORBIDDEN.search(text) is None


def parse_note(data: bytes) -> SignedNote:
    """Reads a signed note.

    Raises:
        CannotCheckError: it is not a signed note; the message says why.
    """
    if len(data) > LARGEST_FILE:
        raise CannotCheckError(f"it is larger than {LARGEST_FILE} bytes")
    try:
        note = data.decode("utf-8")
    except ValueError:
        raise CannotCheckError("it is not UTF-8 text") from None
    if not is_note_text(note):
        raise CannotCheckError("it contains control characters, which no signed note does")
    # The text may contain blank lines: the last one separates it from the signatures.
    text, border, tail = note.rpartition("\n\n")
    lines = tail.split("\n")
    if not border or lines.pop() or not lines:
        raise CannotCheckError("it is not a signed note: a text, a blank line and signature lines")
    if len(lines) > MOST_SIGNATURES:
        raise CannotCheckError(f"it has more than {MOST_SIGNATURES} signatures")
    signatures: dict[tuple[str, bytes], Signature] = {}
    for signature in map(_parse_signature, lines):
        # Only a key's first signature counts, as in Go's note package: each check costs time.
        signatures.setdefault((signature.name, signature.key_id), signature)
    return SignedNote(f"{text}\n".encode(), tuple(signatures.values()))


def parse_checkpoint(data: bytes) -> CheckpointNote:
    """Reads a signed checkpoint.

    Raises:
        CannotCheckError: it is not a checkpoint; the message says why.
    """
    note = parse_note(data)
    return CheckpointNote(*parse_statement(note.text.decode()), note)


def parse_statement(text: str) -> tuple[str, int, bytes]:
    """Reads what a checkpoint states: the origin, the size and the root hash, one per line.

    Refuses extension lines, because this trail has none.

    Raises:
        CannotCheckError: the text does not have exactly this form.
    """
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:  # noqa: PLR2004 (three lines, each with its newline)
        raise CannotCheckError("it does not consist of an origin, a size and a root hash")
    origin, size, root = lines[0], decode_decimal(lines[1]), decode_base64(lines[2])
    if not is_key_name(origin) or size is None or root is None or len(root) != HASH_SIZE:
        raise CannotCheckError("its origin, its size or its root hash is malformed")
    if size == 0 and root != EMPTY_ROOT:
        raise CannotCheckError("its size is 0, but its root hash is not that of the empty tree")
    return origin, size, root


def _parse_signature(line: str) -> Signature:
    found = _SIGNATURE_LINE.fullmatch(line)
    data = decode_base64(found[2]) if found else None
    if not found or data is None or len(data) <= KEY_ID_SIZE:
        raise CannotCheckError(f"this is not a signature line: {line[:200]!a}")
    return Signature(found[1], data[:KEY_ID_SIZE], data[KEY_ID_SIZE:])
