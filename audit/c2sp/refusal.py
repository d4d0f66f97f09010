"""What is said of a proof, note, key or path that does not hold: a value, never an exception."""

from dataclasses import dataclass
from enum import StrEnum


class RefusalCode(StrEnum):
    """Why something from outside was refused; the words are those of the trail's findings."""

    MALFORMED = "MALFORMED"
    TOO_LARGE = "TOO_LARGE"
    SIGNATURE_INVALID = "SIGNATURE_INVALID"
    ORIGIN_MISMATCH = "ORIGIN_MISMATCH"
    LEAF_MISMATCH = "LEAF_MISMATCH"


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal: a stable code, and a sentence for people that says what was seen."""

    code: RefusalCode
    message: str


def malformed(message: str) -> Refused:
    """Refuse what is not in its format at all."""
    return Refused(RefusalCode.MALFORMED, message)
