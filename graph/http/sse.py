"""Server-sent events: GraphQL over SSE in distinct connections mode, one operation each.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from graph.errors import coded
from graph.http.response import VARY, write_json
from graph.operation.execution import Answer
from service.process import ConnectionEnd, OpenConnection, cancel_all

HEARTBEAT_SECONDS: Final = 15.0
_HEARTBEAT: Final = b":\n\n"
_COMPLETE: Final = b"event: complete\ndata:\n\n"


class EventStream(Response):
    """A stream of answers, with `complete` at its end.

    The next answer is taken from the source once the previous one was passed to the network, so a
    slow client holds back the source. The protocol disconnects a client that does not read.

    Args:
        answers: the source.
        session: the caller's open connection. When its token ends, so does the stream, with
            UNAUTHENTICATED. If the service can no longer confirm that the token is valid, the
            stream ends without `complete`, like a lost connection, and the client tries again.
        stopping: when it is set, the stream also ends without `complete`, and the client connects
            to another process. None for operations that may finish first.
        heartbeat: seconds of silence after which a comment is sent, so that proxies keep the
            connection open.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        answers: AsyncGenerator[Answer, None],
        session: AbstractAsyncContextManager[OpenConnection] | None = None,
        stopping: asyncio.Event | None = None,
        heartbeat: float = HEARTBEAT_SECONDS,
    ) -> None:
        super().__init__(headers={"X-Accel-Buffering": "no", "Vary": VARY})
        del self.headers["content-length"]
        self._answers = answers
        self._session = session or nullcontext()
        self._stopping = stopping or asyncio.Event()
        self._heartbeat = heartbeat

    @classmethod
    def of(cls, answer: Answer) -> "EventStream":
        """Returns a stream of a single answer."""

        async def single() -> AsyncGenerator[Answer, None]:
            yield answer

        return cls(single())

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Streams until the source ends, the client disconnects, or its token ends."""
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        async with self._session as session:
            ended = asyncio.Event() if session is None else session.ended
            streaming = asyncio.create_task(self._stream(send))
            others = [
                asyncio.create_task(_disconnected(receive)),
                asyncio.create_task(ended.wait()),
                asyncio.create_task(self._stopping.wait()),
            ]
            try:
                await asyncio.wait({streaming, *others}, return_when=asyncio.FIRST_COMPLETED)
                finished = streaming.done()
            finally:
                await cancel_all([streaming, *others])
            if finished:
                streaming.result()
            elif session is not None and session.end is ConnectionEnd.TOKEN_ENDED:
                error = coded("UNAUTHENTICATED", "The access token is no longer valid.")
                await _push(send, _event(Answer(errors=[error], executed=False)))
                await _push(send, _COMPLETE, more=False)
            elif ended.is_set() or self._stopping.is_set():
                await _push(send, b"", more=False)

    async def _stream(self, send: Send) -> None:
        async with aclosing(self._answers) as answers:
            while True:
                pending = asyncio.create_task(_next(answers))
                try:
                    while not (await asyncio.wait({pending}, timeout=self._heartbeat))[0]:
                        await _push(send, _HEARTBEAT)
                    answer = pending.result()
                finally:
                    # A generator can only be closed while nothing waits in it.
                    await cancel_all([pending])
                if answer is None:
                    break
                await _push(send, _event(answer))
        await _push(send, _COMPLETE, more=False)


def _event(answer: Answer) -> bytes:
    return f"event: next\ndata: {write_json(answer.formatted)}\n\n".encode()


async def _next(source: AsyncGenerator[Answer, None]) -> Answer | None:
    return await anext(source, None)


async def _push(send: Send, chunk: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": chunk, "more_body": more})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
