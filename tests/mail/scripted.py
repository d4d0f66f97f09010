"""An SMTP server that does exactly what a test says, on a real loopback socket."""

import asyncio
import base64
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field

OFFERS = "250-mx.example.org\n250-SIZE 10240000\n250-8BITMIME\n250-SMTPUTF8\n"
GREETING = "220 mx.example.org ESMTP ready"


class Peer:
    """The server's side of one connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server: "ScriptedServer"
    ) -> None:
        self.reader, self.writer, self.server = reader, writer, server
        self.secured = False

    async def say(self, text: str | bytes) -> None:
        """Send lines, or raw bytes as they are."""
        if isinstance(text, str):
            lines = text.rstrip("\n").split("\n")
            text = "".join(f"{line}\r\n" for line in lines).encode()
        self.writer.write(text)
        await self.writer.drain()

    async def hear(self) -> str:
        """One command line; empty at the end of the connection."""
        line = await self.reader.readline()
        self.server.heard.append(line)
        if line and not self.secured:
            self.server.heard_in_the_clear.append(line)
        return line.decode("utf-8", "replace").rstrip("\r\n") if line else "\0"

    async def start_tls(self) -> None:
        """Take part in a handshake."""
        await self.writer.start_tls(self.server.context)
        self.secured = True


Step = Callable[[Peer], Awaitable[None]]
Act = str | bytes | Step | Callable[[str], str]
"""What answers a command: lines, raw bytes, a step, or lines that depend on the command."""


async def hang(peer: Peer) -> None:
    """Say nothing more, until the client goes away."""
    while await peer.reader.read(4096):
        pass


async def close(peer: Peer) -> None:
    """Close without a word."""
    peer.writer.close()


async def reset(peer: Peer) -> None:
    """Break the connection (RST)."""
    sock = peer.writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    peer.writer.transport.abort()


async def endless(peer: Peer) -> None:
    """Answer with lines that never come to an end."""
    with contextlib.suppress(ConnectionError):
        while not peer.writer.is_closing():
            await peer.say("250-" + "x" * 500)


async def endless_line(peer: Peer) -> None:
    """Answer with one line that never ends."""
    with contextlib.suppress(ConnectionError):
        while not peer.writer.is_closing():
            await peer.say(b"250 " + b"x" * 4096)


async def drip(peer: Peer) -> None:
    """Answer letter by letter, so slowly that it never gets done."""
    with contextlib.suppress(ConnectionError):
        while not peer.writer.is_closing():
            await peer.say(b"2")
            await asyncio.sleep(0.02)


def then_close(text: str) -> Step:
    """Answer, then close."""

    async def act(peer: Peer) -> None:
        await peer.say(text)
        peer.writer.close()

    return act


def late(text: str, seconds: float) -> Step:
    """Answer after some seconds."""

    async def act(peer: Peer) -> None:
        await asyncio.sleep(seconds)
        await peer.say(text)

    return act


@dataclass(frozen=True)
class Script:
    """A server's behaviour: the usual one, but for what is said here.

    `on` maps the beginning of a command to what answers it; `.` is the end of a message. `auth` are
    the mechanisms offered once the connection is as secure as it will be. `tls` is `starttls`,
    `implicit` or `none`; `certificate` names one of the fixture's.
    """

    greeting: Act = GREETING
    on: Mapping[str, Act] = field(default_factory=dict)
    auth: str = "PLAIN LOGIN"
    tls: str = "starttls"
    certificate: str = "good"
    offers: str = OFFERS
    password: str | None = None


class ScriptedServer:
    """Runs a script for every connection and remembers what it heard."""

    def __init__(self, script: Script, context: ssl.SSLContext) -> None:
        self.script, self.context = script, context
        self.heard: list[bytes] = []
        self.heard_in_the_clear: list[bytes] = []
        self.messages: list[bytes] = []
        self.connections = 0
        self.port = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["ScriptedServer"]:
        """Serve on a free port of 127.0.0.1."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**20)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await self._converse(Peer(reader, writer, self))
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _converse(self, peer: Peer) -> None:
        if self.script.tls == "implicit":
            await peer.start_tls()
        await self._act(peer, self.script.greeting, "")
        while not peer.writer.is_closing():
            line = await peer.hear()
            if line == "\0":
                return
            await self._answer(peer, line)

    async def _answer(self, peer: Peer, line: str) -> None:
        for beginning, act in self.script.on.items():
            if line.upper().startswith(beginning):
                await self._act(peer, act, line)
                if beginning == "DATA" and isinstance(act, str) and act.startswith("354"):
                    await self._message(peer)
                return
        verb = line.partition(" ")[0].upper()
        await getattr(self, f"_on_{verb.lower()}", self._on_unknown)(peer, line)

    async def _act(self, peer: Peer, act: Act, line: str) -> None:
        if isinstance(act, str | bytes):
            await peer.say(act)
            return
        result = act(peer) if getattr(act, "__annotations__", {}).get("peer") else act(line)  # type: ignore[arg-type]
        if isinstance(result, str):
            await peer.say(result)
        else:
            await result

    async def _on_ehlo(self, peer: Peer, _line: str) -> None:
        offers = self.script.offers
        if self.script.tls == "starttls" and not peer.secured:
            offers += "250-STARTTLS\n"
        elif self.script.auth:
            offers += f"250-AUTH {self.script.auth}\n"
        await peer.say(offers + "250 ENHANCEDSTATUSCODES")

    async def _on_helo(self, peer: Peer, _line: str) -> None:
        await peer.say("250 mx.example.org")

    async def _on_starttls(self, peer: Peer, _line: str) -> None:
        await peer.say("220 2.0.0 Ready to start TLS")
        await peer.start_tls()

    async def _on_auth(self, peer: Peer, line: str) -> None:
        _, mechanism, *initial = line.split(" ")
        said = list(initial)
        prompts = {"LOGIN": ["VXNlcm5hbWU6", "UGFzc3dvcmQ6"]}.get(mechanism, [])
        for prompt in prompts:
            await peer.say(f"334 {prompt}")
            said.append(await peer.hear())
        known = b"".join(base64.b64decode(each) for each in said)
        wanted = self.script.password
        if wanted is None or wanted.encode() in known:
            await peer.say("235 2.7.0 Authentication successful")
        else:
            await peer.say("535 5.7.8 Error: authentication failed: authentication failure")

    async def _on_mail(self, peer: Peer, _line: str) -> None:
        await peer.say("250 2.1.0 Ok")

    async def _on_rcpt(self, peer: Peer, _line: str) -> None:
        await peer.say("250 2.1.5 Ok")

    async def _on_data(self, peer: Peer, _line: str) -> None:
        await peer.say("354 End data with <CR><LF>.<CR><LF>")
        await self._message(peer)

    async def _message(self, peer: Peer) -> None:
        self.messages.append(await peer.reader.readuntil(b"\r\n.\r\n"))
        await self._act(peer, self.script.on.get(".", "250 2.0.0 Ok: queued as 4XyZ"), ".")

    async def _on_quit(self, peer: Peer, _line: str) -> None:
        await peer.say("221 2.0.0 Bye")
        peer.writer.close()

    async def _on_unknown(self, peer: Peer, _line: str) -> None:
        await peer.say("502 5.5.2 Error: command not recognized")
