"""The trail over plain HTTP: exports, and the log as C2SP tiles for monitors."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from graph.edge import Edge
from graph.entrance import client_of
from graph.refusal import Refusal
from service.caller import Caller, Permission
from service.denials import record_denied
from service.export import EventFilter, ExportFormat, begin_export
from service.log_paths import LogFile, log_checkpoint, log_tile
from service.trail import AuditAction, AuditOutcome

_LISTS: Final = ("actions", "outcomes", "actorIds", "fields")
_SINGLE: Final = ("format", "revision", "correlationId", "since", "until", "text")
_FOR_EVER: Final = "private, max-age=31536000, immutable"


def audit_routes(edge: Edge) -> list[Route]:
    """The routes. Every one needs a token whose role may read the trail."""
    runtime, door = edge.runtime, _Door(edge)

    async def export(request: Request, caller: Caller) -> Response:
        asked = _asked(request)
        if isinstance(asked, Refusal):
            return asked.response()
        kind, wanted = asked
        found = await begin_export(runtime, caller, kind, wanted)
        headers = {"Content-Disposition": f'attachment; filename="{found.filename}"'}
        return StreamingResponse(found.chunks(), media_type=found.media_type, headers=headers)

    async def checkpoint(_request: Request, _caller: Caller) -> Response:
        return _file(await log_checkpoint(runtime))

    async def tile(request: Request, _caller: Caller) -> Response:
        return _file(await log_tile(runtime, f"tile/{request.path_params['place']}"))

    return [
        Route("/audit/export", door("/audit/export", export)),
        Route("/audit/log/checkpoint", door("/audit/log", checkpoint)),
        Route("/audit/log/tile/{place:path}", door("/audit/log", tile)),
    ]


class _Door:
    """Lets those in who may read the trail. Who may not is counted, and if known, recorded."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    def __call__(
        self, name: str, answer: Callable[[Request, Caller], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            caller = await self._admit(request, name)
            if isinstance(caller, Refusal):
                self._edge.observers.refusal(caller.code)
                return caller.response()
            return await answer(request, caller)

        return guarded

    async def _admit(self, request: Request, name: str) -> Caller | Refusal:
        authorization = request.headers.get("authorization")
        caller = await self._edge.gate.admit(authorization, client_of(request))
        if isinstance(caller, Refusal) or caller.may(Permission.READ_TRAIL):
            return caller
        await record_denied(self._edge.runtime, caller, [name])
        message = f"This needs the permission READ_TRAIL; your role is {caller.role}."
        return Refusal(403, "FORBIDDEN", message)


def _file(found: LogFile | None) -> Response:
    if found is None:
        return Refusal(404, "NOT_FOUND", "There is nothing at this path.").response()
    headers = {"Cache-Control": _FOR_EVER} if found.immutable else {}
    return Response(found.content, media_type=found.media_type, headers=headers)


def _asked(request: Request) -> tuple[ExportFormat, EventFilter] | Refusal:
    """What the query string asks for; lists are given by repeating a name."""
    query = request.query_params
    unknown = set(query) - {*_LISTS, *_SINGLE}
    if unknown:
        names = ", ".join((*_LISTS, *_SINGLE))
        return _bad(f"There is no parameter of that name; there are {names}.")
    try:
        kind = ExportFormat(query.get("format", ExportFormat.BUNDLE.value))
        wanted = EventFilter(
            actions=tuple(map(AuditAction, query.getlist("actions"))),
            outcomes=tuple(map(AuditOutcome, query.getlist("outcomes"))),
            actor_ids=tuple(query.getlist("actorIds")),
            fields=tuple(query.getlist("fields")),
            revision=int(query["revision"]) if "revision" in query else None,
            correlation_id=query.get("correlationId"),
            since=_instant(query.get("since")),
            until=_instant(query.get("until")),
            text=query.get("text"),
        )
    except ValueError:
        return _bad(
            "A parameter has a value that it cannot have: format is bundle, jsonl, csv or ocsf; "
            "actions and outcomes are named as in the schema; since and until are instants such "
            "as 2026-11-23T07:29:00Z; revision is a number."
        )
    return kind, wanted


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant needs an offset")
    return instant


def _bad(message: str) -> Refusal:
    return Refusal(400, "BAD_USER_INPUT", message)
