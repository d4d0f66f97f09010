"""A token endpoint over HTTPS, on a real loopback socket, that answers as a test scripts."""

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import parse_qs

TOKEN_HOST = "login.example.org"
TOKEN = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.made-up"


def granted(seconds: int = 3600) -> str:
    """Returns the body of a response with a token."""
    return json.dumps({"access_token": TOKEN, "token_type": "Bearer", "expires_in": seconds})


def denied(error: str, description: str = "") -> str:
    """Returns the body of an error response (RFC 6749 §5.2)."""
    return json.dumps({"error": error, "error_description": description})


@dataclass(frozen=True)
class TokenScript:
    """The response of the endpoint. A request with `wanted_scope` always gets a token.

    `status` 0 means that the endpoint reads the request and sends no response.
    """

    status: int = 200
    body: str = granted()
    wanted_scope: str | None = None
    certificate: str = "good"
    endless: bool = False


class TokenServer:
    """Serves a script, and remembers the forms that it received."""

    def __init__(self, script: TokenScript, context: ssl.SSLContext) -> None:
        self.script, self.context = script, context
        self.forms: list[dict[str, list[str]]] = []
        self.port = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["TokenServer"]:
        """Serves on a free port of 127.0.0.1."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.context)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(OSError, EOFError, asyncio.CancelledError):
                await self._answer(reader, writer)
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length: ")[1].split("\r\n")[0])
        form = parse_qs((await reader.readexactly(length)).decode())
        self.forms.append(form)
        script = self.script
        if not script.status:
            await reader.read()
            return
        status, body = script.status, script.body
        if script.wanted_scope is not None and form.get("scope") == [script.wanted_scope]:
            status, body = 200, granted()
        writer.write(f"HTTP/1.1 {status} x\r\nConnection: close\r\n\r\n".encode())
        writer.write(body.encode())
        while script.endless:
            writer.write(b"x" * 4096)
            await writer.drain()
        await writer.drain()
        writer.close()
        await writer.wait_closed()
