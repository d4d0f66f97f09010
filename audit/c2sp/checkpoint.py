"""Signs and opens C2SP checkpoints (c2sp.org/tlog-checkpoint): the signed tree heads of a trail."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

from audit.c2sp.note import open_note, sign_note
from audit.c2sp.note_keys import Signer
from audit.c2sp.refusal import RefusalCode, Refused, malformed
from audit.c2sp.tree import EMPTY_ROOT, HASH_SIZE
from audit.standalone.formats.encoding import CannotCheckError, encode_base64
from audit.standalone.formats.keys import VerifierKey, is_key_name
from audit.standalone.formats.notes import parse_statement


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """Returns the text that is signed: the origin, the size and the root hash, one per line."""
    return f"{origin}\n{size}\n{encode_base64(root)}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A trail's unique origin, its size and its root hash.

    Raises:
        ValueError: a checkpoint cannot have these values.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if problem := self._problem():
            raise ValueError(problem)

    def _problem(self) -> str | None:
        if not is_key_name(self.origin):
            return "an origin cannot contain spaces or plus signs: it is also the name of a key"
        if self.size < 0 or len(self.root) != HASH_SIZE:
            return "a checkpoint has a size of at least 0 and a root hash of 32 bytes"
        if self.size == 0 and self.root != EMPTY_ROOT:
            return "the size is 0, but the root hash is not that of the empty tree"
        return None

    @property
    def body(self) -> str:
        """The text that is signed."""
        return checkpoint_text(self.origin, self.size, self.root)

    @classmethod
    def parse(cls, body: str) -> Self | Refused:
        """Reads a text of exactly this form. Refuses extension lines: this trail has none."""
        try:
            return cls(*parse_statement(body))
        except CannotCheckError as problem:
            return malformed(str(problem))


@dataclass(frozen=True, slots=True)
class OpenedCheckpoint:
    """A checkpoint with valid signatures, and the keys that made them."""

    checkpoint: Checkpoint
    signed_by: tuple[VerifierKey, ...]


def sign_checkpoint(checkpoint: Checkpoint, *signers: Signer) -> str:
    """Returns the checkpoint as a signed note.

    Raises:
        ValueError: there is no signer, or a signer's name is not the origin.
    """
    if any(signer.verifier.name != checkpoint.origin for signer in signers):
        raise ValueError("the signers of a checkpoint must have the trail's origin as their name")
    return sign_note(checkpoint.body, *signers)


def open_checkpoint(
    note: str, origin: str, keys: Collection[VerifierKey]
) -> OpenedCheckpoint | Refused:
    """Checks a signed checkpoint of the trail `origin` against the trail's known keys.

    A cosignature by a key with another name (a witness's) does not count: it states what the
    witness saw, and the witness cannot speak for the trail.
    """
    opened = open_note(note, [key for key in keys if key.name == origin])
    if isinstance(opened, Refused):
        return _prefer_origin_mismatch(note, origin, opened)
    checkpoint = Checkpoint.parse(opened.text)
    if isinstance(checkpoint, Refused):
        return checkpoint
    if checkpoint.origin != origin:
        return _foreign(checkpoint.origin, origin)
    return OpenedCheckpoint(checkpoint, opened.signed_by)


def stated_by(note: str) -> Checkpoint | Refused:
    """Returns the checkpoint that a note states, without checking its signatures."""
    text, _, _ = note.rpartition("\n\n")
    return Checkpoint.parse(text + "\n")


def _prefer_origin_mismatch(note: str, origin: str, refusal: Refused) -> Refused:
    """Returns ORIGIN_MISMATCH instead of the refusal if the note is another trail's."""
    claimed, newline, _ = note.partition("\n")
    if refusal.code is RefusalCode.SIGNATURE_INVALID and newline and claimed != origin:
        return _foreign(claimed, origin)
    return refusal


def _foreign(claimed: str, origin: str) -> Refused:
    return Refused(
        RefusalCode.ORIGIN_MISMATCH,
        f"this is a checkpoint of the trail {claimed!r}, not of {origin!r}",
    )
