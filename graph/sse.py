"""Server-sent events: GraphQL over SSE in distinct-connections mode, one operation a connection.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from graph.execution import Answer
from graph.response import VARY, write_json

HEARTBEAT_SECONDS: Final = 15.0
SEND_SECONDS: Final = 30.0
_HEARTBEAT: Final = b":\n\n"
_COMPLETE: Final = b"event: complete\ndata:\n\n"


class EventStream(Response):
    """A stream of answers, and `complete` at its end.

    An answer is taken from the source when the one before was handed to the network, so a slow
    reader holds back the source; one that takes nothing for half a minute is let go.
    """

    media_type = "text/event-stream"

    def __init__(
        self, answers: AsyncIterator[Answer], heartbeat: float = HEARTBEAT_SECONDS
    ) -> None:
        super().__init__(headers={"X-Accel-Buffering": "no", "Vary": VARY})
        del self.headers["content-length"]
        self._answers = answers
        self._heartbeat = heartbeat

    @classmethod
    def of(cls, answer: Answer) -> "EventStream":
        """A stream of one answer."""

        async def single() -> AsyncIterator[Answer]:
            yield answer

        return cls(single())

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Streams until the source ends or the client goes."""
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        streaming = asyncio.create_task(self._stream(send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait({streaming, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (streaming, leaving):
                task.cancel()
            for task in (streaming, leaving):
                with suppress(asyncio.CancelledError, TimeoutError, OSError):
                    await task

    async def _stream(self, send: Send) -> None:
        source = aiter(self._answers)
        coming: asyncio.Task[Answer] | None = None
        try:
            while True:
                coming = coming or asyncio.create_task(_next(source))
                done, _ = await asyncio.wait({coming}, timeout=self._heartbeat)
                if not done:
                    await _push(send, _HEARTBEAT)
                    continue
                answer = coming.result()
                coming = None
                await _push(send, f"event: next\ndata: {write_json(answer.formatted)}\n\n".encode())
        except StopAsyncIteration:
            await _push(send, _COMPLETE, more=False)
        finally:
            if coming is not None:
                coming.cancel()
                with suppress(asyncio.CancelledError, StopAsyncIteration):
                    await coming
            close = getattr(source, "aclose", None)
            if close is not None:
                await close()


async def _next(source: AsyncIterator[Answer]) -> Answer:
    return await anext(source)


async def _push(send: Send, chunk: bytes, *, more: bool = True) -> None:
    async with asyncio.timeout(SEND_SECONDS):
        await send({"type": "http.response.body", "body": chunk, "more_body": more})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
