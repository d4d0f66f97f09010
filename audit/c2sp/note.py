"""Signs and opens C2SP signed notes (c2sp.org/signed-note): a text and its signatures.

A note is the text, a blank line, and a signature line for each signer:
`— name base64(key ID || signature)`. The offline verifier's parser reads it here as well.
"""

from collections.abc import Collection
from dataclasses import dataclass

from audit.c2sp.note_keys import Signer, is_signature
from audit.c2sp.refusal import RefusalCode, Refused, malformed
from audit.standalone.formats.encoding import CannotCheckError, encode_base64
from audit.standalone.formats.keys import VerifierKey
from audit.standalone.formats.notes import is_note_text, parse_note


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A text with at least one signature by a known key. All signatures by known keys are valid."""

    text: str
    signed_by: tuple[VerifierKey, ...]


def sign_note(text: str, *signers: Signer) -> str:
    """Returns the text as a note with a signature by each signer.

    Raises:
        ValueError: a note cannot contain the text, or there is no signer.
    """
    if not signers:
        raise ValueError("a note needs a signer")
    if not text.endswith("\n") or not is_note_text(text):
        raise ValueError(
            "a note's text must end in a newline and contain no other control characters"
        )
    return f"{text}\n" + "".join(_signature_line(text, signer) for signer in signers)


def open_note(note: str, keys: Collection[VerifierKey]) -> OpenedNote | Refused:
    """Checks a note against known keys.

    Ignores signatures by unknown keys. Refuses the note if a signature by a known key is invalid,
    or if no known key signed it. Only a key's first signature counts, as in Go's `sumdb/note`.
    """
    try:
        parsed = parse_note(note.encode("utf-8", "surrogatepass"))
    except CannotCheckError as problem:
        return malformed(str(problem))
    signers = parsed.signers(keys, is_signature)
    if isinstance(signers, str):
        return Refused(RefusalCode.SIGNATURE_INVALID, signers)
    if not signers:
        names = ", ".join(sorted({signature.name for signature in parsed.signatures}))
        message = f"no known key signed this; its signature lines name {names}"
        return Refused(RefusalCode.SIGNATURE_INVALID, message)
    return OpenedNote(parsed.text.decode(), tuple(signers))


def _signature_line(text: str, signer: Signer) -> str:
    signature = signer.verifier.key_id + signer.sign(text.encode())
    return f"\N{EM DASH} {signer.verifier.name} {encode_base64(signature)}\n"
