"""Server-sent events: GraphQL over SSE in distinct-connections mode, one operation a connection.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext, suppress
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from graph.errors import coded
from graph.http.response import VARY, write_json
from graph.operation.execution import Answer
from service.process import ConnectionEnd, OpenConnection, cancel_all

HEARTBEAT_SECONDS: Final = 15.0
SEND_SECONDS: Final = 30.0
_HEARTBEAT: Final = b":\n\n"
_COMPLETE: Final = b"event: complete\ndata:\n\n"


class EventStream(Response):
    """A stream of answers, and `complete` at its end.

    An answer is taken from the source when the one before was handed to the network, so a slow
    reader holds back the source; one that takes nothing for half a minute is let go.

    Args:
        answers: the source.
        session: the caller's session: when its token ends, the stream does with UNAUTHENTICATED.
            Where nobody can tell, it ends without `complete`, as a lost connection does: the client
            asks again.
        stopping: when it is set, it ends likewise, and the client asks elsewhere. None for what is
            to finish first.
        heartbeat: seconds of silence after which a comment is sent, to keep proxies from closing.
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
        """A stream of one answer."""

        async def single() -> AsyncGenerator[Answer, None]:
            yield answer

        return cls(single())

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Streams until the source ends, the client goes, or its token does."""
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        async with self._session as session:
            ended = asyncio.Event() if session is None else session.ended
            streaming = asyncio.create_task(self._stream(send))
            others = [
                asyncio.create_task(_left(receive)),
                asyncio.create_task(ended.wait()),
                asyncio.create_task(self._stopping.wait()),
            ]
            try:
                await asyncio.wait({streaming, *others}, return_when=asyncio.FIRST_COMPLETED)
                finished = streaming.done()
            finally:
                await cancel_all([streaming, *others])
            if finished:
                with suppress(TimeoutError):  # the client took nothing any more
                    streaming.result()
            elif session is not None and session.end is ConnectionEnd.TOKEN_ENDED:
                error = coded("UNAUTHENTICATED", "The access token has ended.")
                await _push(send, _event(Answer(errors=[error], executed=False)))
                await _push(send, _COMPLETE, more=False)
            elif ended.is_set() or self._stopping.is_set():
                await _push(send, b"", more=False)

    async def _stream(self, send: Send) -> None:
        async with aclosing(self._answers) as answers:
            while True:
                coming = asyncio.create_task(_next(answers))
                try:
                    while not (await asyncio.wait({coming}, timeout=self._heartbeat))[0]:
                        await _push(send, _HEARTBEAT)
                    answer = coming.result()
                finally:
                    # Before the source is closed, nothing may be waiting in it.
                    await cancel_all([coming])
                if answer is None:
                    break
                await _push(send, _event(answer))
        await _push(send, _COMPLETE, more=False)


def _event(answer: Answer) -> bytes:
    return f"event: next\ndata: {write_json(answer.formatted)}\n\n".encode()


async def _next(source: AsyncGenerator[Answer, None]) -> Answer | None:
    return await anext(source, None)


async def _push(send: Send, chunk: bytes, *, more: bool = True) -> None:
    async with asyncio.timeout(SEND_SECONDS):
        await send({"type": "http.response.body", "body": chunk, "more_body": more})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
