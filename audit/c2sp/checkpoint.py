"""Signs and opens C2SP checkpoints (c2sp.org/tlog-checkpoint): what a trail held at a size."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

from audit.c2sp.note import open_note, sign_note
from audit.c2sp.note_keys import Signer
from audit.c2sp.refusal import RefusalCode, Refused, malformed
from audit.c2sp.tree import EMPTY_ROOT, HASH_SIZE
from audit.standalone.encoding import CannotCheckError, encode_base64
from audit.standalone.keys import VerifierKey, is_key_name
from audit.standalone.notes import parse_statement


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """Returns the text that is signed: origin, size and root, a line each."""
    return f"{origin}\n{size}\n{encode_base64(root)}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A trail's origin, which is unique to it, its size and its root.

    Raises:
        ValueError: no checkpoint can state these values.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if problem := self._problem():
            raise ValueError(problem)

    def _problem(self) -> str | None:
        if not is_key_name(self.origin):
            return "an origin has no spaces and no plus, so that a key can bear its name"
        if self.size < 0 or len(self.root) != HASH_SIZE:
            return "a checkpoint has a size of at least 0 and a root of 32 bytes"
        if self.size == 0 and self.root != EMPTY_ROOT:
            return "an empty tree has only one root, and this is not it"
        return None

    @property
    def body(self) -> str:
        """The text that is signed."""
        return checkpoint_text(self.origin, self.size, self.root)

    @classmethod
    def parse(cls, body: str) -> Self | Refused:
        """Reads a text in exactly that form; extension lines are refused: this trail has none."""
        try:
            return cls(*parse_statement(body))
        except CannotCheckError as problem:
            return malformed(str(problem))


@dataclass(frozen=True, slots=True)
class OpenedCheckpoint:
    """A checkpoint whose signatures are valid, with the keys that made them."""

    checkpoint: Checkpoint
    signed_by: tuple[VerifierKey, ...]


def sign_checkpoint(checkpoint: Checkpoint, *signers: Signer) -> str:
    """Writes the signed note.

    Raises:
        ValueError: there is no signer, or a signer's name is not the origin.
    """
    if any(signer.verifier.name != checkpoint.origin for signer in signers):
        raise ValueError("a trail's checkpoints are signed under the trail's own name")
    return sign_note(checkpoint.body, *signers)


def open_checkpoint(
    note: str, origin: str, keys: Collection[VerifierKey]
) -> OpenedCheckpoint | Refused:
    """Checks a signed checkpoint of the trail `origin` against its known keys.

    A cosignature by a key under another name (a witness's) vouches for what the witness saw, not
    for the trail, and so does not count.
    """
    opened = open_note(note, [key for key in keys if key.name == origin])
    if isinstance(opened, Refused):
        return _rather_its_origin(note, origin, opened)
    checkpoint = Checkpoint.parse(opened.text)
    if isinstance(checkpoint, Refused):
        return checkpoint
    if checkpoint.origin != origin:
        return _foreign(checkpoint.origin, origin)
    return OpenedCheckpoint(checkpoint, opened.signed_by)


def stated_by(note: str) -> Checkpoint | Refused:
    """Returns what a note states, without a look at its signatures."""
    text, _, _ = note.rpartition("\n\n")
    return Checkpoint.parse(text + "\n")


def _rather_its_origin(note: str, origin: str, refusal: Refused) -> Refused:
    """Returns ORIGIN_MISMATCH instead, if another trail's name is why no key of ours signed it."""
    claimed, newline, _ = note.partition("\n")
    if refusal.code is RefusalCode.SIGNATURE_INVALID and newline and claimed != origin:
        return _foreign(claimed, origin)
    return refusal


def _foreign(claimed: str, origin: str) -> Refused:
    return Refused(
        RefusalCode.ORIGIN_MISMATCH,
        f"this is a checkpoint of {claimed!r}, another trail than {origin!r}",
    )
