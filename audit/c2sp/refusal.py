"""Why a note, a key, a checkpoint or a path is refused: a value, never an exception."""

from dataclasses import dataclass
from enum import StrEnum


class RefusalCode(StrEnum):
    """Why something from outside was refused; the words are those of the trail's findings."""

    MALFORMED = "MALFORMED"
    SIGNATURE_INVALID = "SIGNATURE_INVALID"
    ORIGIN_MISMATCH = "ORIGIN_MISMATCH"


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal: a stable code, and a sentence for people with the reason."""

    code: RefusalCode
    message: str


def malformed(message: str) -> Refused:
    """Refuses what is not in its format."""
    return Refused(RefusalCode.MALFORMED, message)
