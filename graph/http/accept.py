"""Content negotiation: the `Accept` header (RFC 9110, section 12.5.1)."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple


class MediaType(StrEnum):
    """The media types of an answer."""

    JSON = "application/json"
    GRAPHQL = "application/graphql-response+json"
    EVENTS = "text/event-stream"
    HTML = "text/html"


RESULTS: Final = (MediaType.JSON, MediaType.GRAPHQL)
"""The media types of a single answer. The first is used for `*/*` and without a header."""

_RANGE: Final = re.compile(r"([\w!#$&^.+-]+|\*)/([\w!#$&^.+-]+|\*)", re.ASCII)
_QUALITY: Final = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII)


class _Range(NamedTuple):
    kind: str
    subtype: str
    quality: float
    position: int

    @property
    def specificity(self) -> int:
        return (self.kind != "*") + (self.subtype != "*")

    def matches(self, media_type: MediaType) -> bool:
        kind, _, subtype = media_type.partition("/")
        return self.kind in {"*", kind} and self.subtype in {"*", subtype}


def choose(accept: str | None, offered: Sequence[MediaType]) -> MediaType | None:
    """Returns the offered media type that the client prefers, or None if it accepts none of them.

    Among types of equal quality, a type that the header names wins over a type that only a `*`
    matches; then the header's order decides, then that of `offered`. Without a valid range in the
    header, any type is accepted.
    """
    ranges = _ranges(accept or "")
    if not ranges:
        return offered[0]
    ranked = [
        (best.quality, best.specificity, -best.position, -at, media_type)
        for at, media_type in enumerate(offered)
        if (best := _best(ranges, media_type)) is not None and best.quality > 0
    ]
    return max(ranked)[-1] if ranked else None


def names(accept: str | None, media_type: MediaType) -> bool:
    """Returns whether the client names this media type itself, rather than with a `*`."""
    best = _best(_ranges(accept or ""), media_type)
    return best is not None and best.quality > 0 and best.specificity == 2  # noqa: PLR2004 (both halves)


def _best(ranges: Sequence[_Range], media_type: MediaType) -> _Range | None:
    """Returns the range that applies to a media type: the most specific one."""
    matching = [each for each in ranges if each.matches(media_type)]
    return max(matching, key=lambda each: (each.specificity, -each.position), default=None)


def _ranges(accept: str) -> list[_Range]:
    """Returns the header's media ranges, skipping parts that are malformed."""
    found = []
    for position, part in enumerate(accept.lower().split(",")):
        name, *parameters = (each.strip() for each in part.split(";"))
        matched = _RANGE.fullmatch(name)
        if matched is not None:
            found.append(_Range(matched[1], matched[2], _quality(parameters), position))
    return found


def _quality(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q" and _QUALITY.fullmatch(value.strip()):
            return float(value)
    return 1.0
