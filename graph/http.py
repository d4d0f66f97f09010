"""GraphQL over HTTP: from a request to a context, and from an outcome to a response."""

import json
from collections.abc import Mapping
from typing import Final
from uuid import uuid4

import structlog
from cross_web import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.schema import BaseSchema

from graph.context import Context
from service.access import TokenRefused, authenticate
from service.caller import Caller, Client
from service.runtime import Runtime

MAX_HEADER: Final = 500
_CODES: Final = {405: "METHOD_NOT_ALLOWED", 415: "UNSUPPORTED_MEDIA_TYPE"}

_log = structlog.get_logger()


class Endpoint(GraphQL[Context, None]):
    """The GraphQL endpoint. It answers in JSON whatever happens."""

    def __init__(self, schema: BaseSchema, runtime: Runtime) -> None:
        super().__init__(schema, subscription_protocols=())
        self._runtime = runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, under an id that its log lines have too."""
        request = Request(scope, receive)
        request_id = request.state.request_id = uuid4().hex
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = await self._answer(request)
        response.headers["X-Request-Id"] = request_id
        response.headers["Cache-Control"] = "no-store"
        await response(scope, receive, send)

    async def get_context(
        self,
        request: Request | WebSocket,
        response: Response | WebSocket,  # noqa: ARG002 (Strawberry hands it in by name)
    ) -> Context:
        """Finds out who asks."""
        client = _client_of(request)
        return Context(
            runtime=self._runtime,
            identity=await self._identify(request.headers, client),
            request_id=client.request_id,
        )

    def decode_json(self, data: str | bytes) -> object:
        """A body as JSON; what cannot be a GraphQL request is refused here."""
        try:
            decoded: object = json.loads(data)
        except (ValueError, RecursionError):
            raise HTTPException(400, "The body is not JSON.") from None
        if not isinstance(decoded, dict | list):
            raise HTTPException(400, "The body must be a JSON object with a query.")
        return decoded

    async def _answer(self, request: Request) -> Response:
        try:
            response: Response = await self.run(request)
        except HTTPException as refused:
            code = _CODES.get(refused.status_code, "BAD_REQUEST")
            return _error(refused.status_code, code, refused.reason)
        except Exception:  # noqa: BLE001 (nothing is to reach the caller as it is)
            # The last line of defence: a caller gets an id, the log gets the rest.
            _log.exception("internal error")
            message = f"Something went wrong here. The log has it under {request.state.request_id}."
            return _error(500, "INTERNAL_SERVER_ERROR", message)
        return response

    async def _identify(self, headers: Mapping[str, str], client: Client) -> Caller | TokenRefused:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.casefold() != "bearer" or not token:
            return TokenRefused("missing")
        identity = await authenticate(self._runtime, token.strip(), client)
        if isinstance(identity, TokenRefused):
            _log.info("token refused", reason=identity.reason, address=client.ip)
        return identity


def _client_of(request: Request | WebSocket) -> Client:
    user_agent = request.headers.get("user-agent")
    return Client(
        ip=None if request.client is None else request.client.host,
        ip_source="peer",
        user_agent=None if user_agent is None else user_agent[:MAX_HEADER],
        request_id=request.state.request_id,
        operation=None,
    )


def _error(status: int, code: str, message: str) -> Response:
    body = {"errors": [{"message": message, "extensions": {"code": code}}]}
    return JSONResponse(body, status_code=status)
