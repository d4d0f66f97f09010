"""One WebSocket: any operation, many at a time, until one side goes."""

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
SEND_SECONDS: Final = 30.0

_log = structlog.get_logger()


class _CloseNowError(Exception):
    """Ends the connection, with a code and a reason."""

    def __init__(self, code: Close, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Connection:
    """One connection: who it is, and what is under way on it."""

    def __init__(self, edge: Edge, socket: WebSocket, init_seconds: float) -> None:
        self._edge = edge
        self._socket = socket
        self._init_seconds = init_seconds
        self._session: OpenConnection | None = None
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._sending = asyncio.Lock()
        self._introduced = asyncio.Event()

    async def serve(self) -> None:
        """Answers what is asked, until one side goes."""
        async with AsyncExitStack() as stack:
            reading = asyncio.create_task(self._read(stack))
            initialising = asyncio.create_task(self._await_introduction())
            try:
                await asyncio.wait({reading, initialising}, return_when=asyncio.FIRST_COMPLETED)
                if initialising.done():
                    initialising.result()
                await reading
            except _CloseNowError as closing:
                await self._close(closing)
            except TimeoutError:
                await self._close(_CloseNowError(Close.TOO_SLOW, "Messages were not taken."))
            except WebSocketDisconnect:
                pass
            except Exception:  # noqa: BLE001 (whatever it is, the client gets an id)
                await self._close(self._failure(Close.FAILED))
            finally:
                await cancel_all([reading, initialising, *self._operations.values()])

    async def _await_introduction(self) -> None:
        try:
            await asyncio.wait_for(self._introduced.wait(), self._init_seconds)
        except TimeoutError:
            reason = "No connection_init came."
            raise _CloseNowError(Close.INITIALISATION_TIMEOUT, reason) from None

    async def _read(self, stack: AsyncExitStack) -> None:
        ended: asyncio.Task[bool] | None = None
        while True:
            receiving = asyncio.create_task(self._receive())
            waited = {receiving} if ended is None else {receiving, ended}
            try:
                await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
                self._let_go_if_over()
                text = receiving.result()
            finally:
                await cancel_all([receiving])
            session = await self._take(text, stack)
            if session is not None:
                ended = asyncio.create_task(session.ended.wait())
                stack.push_async_callback(cancel_all, [ended])

    def _let_go_if_over(self) -> None:
        """Closes where the token is known to have ended, whatever was said meanwhile."""
        if self._session is None or not self._session.is_over():
            return
        if self._session.end is ConnectionEnd.TOKEN_ENDED:
            raise _CloseNowError(Close.FORBIDDEN, "The access token has ended.")
        reason = "Nobody can tell whether the access token still holds."
        raise _CloseNowError(Close.TRY_AGAIN_LATER, reason)

    async def _receive(self) -> str:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1000))
        text = message.get("text")
        if text is None:
            raise _CloseNowError(Close.BAD_MESSAGE, "Messages are text.")
        if len(text) > self._edge.limits.body_bytes:
            raise _CloseNowError(Close.TOO_LARGE, "The message is too large.")
        return str(text)

    async def _take(self, text: str, stack: AsyncExitStack) -> OpenConnection | None:
        """Does what a message says; gives the session where one began."""
        match read_message(text):
            case Init(authorization):
                return await self._introduce(authorization, stack)
            case Ping():
                await self._send({"type": "pong"})
            case Subscribe() as asked:
                await self._begin(asked)
            case Complete(id=identifier):
                task = self._operations.pop(identifier, None)
                if task is not None:
                    task.cancel()
            case InvalidMessage(reason):
                raise _CloseNowError(Close.BAD_MESSAGE, reason)
        return None

    async def _introduce(self, authorization: str | None, stack: AsyncExitStack) -> OpenConnection:
        if self._introduced.is_set():
            raise _CloseNowError(Close.TOO_MANY_INITIALISATIONS, "connection_init came twice.")
        self._introduced.set()
        caller = await self._admit(authorization or self._socket.headers.get("authorization"))
        runtime = self._edge.runtime
        self._session = await stack.enter_async_context(runtime.connections.open(caller))
        await self._send({"type": "connection_ack"})
        return self._session

    async def _admit(self, authorization: str | None) -> Caller:
        try:
            caller = await self._edge.authenticator.admit(authorization, client_of(self._socket))
        except Exception:  # noqa: BLE001 (whatever it is, the client gets an id)
            # Clients come back after this, and not after FAILED.
            raise self._failure(Close.TRY_AGAIN_LATER) from None
        if isinstance(caller, HttpRefusal):
            self._edge.observers.refusal(caller.code)
            passes = caller.status == HTTPStatus.SERVICE_UNAVAILABLE
            code = Close.TRY_AGAIN_LATER if passes else Close.FORBIDDEN
            raise _CloseNowError(code, caller.message)
        return caller

    def _failure(self, code: Close) -> "_CloseNowError":
        """Why a connection ends by what nobody foresaw, which is in the log."""
        _log.exception("internal error")
        request_id = client_of(self._socket).request_id
        return _CloseNowError(code, f"The service's log has it under {request_id}.")

    async def _begin(self, asked: Subscribe) -> None:
        if self._session is None:
            raise _CloseNowError(Close.NOT_INITIALISED, "Say connection_init first.")
        caller = self._session.caller
        if asked.id in self._operations:
            raise _CloseNowError(Close.ID_IN_USE, f"Subscriber for {asked.id} already exists")
        too_often = self._edge.authenticator.count(caller)
        if isinstance(asked.request, HttpRefusal):
            await self._refuse(asked.id, [asked.request.error])
        elif too_often is not None:
            await self._refuse(asked.id, [too_often.error])
        elif len(self._operations) >= self._edge.limits.operations:
            # Nobody knows when one ends, so nobody is told when to come back.
            message = "Too many operations are under way on this connection: end one first."
            error = coded("RATE_LIMITED", message)
            await self._refuse(asked.id, [dict(error.formatted)])
        else:
            task = asyncio.create_task(self._run(asked, caller))
            self._operations[asked.id] = task

    async def _run(self, asked: Subscribe, caller: Caller) -> None:
        """Carries out one operation, and says what comes of it."""
        try:
            await self._answer(asked, caller)
        except (WebSocketDisconnect, TimeoutError):
            # Nobody is there to be told, or takes nothing any more.
            await self._close(_CloseNowError(Close.TOO_SLOW, "Messages were not taken."))
        except Exception:  # noqa: BLE001 (nothing is to reach the caller as it is)
            _log.exception("internal error")
            failure = internal_error(client_of(self._socket).request_id)
            await self._refuse(asked.id, [failure.error])
        finally:
            if self._operations.get(asked.id) is asyncio.current_task():
                del self._operations[asked.id]

    async def _answer(self, asked: Subscribe, caller: Caller) -> None:
        if isinstance(asked.request, HttpRefusal):
            raise TypeError("refused requests do not get here")
        operation = self._edge.operation(asked.request)
        if isinstance(operation, Rejected):
            request_id = client_of(self._socket).request_id
            await self._refuse_answer(asked.id, self._edge.rejected(operation, request_id))
            return
        stream = self._edge.executor.stream(operation, self._edge.context(caller))
        async with aclosing(stream) as answers:
            async for answer in answers:
                if not answer.executed:
                    await self._refuse_answer(asked.id, answer)
                    return
                await self._send({"id": asked.id, "type": "next", "payload": answer.formatted})
        # Forgotten before it is said: the client may use the id again at once.
        self._operations.pop(asked.id, None)
        await self._send({"id": asked.id, "type": "complete"})

    async def _refuse_answer(self, identifier: str, answer: Answer) -> None:
        await self._refuse(identifier, [dict(each.formatted) for each in answer.errors])

    async def _refuse(self, identifier: str, errors: Sequence[object]) -> None:
        if self._operations.get(identifier) is asyncio.current_task():
            del self._operations[identifier]
        await self._send({"id": identifier, "type": "error", "payload": list(errors)})

    async def _send(self, message: dict[str, object]) -> None:
        """Hands a message to the network, one at a time; who takes none for long is let go."""
        async with asyncio.timeout(SEND_SECONDS), self._sending:
            await self._socket.send_text(write_json(message))

    async def _close(self, closing: _CloseNowError) -> None:
        if self._socket.application_state is WebSocketState.CONNECTED:
            with suppress(RuntimeError, WebSocketDisconnect):
                await self._socket.close(closing.code, closing.reason[:100])
