"""The trail over plain HTTP: exports, and the log as C2SP tiles for monitors."""

import base64
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from graph.callers.request_context import client_of
from graph.http.export_query import asked_export
from graph.operation.edge import Edge
from graph.refusal import HttpRefusal
from service.access import record_denied
from service.export import ArchiveExport, Export, NoArchive, begin_archive_export, begin_export
from service.process import MAX_NUMBER, Caller, Permission
from service.trail import FILE_EXTENSION, LogFile, log_checkpoint, log_proof, log_tile

CHECKPOINT_HEADER: Final = "X-Postledger-Checkpoint"
"""With every export: its checkpoint, the whole signed note in base64."""

_FOR_EVER: Final = "private, max-age=31536000, immutable"


def audit_routes(edge: Edge) -> list[Route]:
    """The routes. Every one needs a token whose role may read the trail."""
    runtime, door = edge.runtime, _Door(edge)

    async def export(request: Request, caller: Caller) -> Response | HttpRefusal:
        asked = asked_export(request.query_params)
        if isinstance(asked, HttpRefusal):
            return asked
        if asked.archive is None:
            found: Export | ArchiveExport | NoArchive
            found = await begin_export(runtime, caller, asked.format, asked.wanted)
        else:
            found = await begin_archive_export(runtime, caller, asked.archive)
        if isinstance(found, NoArchive):
            return HttpRefusal(404, "NOT_FOUND", found.message)
        headers = {
            "Content-Disposition": f'attachment; filename="{found.filename}"',
            # The note has line ends, which a header cannot have.
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

    exporting = Route("/audit/export", door("/audit/export", export))
    # Starlette would do for HEAD all that it does for GET: nothing exported, and recorded as such.
    exporting.methods = {"GET"}
    return [
        exporting,
        Route("/audit/log/checkpoint", door("/audit/log", checkpoint)),
        Route("/audit/log/tile/{place:path}", door("/audit/log", tile)),
        Route(f"/audit/log/proof/{{sequence:int}}{FILE_EXTENSION}", door("/audit/log", proof)),
    ]


class _Door:
    """Lets those in who may read the trail. Who may not is counted, and if known, recorded."""

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
    headers = {"Cache-Control": _FOR_EVER} if found.immutable else {}
    return Response(found.content, media_type=found.media_type, headers=headers)
