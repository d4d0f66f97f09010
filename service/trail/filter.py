"""Checking a filter of events: the same rules for GraphQL, exports over HTTP and commands."""

from dataclasses import dataclass, replace
from typing import Final

from audit.trail import EventFilter
from service.process.paging import MAX_NUMBER

MAX_VALUES: Final = 100
"""The most values in one list, because each value may need its own search."""


@dataclass(frozen=True, slots=True)
class UnfitFilter:
    """A filter that is not valid. The message names the field as the API does, and its rule."""

    message: str


def fit_filter(wanted: EventFilter) -> EventFilter | UnfitFilter:
    """Checks a filter, and returns it without repeated values, or what is wrong with it."""
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
            return f"{name} holds a character that no event can contain."
    return None


def _can_be_recorded(text: str) -> bool:
    """Returns whether an event can contain the text: PostgreSQL stores no NUL or lone surrogate."""
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)
