"""What may be asked of the trail: one rule, whichever door the question comes through."""

from dataclasses import dataclass, replace
from typing import Final

from audit.trail import EventFilter
from service.process.paging import MAX_NUMBER

MAX_VALUES: Final = 100
"""Most values in one list: each may cost a search of its own."""


@dataclass(frozen=True, slots=True)
class UnfitFilter:
    """Why a filter cannot be taken: the field, by its name in the API, and what it takes."""

    message: str


def fit_filter(wanted: EventFilter) -> EventFilter | UnfitFilter:
    """The filter with each value once, or what is wrong with it."""
    problem = _problem(wanted)
    if problem is not None:
        return UnfitFilter(problem)
    return replace(
        wanted,
        actions=tuple(dict.fromkeys(wanted.actions)),
        outcomes=tuple(dict.fromkeys(wanted.outcomes)),
        actor_ids=tuple(dict.fromkeys(wanted.actor_ids)),
        fields=tuple(dict.fromkeys(wanted.fields)),
    )


def _problem(wanted: EventFilter) -> str | None:
    lists: dict[str, tuple[str, ...]] = {
        "actions": wanted.actions,
        "outcomes": wanted.outcomes,
        "actorIds": wanted.actor_ids,
        "fields": wanted.fields,
    }
    for name, values in lists.items():
        if len(values) > MAX_VALUES:
            return f"{name} takes at most {MAX_VALUES} values."
    if wanted.revision is not None and not 0 <= wanted.revision <= MAX_NUMBER:
        return f"revision must be between 0 and {MAX_NUMBER}."
    texts = {"correlationId": (wanted.correlation_id or "",), "text": (wanted.text or "",)}
    for name, values in (lists | texts).items():
        if not all(map(_can_be_recorded, values)):
            return f"{name} holds a character that no event can hold."
    return None


def _can_be_recorded(text: str) -> bool:
    """Whether both databases can compare with it: PostgreSQL's texts have no NUL."""
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)
