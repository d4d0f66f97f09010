"""The trail over plain HTTP: exports, and the log as C2SP tiles for monitors."""

import base64
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from graph.callers.request_context import client_of
from graph.http.export_query import read_export_query
from graph.operation.edge import Edge
from graph.refusal import HttpRefusal
from service.access import record_denied
from service.export import ArchiveExport, Export, NoArchive, begin_archive_export, begin_export
from service.process import MAX_NUMBER, Caller, Permission
from service.trail import FILE_EXTENSION, LogFile, log_checkpoint, log_proof, log_tile

CHECKPOINT_HEADER: Final = "X-Postledger-Checkpoint"
"""A header of every export: its checkpoint, the whole signed note in base64."""

_IMMUTABLE: Final = "private, max-age=31536000, immutable"


def audit_routes(edge: Edge) -> list[Route]:
    """Returns the routes. Each requires a token whose role may read the trail."""
    runtime, guard = edge.runtime, _Guard(edge)

    async def export(request: Request, caller: Caller) -> Response | HttpRefusal:
        wanted = read_export_query(request.query_params)
        if isinstance(wanted, HttpRefusal):
            return wanted
        if wanted.archive is None:
            found: Export | ArchiveExport | NoArchive
            found = await begin_export(runtime, caller, wanted.format, wanted.events)
        else:
            found = await begin_archive_export(runtime, caller, wanted.archive)
        if isinstance(found, NoArchive):
            return HttpRefusal(404, "NOT_FOUND", found.message)
        headers = {
            "Content-Disposition": f'attachment; filename="{found.filename}"',
            # In base64, since the note has line breaks, which a header cannot contain.
            CHECKPOINT_HEADER: base64.b64encode(found.checkpoint.note.encode()).decode(),
        }
        return StreamingResponse(found.chunks(), media_type=found.media_type, headers=headers)

    async def checkpoint(_request: Request, _caller: Caller) -> Response | HttpRefusal:
        return _file(await log_checkpoint(runtime))

    async def tile(request: Request, _caller: Caller) -> Response | HttpRefusal:
        return _file(await log_tile(runtime, f"tile/{request.path_params['place']}"))

    async def proof(request: Request, _caller: Caller) -> Response | HttpRefusal:
        sequence = min(request.path_params["sequence"], MAX_NUMBER)
        return _file(await log_proof(runtime, sequence))

    exporting = Route("/audit/export", guard("/audit/export", export))
    # Starlette would answer HEAD like GET: it would record an export that sends nothing.
    exporting.methods = {"GET"}
    return [
        exporting,
        Route("/audit/log/checkpoint", guard("/audit/log", checkpoint)),
        Route("/audit/log/tile/{place:path}", guard("/audit/log", tile)),
        Route(f"/audit/log/proof/{{sequence:int}}{FILE_EXTENSION}", guard("/audit/log", proof)),
    ]


class _Guard:
    """Admits callers who may read the trail. Counts refusals; records those of known callers."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    def __call__(
        self, name: str, answer: Callable[[Request, Caller], Awaitable[Response | HttpRefusal]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            caller = await self._admit(request, name)
            found = caller if isinstance(caller, HttpRefusal) else await answer(request, caller)
            if not isinstance(found, HttpRefusal):
                return found
            self._edge.observers.refusal(found.code)
            return found.response()

        return guarded

    async def _admit(self, request: Request, name: str) -> Caller | HttpRefusal:
        authorization = request.headers.get("authorization")
        caller = await self._edge.authenticator.admit(authorization, client_of(request))
        if isinstance(caller, HttpRefusal) or caller.may(Permission.READ_TRAIL):
            return caller
        await record_denied(self._edge.runtime, caller, [name])
        message = f"This needs the permission READ_TRAIL; your role is {caller.role}."
        return HttpRefusal(403, "FORBIDDEN", message)


def _file(found: LogFile | None) -> Response | HttpRefusal:
    if found is None:
        return HttpRefusal(404, "NOT_FOUND", "There is nothing at this path.")
    headers = {"Cache-Control": _IMMUTABLE} if found.immutable else {}
    return Response(found.content, media_type=found.media_type, headers=headers)
