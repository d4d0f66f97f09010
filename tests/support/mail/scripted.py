"""An SMTP server that does exactly what a test scripts, on a real loopback socket."""

import asyncio
import base64
import contextlib
import re
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
        """Sends lines, or raw bytes unchanged."""
        if isinstance(text, str):
            lines = text.rstrip("\n").split("\n")
            text = "".join(f"{line}\r\n" for line in lines).encode()
        self.writer.write(text)
        await self.writer.drain()

    async def hear(self) -> str | None:
        """Receives one line; None at the end of the connection."""
        line = await self.reader.readline()
        self.server.heard.append(line)
        if not self.secured:
            self.server.heard_in_the_clear.append(line)
        return line.decode("utf-8", "replace").rstrip("\r\n") if line else None

    async def start_tls(self) -> None:
        """Performs the TLS handshake."""
        await self.writer.start_tls(self.server.context)
        self.secured = True


Step = Callable[[Peer, str], Awaitable[None]]
Act = str | bytes | Step
"""The answer to a command: lines, raw bytes, or a function that receives the command."""


async def hang(peer: Peer, _line: str) -> None:
    """Sends nothing more until the client disconnects."""
    while await peer.reader.read(4096):
        pass


async def close(peer: Peer, _line: str) -> None:
    """Closes the connection without a reply."""
    peer.writer.close()


async def cut(peer: Peer, _line: str) -> None:
    """Closes the connection in the middle of a reply."""
    await peer.say(b"354-go\r\n354 ahe")
    peer.writer.close()


async def alert(peer: Peer, _line: str) -> None:
    """Sends the alert that a TLS server sends to a client without TLS, and closes."""
    await peer.say(b"\x15\x03\x03\x00\x02\x02\x0a")
    peer.writer.close()


def alert_then_tls() -> Step:
    """Sends an alert on the first connection, and speaks implicit TLS on every later one."""
    alerted: list[Peer] = []

    async def act(peer: Peer, line: str) -> None:
        if not alerted:
            alerted.append(peer)
            await alert(peer, line)
            return
        await peer.start_tls()
        await peer.say(GREETING)

    return act


async def reset(peer: Peer, _line: str) -> None:
    """Resets the connection (RST)."""
    sock = peer.writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    peer.writer.transport.abort()


async def endless(peer: Peer, _line: str) -> None:
    """Answers with an endless number of lines."""
    while not peer.writer.is_closing():
        await peer.say("250-" + "x" * 500)


async def many_lines(peer: Peer, _line: str) -> None:
    """Answers with more lines than the client reads, then ends the reply."""
    await peer.say("250-x\n" * 600 + "250 x")


async def endless_line(peer: Peer, _line: str) -> None:
    """Answers with an endless line."""
    while not peer.writer.is_closing():
        await peer.say(b"250 " + b"x" * 4096)


async def drip(peer: Peer, _line: str) -> None:
    """Answers one character at a time, so slowly that the reply is never complete."""
    while not peer.writer.is_closing():
        await peer.say(b"2")
        await asyncio.sleep(0.02)


async def plain_garbage(peer: Peer, _line: str) -> None:
    """Agrees to TLS, then answers the handshake with bytes that are not TLS."""
    await peer.say("220 2.0.0 Ready to start TLS")
    await peer.reader.read(1)
    await peer.say(b"\x01\x02\x03\x04\x05\x06\x07\x08" * 4)


async def silent_handshake(peer: Peer, line: str) -> None:
    """Agrees to TLS, then ignores the handshake."""
    await peer.say("220 2.0.0 Ready to start TLS")
    await hang(peer, line)


async def broken_handshake(peer: Peer, _line: str) -> None:
    """Agrees to TLS, then closes the connection in the middle of the handshake."""
    await peer.say("220 2.0.0 Ready to start TLS")
    await peer.reader.read(1)
    peer.writer.close()


async def alerting_handshake(peer: Peer, _line: str) -> None:
    """Agrees to TLS, then refuses the client in the handshake with an alert.

    It does not use asyncio's TLS, which closes without sending the alert.
    """
    await peer.say("220 2.0.0 Ready to start TLS")
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = peer.server.context.wrap_bio(incoming, outgoing, server_side=True)
    received: bytes | None = None
    while received != b"":
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            await peer.say(outgoing.read())
            received = await peer.reader.read(65536)
            incoming.write(received)
        except ssl.SSLError:
            await peer.say(outgoing.read())
            received = b""
    peer.writer.close()


def handshake_refused_by(number: int) -> Step:
    """Refuses the handshake with this alert, after STARTTLS or from the first byte."""

    async def act(peer: Peer, line: str) -> None:
        if line:
            await peer.say("220 2.0.0 Ready to start TLS")
        await peer.reader.read(1)
        await peer.say(bytes((0x15, 3, 3, 0, 2, 2, number)))
        peer.writer.close()

    return act


async def echo(peer: Peer, line: str) -> None:
    """Repeats the sign-in, in plain text and encoded, over several lines."""
    response = line.rpartition(" ")[2]
    _, name, password = base64.b64decode(response).decode().split("\0")
    half = len(password) // 2
    await peer.say(
        f"535-5.7.8 No such login: {response}\n"
        f"535-5.7.8 for {name} with {password}\n"
        f"535-5.7.8 that is {password[:half]}\n"
        f"535 5.7.8 {password[half:]}"
    )


