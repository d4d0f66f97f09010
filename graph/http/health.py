"""Routes for tools: health checks, metrics, and the schema's text."""

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from graph.api.schema import printed_schema
from graph.callers.request_context import client_of
from graph.operation.edge import Edge
from graph.refusal import HttpRefusal
from graph.watch.metrics import Metrics
from service.operate import check_health

METRICS_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


def routes(edge: Edge, metrics: Metrics, *, metrics_need_token: bool) -> list[Route]:
    """Returns the routes."""

    async def ready(_request: Request) -> Response:
        return _health(await check_health(edge.runtime))

    async def figures(request: Request) -> Response:
        if metrics_need_token:
            header = request.headers.get("authorization")
            caller = await edge.authenticator.admit(header, client_of(request))
            if isinstance(caller, HttpRefusal):
                edge.observers.refusal(caller.code)
                return caller.response()
        return Response(await metrics.write(edge.runtime), media_type=METRICS_TYPE)

    text = printed_schema()

    async def sdl(_request: Request) -> Response:
        return PlainTextResponse(text, media_type="application/graphql; charset=utf-8")

    return [
        Route("/health/live", _live),
        Route("/health/ready", ready),
        Route("/metrics", figures),
        Route("/schema.graphql", sdl),
    ]


async def _live(_request: Request) -> Response:
    """Reports that the process answers."""
    return _health({})


def _health(checks: Mapping[str, bool]) -> Response:
    """Reports each check by name. The log has the reason of a failure: this page is public."""
    status = "ok" if all(checks.values()) else "unavailable"
    body = {
        "status": status,
        "checks": {name: "ok" if good else "failed" for name, good in checks.items()},
    }
    return JSONResponse(body, status_code=200 if status == "ok" else 503)
