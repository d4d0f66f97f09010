"""C2SP signed notes (c2sp.org/signed-note): a text with the signatures under it.

A note is `text`, a blank line, then a line for each signature:
`— name base64(key ID || signature)`.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from audit.c2sp.encoding import decode_base64, encode_base64
from audit.c2sp.note_keys import Signer, VerifierKey, is_key_name
from audit.c2sp.refusal import RefusalCode, Refused, malformed

MAX_NOTE_BYTES: Final = 1_000_000
MAX_SIGNATURES: Final = 100
_ID_SIZE: Final = 4
_FORBIDDEN: Final = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")
_DASH: Final = "\N{EM DASH} "


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A text whose signatures by known keys all hold; there is at least one."""

    text: str
    signed_by: tuple[VerifierKey, ...]


class _Signature(NamedTuple):
    name: str
    key_id: bytes
    value: bytes


def sign_note(text: str, *signers: Signer) -> str:
    """Write the text with a signature by each signer.

    Raises:
        ValueError: the text is not one that a note can hold, or nobody signs it.
    """
    if not signers:
        raise ValueError("a note is signed by somebody")
    if not text.endswith("\n") or not _is_note_text(text):
        raise ValueError("a note's text ends in a newline and has no other control characters")
    return f"{text}\n" + "".join(_signature_line(text, signer) for signer in signers)


def open_note(note: str, keys: Collection[VerifierKey]) -> OpenedNote | Refused:
    """Check a note against known keys.

    Signatures by keys that are not among `keys` are passed over; one by a known key that does not
    hold refuses the whole note, and so does the want of any that does. Of a key's signatures the
    first counts, as in Go's `sumdb/note`.
    """
    parts = _split_note(note)
    if isinstance(parts, Refused):
        return parts
    text, signatures = parts
    signed_by: dict[VerifierKey, None] = {}
    for signature in signatures:
        known = _known(signature, keys)
        holding = [key for key in known if key.verifies(text.encode(), signature.value)]
        if known and not holding:
            return _invalid(
                f"the signature by {signature.name} does not hold: the text was changed"
            )
        signed_by |= dict.fromkeys(holding)
    if not signed_by:
        names = ", ".join(sorted({signature.name for signature in signatures}))
        return _invalid(f"no known key signed this; signed by {names}")
    return OpenedNote(text, tuple(signed_by))


def _signature_line(text: str, signer: Signer) -> str:
    signature = signer.verifier.key_id + signer.sign(text.encode())
    return f"{_DASH}{signer.verifier.name} {encode_base64(signature)}\n"


def _split_note(note: str) -> tuple[str, list[_Signature]] | Refused:
    if len(note) > MAX_NOTE_BYTES:
        return Refused(RefusalCode.TOO_LARGE, f"a note has at most {MAX_NOTE_BYTES} bytes")
    if not _is_note_text(note):
        return malformed("a note is UTF-8 without control characters other than newlines")
    # The text may hold blank lines itself: the last one is the border.
    text, border, tail = note.rpartition("\n\n")
    if not border or not tail.endswith("\n"):
        return malformed("a note is a text, a blank line and signature lines, each with a newline")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        return Refused(RefusalCode.TOO_LARGE, f"a note has at most {MAX_SIGNATURES} signatures")
    signatures = [found for line in lines if (found := _parse_signature(line)) is not None]
    if len(signatures) < len(lines):
        return malformed("a signature line is not an em dash, a key's name and canonical base64")
    firsts: dict[tuple[str, bytes], _Signature] = {}
    for signature in signatures:
        firsts.setdefault((signature.name, signature.key_id), signature)
    return text + "\n", list(firsts.values())


def _parse_signature(line: str) -> _Signature | None:
    if not line.startswith(_DASH):
        return None
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    data = decode_base64(encoded)
    if not is_key_name(name) or data is None or len(data) <= _ID_SIZE:
        return None
    return _Signature(name, data[:_ID_SIZE], data[_ID_SIZE:])


def _known(signature: _Signature, keys: Iterable[VerifierKey]) -> list[VerifierKey]:
    """Find the keys that a signature names; IDs are short, so two may share one."""
    named = (signature.name, signature.key_id)
    return [key for key in keys if (key.name, key.key_id) == named]


def _is_note_text(text: str) -> bool:
    return _FORBIDDEN.search(text) is None


def _invalid(message: str) -> Refused:
    return Refused(RefusalCode.SIGNATURE_INVALID, message)
