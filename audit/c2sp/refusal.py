"""Why a note, a key, a checkpoint or a tile's path is refused: a value, never an exception."""

from dataclasses import dataclass
from enum import StrEnum


class RefusalCode(StrEnum):
    """Why outside input was refused, in words that the trail's findings use as well."""

    MALFORMED = "MALFORMED"
    SIGNATURE_INVALID = "SIGNATURE_INVALID"
    ORIGIN_MISMATCH = "ORIGIN_MISMATCH"


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal: a stable code, and the reason as text for people."""

    code: RefusalCode
    message: str


def malformed(message: str) -> Refused:
    """Returns the refusal of input that is not in its format."""
    return Refused(RefusalCode.MALFORMED, message)
