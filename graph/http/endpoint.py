"""GraphQL over HTTP: turns a request into an operation, and its answer into a response.

https://graphql.github.io/graphql-over-http/draft/
"""

from typing import Final

from graphql import OperationType
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from graph.callers.request_context import client_of
from graph.http.accept import RESULTS, MediaType, choose, names
from graph.http.body import read_body
from graph.http.playground import playground_page
from graph.http.response import respond, respond_refused
from graph.http.sse import EventStream
from graph.operation.edge import Edge
from graph.operation.execution import Answer
from graph.operation.reading import Operation, Rejected
from graph.operation.request import GraphQLRequest, read_json, request_of, request_of_parameters
from graph.refusal import HttpRefusal, bad_request
from service.process import Caller

_PREFLIGHT_HEADERS: Final = (
    "graphql-require-preflight",
    "apollo-require-preflight",
    "x-apollo-operation-name",
)
_METHODS: Final = {"Allow": "GET, POST"}


class HttpEndpoint:
    """Answers GET and POST. Every answer is JSON, unless the client prefers another media type."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        accept = _accept(request)
        if _wants_page(request, accept):
            return playground_page(request)
        media_type = choose(accept, (*RESULTS, MediaType.EVENTS))
        refused = _refusal(request, media_type)
        if refused is not None:
            return self._refuse(refused, media_type)
        caller = await self._edge.authenticator.admit(
            request.headers.get("authorization"), client_of(request)
        )
        if isinstance(caller, HttpRefusal):
            return self._refuse(caller, media_type)
        parsed = await self._read(request)
        if isinstance(parsed, HttpRefusal):
            return self._refuse(parsed, media_type)
        operation = self._edge.operation(parsed)
        if isinstance(operation, Rejected):
            answer = self._edge.rejected(operation, client_of(request).request_id)
            return self._single(answer, media_type)
        return await self._perform(request, operation, caller, media_type)

    async def _read(self, request: Request) -> GraphQLRequest | HttpRefusal:
        if request.method == "GET":
            return request_of_parameters(request.query_params)
        body = await read_body(request, self._edge.limits)
        if isinstance(body, HttpRefusal):
            return body
        document = read_json(body)
        return document if isinstance(document, HttpRefusal) else request_of(document)

    async def _perform(
        self,
        request: Request,
        operation: Operation,
        caller: Caller,
        media_type: MediaType | None,
    ) -> Response:
        accept = _accept(request)
        context = self._edge.context(caller)
        if operation.kind is OperationType.MUTATION and request.method == "GET":
            message = "Send mutations with POST."
            refusal = HttpRefusal(405, "METHOD_NOT_ALLOWED", message, headers={"Allow": "POST"})
            return self._refuse(refusal, media_type)
        if operation.kind is OperationType.SUBSCRIPTION:
            if not names(accept, MediaType.EVENTS):
                message = "Subscriptions need a WebSocket, or text/event-stream in Accept."
                return self._refuse(HttpRefusal(406, "NOT_ACCEPTABLE", message), media_type)
            media_type = MediaType.EVENTS
        if media_type is MediaType.EVENTS:
            runtime = self._edge.runtime
            follows = operation.kind is OperationType.SUBSCRIPTION
            return EventStream(
                self._edge.executor.stream(operation, context),
                runtime.connections.open(caller),
                runtime.stopping if follows else None,
            )
        return self._single(await self._edge.executor.execute(operation, context), media_type)

    def _refuse(self, refusal: HttpRefusal, media_type: MediaType | None) -> Response:
        self._edge.observers.refusal(refusal.code)
        return respond_refused(refusal, media_type)

    def _single(self, answer: Answer, media_type: MediaType | None) -> Response:
        if media_type is MediaType.EVENTS:
            return EventStream.of(answer)
        return respond(answer, media_type or MediaType.JSON)


def _accept(request: Request) -> str | None:
    """Returns the header `Accept`, which may be sent in several lines."""
    return ", ".join(request.headers.getlist("accept")) or None


def _wants_page(request: Request, accept: str | None) -> bool:
    """Returns whether a browser opens the page, rather than a client sends an operation."""
    asks = {"query", "documentId", "extensions"} & request.query_params.keys()
    return request.method == "GET" and not asks and names(accept, MediaType.HTML)


def _refusal(request: Request, media_type: MediaType | None) -> HttpRefusal | None:
    if request.method not in {"GET", "POST"}:
        message = "Use GET or POST."
        return HttpRefusal(405, "METHOD_NOT_ALLOWED", message, headers=_METHODS)
    if media_type is None:
        message = "Accept application/graphql-response+json or application/json."
        return HttpRefusal(406, "NOT_ACCEPTABLE", message)
    if request.method == "GET" and not any(each in request.headers for each in _PREFLIGHT_HEADERS):
        # A page of another site cannot send this header without a preflight request, so it cannot
        # run operations with a plain link or form (CSRF).
        return bad_request("A GET needs the header `GraphQL-Require-Preflight: 1`.")
    return None
