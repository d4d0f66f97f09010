"""One WebSocket connection, which runs many operations at a time until one side closes it."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, aclosing, suppress
from http import HTTPStatus
from typing import Final

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from graph.callers.request_context import client_of
from graph.errors import coded
from graph.http.response import write_json
from graph.operation.edge import Edge
from graph.operation.execution import Answer
from graph.operation.reading import Rejected
from graph.refusal import HttpRefusal, internal_error
from graph.ws.messages import (
    Close,
    Complete,
    Init,
    InvalidMessage,
    Ping,
    Subscribe,
    read_message,
)
from service.process import Caller, ConnectionEnd, OpenConnection, cancel_all

INIT_SECONDS: Final = 10.0

_log = structlog.get_logger()


class _CloseNowError(Exception):
    """Closes the connection, with a code and a reason."""

    def __init__(self, code: Close, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Connection:
    """One connection: its session and its running operations."""

    def __init__(self, edge: Edge, socket: WebSocket, init_seconds: float) -> None:
        self._edge = edge
        self._socket = socket
        self._init_seconds = init_seconds
        self._session: OpenConnection | None = None
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._sending = asyncio.Lock()
        self._initialized = asyncio.Event()

    async def serve(self) -> None:
        """Answers messages until one side closes the connection."""
        async with AsyncExitStack() as stack:
            reading = asyncio.create_task(self._read(stack))
            initializing = asyncio.create_task(self._await_init())
            try:
                await asyncio.wait({reading, initializing}, return_when=asyncio.FIRST_COMPLETED)
                if initializing.done():
                    initializing.result()
                await reading
            except _CloseNowError as closing:
                await self._close(closing)
            except WebSocketDisconnect:
                pass
            except Exception:  # noqa: BLE001 (on any failure, the client gets an id)
                await self._close(self._failure(Close.FAILED))
            finally:
                await cancel_all([reading, initializing, *self._operations.values()])

    async def _await_init(self) -> None:
        try:
            await asyncio.wait_for(self._initialized.wait(), self._init_seconds)
        except TimeoutError:
            reason = "No connection_init arrived in time."
            raise _CloseNowError(Close.INITIALIZATION_TIMEOUT, reason) from None

    async def _read(self, stack: AsyncExitStack) -> None:
        ended: asyncio.Task[bool] | None = None
        while True:
            receiving = asyncio.create_task(self._receive())
            waited = {receiving} if ended is None else {receiving, ended}
            try:
                await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
                self._close_if_session_ended()
                text = receiving.result()
            finally:
                await cancel_all([receiving])
            session = await self._handle(text, stack)
            if session is not None:
                ended = asyncio.create_task(session.ended.wait())
                stack.push_async_callback(cancel_all, [ended])

    def _close_if_session_ended(self) -> None:
        """Closes the connection if its token ended, even if a message arrived in the meantime."""
        if self._session is None or not self._session.is_over():
            return
        if self._session.end is ConnectionEnd.TOKEN_ENDED:
            raise _CloseNowError(Close.FORBIDDEN, "The access token is no longer valid.")
        reason = "The service cannot check whether the access token is still valid."
        raise _CloseNowError(Close.TRY_AGAIN_LATER, reason)

    async def _receive(self) -> str:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1000))
        text = message.get("text")
        if text is None:
            raise _CloseNowError(Close.BAD_MESSAGE, "Messages must be text.")
        if len(text) > self._edge.limits.body_bytes:
            raise _CloseNowError(Close.TOO_LARGE, "The message is too large.")
        return str(text)

    async def _handle(self, text: str, stack: AsyncExitStack) -> OpenConnection | None:
        """Handles a message. Returns the session if the message began it."""
        match read_message(text):
            case Init(authorization):
                return await self._initialize(authorization, stack)
            case Ping():
                await self._send({"type": "pong"})
            case Subscribe() as subscribe:
                await self._begin(subscribe)
            case Complete(id=identifier):
                task = self._operations.pop(identifier, None)
                if task is not None:
                    task.cancel()
            case InvalidMessage(reason):
                raise _CloseNowError(Close.BAD_MESSAGE, reason)
        return None

    async def _initialize(self, authorization: str | None, stack: AsyncExitStack) -> OpenConnection:
        if self._initialized.is_set():
            raise _CloseNowError(Close.TOO_MANY_INITIALIZATIONS, "connection_init was sent twice.")
        self._initialized.set()
        caller = await self._admit(authorization or self._socket.headers.get("authorization"))
        runtime = self._edge.runtime
        self._session = await stack.enter_async_context(runtime.connections.open(caller))
        await self._send({"type": "connection_ack"})
        return self._session

    async def _admit(self, authorization: str | None) -> Caller:
        try:
            caller = await self._edge.authenticator.admit(authorization, client_of(self._socket))
        except Exception:  # noqa: BLE001 (on any failure, the client gets an id)
            # Clients connect again after this code, but not after FAILED.
            raise self._failure(Close.TRY_AGAIN_LATER) from None
        if isinstance(caller, HttpRefusal):
            self._edge.observers.refusal(caller.code)
            temporary = caller.status == HTTPStatus.SERVICE_UNAVAILABLE
            code = Close.TRY_AGAIN_LATER if temporary else Close.FORBIDDEN
            raise _CloseNowError(code, caller.message)
        return caller

    def _failure(self, code: Close) -> "_CloseNowError":
        """Logs an unexpected exception, and returns the end of the connection that it causes."""
        _log.exception("internal error")
        request_id = client_of(self._socket).request_id
        return _CloseNowError(code, f"Internal error, logged under {request_id}.")

    async def _begin(self, subscribe: Subscribe) -> None:
        if self._session is None:
            raise _CloseNowError(Close.NOT_INITIALIZED, "Send connection_init first.")
        caller = self._session.caller
        if subscribe.id in self._operations:
            raise _CloseNowError(Close.ID_IN_USE, f"Subscriber for {subscribe.id} already exists")
        too_often = self._edge.authenticator.count(caller)
        if isinstance(subscribe.request, HttpRefusal):
            await self._refuse(subscribe.id, [subscribe.request.error])
        elif too_often is not None:
            await self._refuse(subscribe.id, [too_often.error])
        elif len(self._operations) >= self._edge.limits.operations:
            # Without `retryAfterSeconds`: the service cannot know when an operation will end.
            message = "Too many operations are running on this connection: end one first."
            error = coded("RATE_LIMITED", message)
            await self._refuse(subscribe.id, [dict(error.formatted)])
        else:
            task = asyncio.create_task(self._run(subscribe, caller))
            self._operations[subscribe.id] = task

    async def _run(self, subscribe: Subscribe, caller: Caller) -> None:
        """Runs one operation and sends its results."""
        try:
            await self._answer(subscribe, caller)
        except WebSocketDisconnect:
            # `_read` notices it too, and ends the connection.
            pass
        except Exception:  # noqa: BLE001 (the client must see no exception)
            _log.exception("internal error")
            failure = internal_error(client_of(self._socket).request_id)
            await self._refuse(subscribe.id, [failure.error])
        finally:
            if self._operations.get(subscribe.id) is asyncio.current_task():
                del self._operations[subscribe.id]

    async def _answer(self, subscribe: Subscribe, caller: Caller) -> None:
        if isinstance(subscribe.request, HttpRefusal):
            raise TypeError("a refused request was answered already")
        operation = self._edge.operation(subscribe.request)
        if isinstance(operation, Rejected):
            request_id = client_of(self._socket).request_id
            await self._refuse_answer(subscribe.id, self._edge.rejected(operation, request_id))
            return
        stream = self._edge.executor.stream(operation, self._edge.context(caller))
        async with aclosing(stream) as answers:
            async for answer in answers:
                if not answer.executed:
                    await self._refuse_answer(subscribe.id, answer)
                    return
                await self._send({"id": subscribe.id, "type": "next", "payload": answer.formatted})
        # Removed before the message is sent: the client may use the id again at once.
        self._operations.pop(subscribe.id, None)
        await self._send({"id": subscribe.id, "type": "complete"})

    async def _refuse_answer(self, identifier: str, answer: Answer) -> None:
        await self._refuse(identifier, [dict(each.formatted) for each in answer.errors])

    async def _refuse(self, identifier: str, errors: Sequence[object]) -> None:
        if self._operations.get(identifier) is asyncio.current_task():
            del self._operations[identifier]
        await self._send({"id": identifier, "type": "error", "payload": list(errors)})

    async def _send(self, message: dict[str, object]) -> None:
        """Sends one message at a time. The protocol disconnects a client that does not read."""
        async with self._sending:
            await self._socket.send_text(write_json(message))

    async def _close(self, closing: _CloseNowError) -> None:
        if self._socket.application_state is WebSocketState.CONNECTED:
            with suppress(RuntimeError, WebSocketDisconnect):
                await self._socket.close(closing.code, closing.reason[:100])
