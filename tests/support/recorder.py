"""A mail server on loopback that accepts every sign-in and records every byte that it gets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, TypeAlias

HOSTS: Final = ("127.0.0.1", "127.0.0.2")
"""Two addresses of this machine, so that there are two destinations."""

Reply: TypeAlias = Callable[[str], str]
"""A function that returns the server's reply to a line."""


def polite(line: str) -> str:
    """Accepts everything."""
    verb = line[:4].upper()
    if verb == "EHLO":
        return "250-mail.example.com\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME"
    return {"AUTH": "235 2.7.0 Welcome", "DATA": "354 Go on", "QUIT": "221 Bye"}.get(verb, "250 Ok")


def echoing(line: str) -> str:
    """Refuses a sign-in, and repeats what it got."""
    return f"535 5.7.8 I do not know {line}" if line[:4].upper() == "AUTH" else polite(line)


@dataclass(slots=True)
class Recorder:
    """The number of connections, and everything that clients sent."""

    reply: Reply | None = polite
    port: int = 0
    connections: int = 0
    heard: bytearray = field(default_factory=bytearray)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves a connection. Without a `reply`, the server is silent after its greeting."""
        self.connections += 1
        with suppress(OSError, asyncio.IncompleteReadError):
            writer.write(b"220 mail.example.com ESMTP\r\n")
            while line := await reader.readline():
                self.heard += line
                if self.reply is not None:
                    await self._answer(line.decode(errors="replace").rstrip(), reader, writer)
        writer.close()

    async def _answer(
        self, line: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        assert self.reply is not None
        reply = self.reply(line)
        writer.write(f"{reply}\r\n".encode())
        if reply.startswith("354"):
            self.heard += await reader.readuntil(b"\r\n.\r\n")
            writer.write(b"250 2.0.0 Queued\r\n")


@asynccontextmanager
async def recording(reply: Reply | None = polite) -> AsyncIterator[Recorder]:
    """Runs a recording server on a free port of both addresses."""
    recorder = Recorder(reply)
    tasks: set[asyncio.Task[None]] = set()

    async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await recorder.serve(reader, writer)

    server = await asyncio.start_server(keep, HOSTS[0], 0)
    recorder.port = server.sockets[0].getsockname()[1]
    other = await asyncio.start_server(keep, HOSTS[1], recorder.port)
    try:
        yield recorder
    finally:
        for each in (server, other):
            each.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