def then_close(text: str) -> Step:
    """Answers, then closes the connection."""

    async def act(peer: Peer, _line: str) -> None:
        await peer.say(text)
        peer.writer.close()

    return act


def late(text: str, seconds: float) -> Step:
    """Answers after some seconds."""

    async def act(peer: Peer, _line: str) -> None:
        await asyncio.sleep(seconds)
        await peer.say(text)

    return act


def asking(*texts: str) -> Step:
    """Sends one text after another, and waits for a line of the client before each next text."""

    async def act(peer: Peer, _line: str) -> None:
        await peer.say(texts[0])
        for text in texts[1:]:
            if await peer.hear() is None:
                return
            await peer.say(text)

    return act


def refusing(pattern: str, text: Act) -> Step:
    """Refuses a command that matches `pattern`, and serves any other command as usual."""

    async def act(peer: Peer, line: str) -> None:
        if re.search(pattern, line):
            await peer.server.act(peer, text, line)
        else:
            await peer.server.usual(peer, line)

    return act


def by_name(username: str, text: str) -> Step:
    """Accepts one username by PLAIN, and refuses every other username."""

    async def act(peer: Peer, line: str) -> None:
        _, name, _ = base64.b64decode(line.rpartition(" ")[2]).decode().split("\0")
        await peer.say("235 2.7.0 Accepted" if name == username else text)

    return act


def unless_secured(text: Act) -> Step:
    """Refuses a command without TLS, and serves it as usual over TLS."""

    async def act(peer: Peer, line: str) -> None:
        if peer.secured:
            await peer.server.usual(peer, line)
        else:
            await peer.server.act(peer, text, line)

    return act


def then_usual(text: str) -> Step:
    """Answers the first such command with `text`, and serves every later command as usual."""
    answered: list[str] = []

    async def act(peer: Peer, line: str) -> None:
        if answered:
            await peer.server.usual(peer, line)
        else:
            answered.append(line)
            await peer.say(text)

    return act


@dataclass(frozen=True)
class Script:
    """How a server behaves: as usual, except for what the fields say.

    `on` maps the beginning of a command to its answer; `.` is the end of a message. `auth` are the
    mechanisms that are offered after TLS, or at once with `tls="none"`. `tls` is `starttls`,
    `implicit` or `none`. `certificate` is the name of a certificate in `MadeCertificates`.
    """

    greeting: Act = GREETING
    on: Mapping[str, Act] = field(default_factory=dict)
    auth: str = "PLAIN LOGIN"
    tls: str = "starttls"
    certificate: str = "good"
    offers: str = OFFERS

    @property
    def words(self) -> str:
        """The first scripted reply that consists of lines, or an empty text."""
        scripted = [act for act in (self.greeting, *self.on.values()) if isinstance(act, str)]
        return next((text for text in scripted if text != GREETING), "")


class ScriptedServer:
    """Runs a script for every connection, and remembers what it received."""

    def __init__(self, script: Script, context: ssl.SSLContext) -> None:
        self.script, self.context = script, context
        self.heard: list[bytes] = []
        self.heard_in_the_clear: list[bytes] = []
        self.messages: list[bytes] = []
        self.connections = 0
        self.port = 0
        self.left = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["ScriptedServer"]:
        """Serves on a free port of 127.0.0.1."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**20, backlog=1024)
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
            with contextlib.suppress(OSError, EOFError, asyncio.CancelledError):
                await self._converse(Peer(reader, writer, self))
        finally:
            writer.transport.abort()
            self._tasks.discard(task)
            self.left.set()

    async def _converse(self, peer: Peer) -> None:
        if self.script.tls == "implicit":
            await peer.start_tls()
        await self.act(peer, self.script.greeting, "")
        while not peer.writer.is_closing():
            line = await peer.hear()
            if line is None:
                return
            await self._answer(peer, line)

    async def _answer(self, peer: Peer, line: str) -> None:
        for beginning, act in self.script.on.items():
            if line.upper().startswith(beginning):
                await self.act(peer, act, line)
                return
        await self.usual(peer, line)

    async def act(self, peer: Peer, act: Act, line: str) -> None:
        """Performs an action of the script."""
        if isinstance(act, str | bytes):
            await peer.say(act)
        else:
            await act(peer, line)

    async def usual(self, peer: Peer, line: str) -> None:
        """Serves a command as a normal server would."""
        verb = line.partition(" ")[0].lower()
        await getattr(self, f"_on_{verb}", self._on_unknown)(peer, line)

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
        prompts = ("334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6") if " LOGIN" in line else ()
        await asking(*prompts, "235 2.7.0 Authentication successful")(peer, line)

    async def _on_mail(self, peer: Peer, _line: str) -> None:
        await peer.say("250 2.1.0 Ok")

    async def _on_rcpt(self, peer: Peer, _line: str) -> None:
        await peer.say("250 2.1.5 Ok")

    async def _on_data(self, peer: Peer, _line: str) -> None:
        await peer.say("354 End data with <CR><LF>.<CR><LF>")
        self.messages.append(await peer.reader.readuntil(b"\r\n.\r\n"))
        await self.act(peer, self.script.on.get(".", "250 2.0.0 Ok: queued as 4XyZ"), ".")

    async def _on_quit(self, peer: Peer, _line: str) -> None:
        await peer.say("221 2.0.0 Bye")
        peer.writer.close()

    async def _on_unknown(self, peer: Peer, _line: str) -> None:
        await peer.say("502 5.5.2 Error: command not recognized")
