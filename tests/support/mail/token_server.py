"""A token endpoint over HTTPS, on a real loopback socket, that answers as a test scripts."""

import asyncio
import base64
import contextlib
import json
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, unquote_plus

TOKEN_HOST = "login.example.org"
TOKEN = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.made-up"
Credentials = Literal["basic", "body"]


def granted(seconds: int = 3600, token: str = TOKEN) -> str:
    """Returns the body of a response with a token."""
    return json.dumps({"access_token": token, "token_type": "Bearer", "expires_in": seconds})


def denied(error: str, description: str = "", **others: object) -> str:
    """Returns the body of an error response (RFC 6749 §5.2)."""
    return json.dumps({"error": error, "error_description": description, **others})


@dataclass(frozen=True)
class TokenScript:
    """The response of the endpoint.

    A request with `wanted_scope` or for `wanted_path` always gets a token. Without the `wanted`
    credentials, a request is refused by `refusal`, a status and a body. `status` 0 means that the
    endpoint reads the request and sends no response. With `echo`, the body is followed by the whole
    request; with `tls` off, the endpoint speaks plain HTTP. With `held`, it answers only after the
    server's `release` is set.
    """

    status: int = 200
    body: str = granted()
    headers: tuple[str, ...] = ()
    wanted_scope: str | None = None
    wanted_path: str | None = None
    wanted: Credentials | None = None
    refusal: tuple[int, str] = (401, denied("invalid_client"))
    certificate: str = "good"
    endless: bool = False
    echo: bool = False
    tls: bool = True
    held: bool = False


@dataclass(frozen=True)
class TokenRequest:
    """One request as the endpoint received it."""

    path: str
    form: dict[str, list[str]]
    basic: tuple[str, str] | None
    raw: str

    @property
    def credentials(self) -> Credentials:
        """Where the client's credentials were sent."""
        return "body" if self.basic is None else "basic"


class TokenServer:
    """Serves a script, and remembers the requests that it received.

    `received` is set by the first request.
    """

    def __init__(self, script: TokenScript, context: ssl.SSLContext) -> None:
        self.script, self.context = script, context
        self.requests: list[TokenRequest] = []
        self.received, self.release = asyncio.Event(), asyncio.Event()
        self.port = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def forms(self) -> list[dict[str, list[str]]]:
        """The forms of the requests."""
        return [request.form for request in self.requests]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["TokenServer"]:
        """Serves on a free port of 127.0.0.1."""
        context = self.context if self.script.tls else None
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
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
        first = await reader.readexactly(1)
        if first != b"P":  # not a POST, but TLS
            writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            await writer.drain()
            writer.close()
            await writer.wait_closed()
            return
        head = (first + await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(head.lower().split("content-length: ")[1].split("\r\n")[0])
        request = _parsed(head, (await reader.readexactly(length)).decode())
        self.requests.append(request)
        self.received.set()
        script = self.script
        if script.held:
            await self.release.wait()
        if not script.status:
            await reader.read()
            return
        status, body = self._response(request)
        lines = [f"HTTP/1.1 {status} x", "Connection: close", *script.headers]
        writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
        while script.endless:
            writer.write(b"x" * 4096)
            await writer.drain()
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    def _response(self, request: TokenRequest) -> tuple[int, str]:
        script = self.script
        if script.wanted not in {None, request.credentials}:
            return script.refusal
        if script.wanted_scope is not None and request.form.get("scope") == [script.wanted_scope]:
            return 200, granted()
        if script.wanted_path is not None and request.path == script.wanted_path:
            return 200, granted()
        if script.echo:
            return script.status, denied("invalid_client", f"we received {request.raw!r}")
        return script.status, script.body


def _parsed(head: str, body: str) -> TokenRequest:
    _, path, _ = head.split(" ", 2)
    lines = [line.partition(": ") for line in head.split("\r\n")]
    basic = next((value for name, _, value in lines if name.lower() == "authorization"), None)
    pair = None
    if basic is not None:
        user, _, secret = base64.b64decode(basic.removeprefix("Basic ")).decode().partition(":")
        pair = (unquote_plus(user), unquote_plus(secret))
    return TokenRequest(path, parse_qs(body), pair, head + body)
