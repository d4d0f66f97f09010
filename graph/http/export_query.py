"""The query string of an export. A list is written by repeating its parameter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.datastructures import QueryParams

from graph.refusal import HttpRefusal
from graph.types.base.instant import parse_instant
from service.export import ExportFormat
from service.trail import AuditAction, AuditOutcome, EventFilter, UnfitFilter, fit_filter

_LISTS: Final = ("actions", "outcomes", "actorIds", "fields")
_SINGLE: Final = ("format", "revision", "correlationId", "since", "until", "text", "archive")

_INSTANT: Final = "an instant such as 2026-11-23T07:29:00Z"
_VALUES: Final[Mapping[str, tuple[Callable[[str], object], str]]] = {
    "format": (ExportFormat, "bundle, jsonl, csv or ocsf"),
    "actions": (AuditAction, "an action's name, as in the schema"),
    "outcomes": (AuditOutcome, "an outcome's name, as in the schema"),
    "revision": (int, "a number"),
    "since": (parse_instant, _INSTANT),
    "until": (parse_instant, _INSTANT),
}


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """The requested events and format; or the id of an ended trail, exported whole as a bundle."""

    format: ExportFormat
    events: EventFilter
    archive: str | None = None


def read_export_query(query: QueryParams) -> ExportRequest | HttpRefusal:
    """Reads the query string, and refuses invalid parameters with BAD_USER_INPUT."""
    if set(query) - {*_LISTS, *_SINGLE}:
        names = ", ".join((*_LISTS, *_SINGLE))
        return _bad(f"There is no parameter of that name. The parameters are {names}.")
    for name in _SINGLE:
        if len(query.getlist(name)) > 1:
            return _bad(f"{name} is given more than once, but takes one value.")
    for name, (read, what) in _VALUES.items():
        try:
            for value in query.getlist(name):
                read(value)
        except ValueError:
            return _bad(f"{name} has a value that is not {what}.")
    kind, wanted = _format(query), _filter(query)
    fit = fit_filter(wanted)
    if isinstance(fit, UnfitFilter):
        return _bad(fit.message)
    archive = query.get("archive")
    if archive is not None and (set(query) != {"archive"} or not archive.isprintable()):
        return _bad(
            "archive is the id of an ended trail, and cannot be combined with other parameters."
        )
    return ExportRequest(kind, fit, archive)


def _format(query: QueryParams) -> ExportFormat:
    return ExportFormat(query.get("format", ExportFormat.BUNDLE.value))


def _filter(query: QueryParams) -> EventFilter:
    return EventFilter(
        actions=tuple(map(AuditAction, query.getlist("actions"))),
        outcomes=tuple(map(AuditOutcome, query.getlist("outcomes"))),
        actor_ids=tuple(query.getlist("actorIds")),
        fields=tuple(query.getlist("fields")),
        revision=int(query["revision"]) if "revision" in query else None,
        correlation_id=query.get("correlationId"),
        since=_instant(query, "since"),
        until=_instant(query, "until"),
        text=query.get("text"),
    )


def _instant(query: QueryParams, name: str) -> datetime | None:
    return parse_instant(query[name]) if name in query else None


def _bad(message: str) -> HttpRefusal:
    return HttpRefusal(400, "BAD_USER_INPUT", message)
