"""Which form of answer a client takes: the `Accept` header (RFC 9110, section 12.5.1)."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple


class MediaType(StrEnum):
    """The forms of an answer."""

    JSON = "application/json"
    GRAPHQL = "application/graphql-response+json"
    EVENTS = "text/event-stream"
    HTML = "text/html"


RESULTS: Final = (MediaType.JSON, MediaType.GRAPHQL)
"""The forms of a single answer; the first is what `*/*` and no header at all mean."""

_RANGE: Final = re.compile(r"([\w!#$&^.+-]+|\*)/([\w!#$&^.+-]+|\*)", re.ASCII)
_QUALITY: Final = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII)


class _Range(NamedTuple):
    kind: str
    subtype: str
    quality: float
    place: int

    @property
    def precision(self) -> int:
        return (self.kind != "*") + (self.subtype != "*")

    def takes(self, media_type: MediaType) -> bool:
        kind, _, subtype = media_type.partition("/")
        return self.kind in {"*", kind} and self.subtype in {"*", subtype}


def choose(accept: str | None, offered: Sequence[MediaType]) -> MediaType | None:
    """The offered form that the client likes best; None where it takes none of them.

    Of forms liked alike, one that is named goes before one that a `*` covers; then the order of
    the header decides, then that of `offered`. A header that says nothing takes anything.
    """
    ranges = _ranges(accept or "")
    if not ranges:
        return offered[0]
    ranked = [
        (best.quality, best.precision, -best.place, -at, media_type)
        for at, media_type in enumerate(offered)
        if (best := _best(ranges, media_type)) is not None and best.quality > 0
    ]
    return max(ranked)[-1] if ranked else None


def names(accept: str | None, media_type: MediaType) -> bool:
    """Whether the client names this form itself, rather than by a `*`."""
    best = _best(_ranges(accept or ""), media_type)
    return best is not None and best.quality > 0 and best.precision == 2  # noqa: PLR2004 (both halves)


def _best(ranges: Sequence[_Range], media_type: MediaType) -> _Range | None:
    """What the header says of a form: its most precise range decides."""
    matching = [each for each in ranges if each.takes(media_type)]
    return max(matching, key=lambda each: (each.precision, -each.place), default=None)


def _ranges(accept: str) -> list[_Range]:
    """The header's ranges; a part that is none is passed over."""
    found = []
    for place, part in enumerate(accept.lower().split(",")):
        name, *parameters = (each.strip() for each in part.split(";"))
        matched = _RANGE.fullmatch(name)
        if matched is not None:
            found.append(_Range(matched[1], matched[2], _quality(parameters), place))
    return found


def _quality(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q" and _QUALITY.fullmatch(value.strip()):
            return float(value)
    return 1.0
