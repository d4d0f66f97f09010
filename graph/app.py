"""The HTTP app: the only place that opens what the service needs and passes it in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from graph.api.schema import Schema, schema
from graph.callers.authenticator import Authenticator
from graph.callers.rate import Rate
from graph.callers.request_context import RequestContext
from graph.config import Config
from graph.http import health
from graph.http.cors import REQUEST_HEADERS, RESPONSE_HEADERS, Cors
from graph.http.endpoint import HttpEndpoint
from graph.http.error_boundary import ErrorBoundary
from graph.http.playground import ASSET_ROUTE
from graph.http.request_head import RequestHead
from graph.http.trail import audit_routes
from graph.operation.edge import Edge
from graph.operation.execution import Executor
from graph.operation.reading import OperationReader
from graph.operation.trusted_documents import load_trusted_documents
from graph.refusal import HttpRefusal
from graph.watch.metrics import Metrics
from graph.watch.observe import LOG_ONLY, LogObserver, Observers
from graph.watch.telemetry import traces
from graph.ws.endpoint import SocketEndpoint, deny
from service.operate import Started, started
from service.process import Runtime
from service.trail import following

if TYPE_CHECKING:
    from service.access.people import People


_NOTHING: Final = HttpRefusal(404, "NOT_FOUND", "There is nothing at this path.")


@dataclass(frozen=True, slots=True)
class App:
    """The app, and what was found while opening it."""

    asgi: Starlette
    start: Started


@asynccontextmanager
async def create_app(config: Config) -> AsyncIterator[App]:
    """Opens the service and its app, and closes both at the end of the block.

    Raises:
        CannotStartError: the service cannot start before something outside of it is changed.
    """
    with traces(config.otlp_endpoint) as tracing:
        async with started(config.storage, config.testing) as start:
            runtime = replace(start.runtime, anchors=config.anchors)
            metrics = Metrics()
            await metrics.start(runtime)
            observers = Observers((LogObserver(), metrics, *tracing))
            async with following(runtime):
                yield App(compose(config, runtime, schema, metrics, observers), start)


def compose(
    config: Config,
    runtime: Runtime,
    served: Schema = schema,
    metrics: Metrics | None = None,
    observers: Observers = LOG_ONLY,
) -> Starlette:
    """Composes the app around an open runtime.

    Args:
        config: the configuration.
        runtime: the open service.
        served: the schema.
        metrics: the metrics that `/metrics` shows.
        observers: are notified of every operation and refusal.

    Raises:
        CannotStartError: a file that the configuration names cannot be used.
    """
    limits = config.limits
    authenticator = _authenticator(config, runtime)
    edge = Edge(
        runtime=runtime,
        authenticator=authenticator,
        limits=limits,
        reader=OperationReader(served.core, limits),
        executor=Executor(served, limits, observers),
        documents=load_trusted_documents(config.trusted_documents),
        observers=observers,
    )
    pages = health.routes(
        edge, metrics or Metrics(), metrics_need_token=not config.metrics_without_token
    )
    routes = [
        *pages,
        ASSET_ROUTE,
        # Route, not Mount: a Mount would redirect `/graphql` to `/graphql/`.
        Route("/graphql", HttpEndpoint(edge)),
        *audit_routes(edge),
        WebSocketRoute("/graphql", SocketEndpoint(edge, config.cors_origins)),
        WebSocketRoute("/{path:path}", _refuse_socket),
    ]
    app = Starlette(
        routes=routes,
        middleware=_middleware(config),
        exception_handlers={HTTPException: _refuse},
    )
    # Each resource has one path: `/graphql/` is not found instead of redirected.
    app.router.redirect_slashes = False
    return app


def _authenticator(config: Config, runtime: Runtime) -> Authenticator:
    calls, refusals = Rate(config.calls_per_minute), Rate(config.bad_tokens_per_minute)
    people = _people(config, runtime)
    return Authenticator(runtime, calls, refusals, people, seconds=config.query_timeout_seconds)


def _people(config: Config, runtime: Runtime) -> "People | None":
    if config.oidc_issuer is None:
        return None
    from service.access.issuer import IssuerKeys  # noqa: PLC0415 (without an issuer, the service starts faster)
    from service.access.people import People  # noqa: PLC0415 (likewise)

    return People(IssuerKeys(config.oidc_issuer), config.trust, runtime.clock)


def _middleware(config: Config) -> list[Middleware]:
    context = Middleware(RequestContext, trusted_proxies=config.trusted_proxies)
    chain = [context, Middleware(RequestHead)]
    if config.cors_origins:
        chain.append(
            Middleware(
                Cors,
                allow_origins=config.cors_origins,
                allow_methods=("GET", "POST"),
                allow_headers=REQUEST_HEADERS,
                expose_headers=RESPONSE_HEADERS,
            )
        )
    return [*chain, Middleware(ErrorBoundary)]


def _refuse(_request: Request, error: Exception) -> Response:
    """Answers what the router refuses: an unknown path, or a method that the path lacks."""
    if not isinstance(error, HTTPException):
        raise TypeError("registered for HTTPException")
    if error.status_code == _NOTHING.status:
        return _NOTHING.response()
    code = {405: "METHOD_NOT_ALLOWED"}.get(error.status_code, "BAD_REQUEST")
    return HttpRefusal(
        error.status_code, code, error.detail, headers=error.headers or {}
    ).response()


async def _refuse_socket(socket: WebSocket) -> None:
    """Refuses a WebSocket to an unknown path."""
    await deny(socket, _NOTHING)
