"""The connection's bytes: one command out, one reply in, everything recorded and limited.

aiosmtplib's protocol reads and writes. The subclass below passes well-formed replies to its parser,
one at a time, because the parser alone is too lenient for a diagnosis and for security:

- It accepts `+25` as a reply code.
- It uses a reply that the server sent too early as the reply to the next command.
- It silently drops data that was injected between STARTTLS and the handshake (CVE-2011-0411).

The lines of one reply should have the same code (RFC 5321 §4.2.1). If they differ, the code of the
last line decides, as in other clients: a server that has begun its greeting with `220-` can still
refuse the client with `521`.
"""

import asyncio
import contextlib
import re
import ssl
from enum import StrEnum
from typing import cast

from aiosmtplib import SMTPException, SMTPResponse
from aiosmtplib.protocol import PERIOD_REGEX, SMTPProtocol, normalize_message_line_endings

from mail.report.reply import Reply
from mail.session.transcript import MAX_LINE_BYTES, MAX_LINES, Transcript

MAX_REPLY_BYTES = 32 * 1024
_REPLY_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?$", re.DOTALL)
_SHUTTING_DOWN = b"421"
_PROTOCOL_BYTES = 16
"""How many of the first bytes are kept to recognize the protocol."""


class Fault(StrEnum):
    """What can be wrong with a connection or a reply, apart from the reply's meaning."""

    CLOSED = "CLOSED"
    TIMED_OUT = "TIMED_OUT"
    TOO_LONG = "TOO_LONG"
    MALFORMED = "MALFORMED"
    UNSOLICITED = "UNSOLICITED"
    NOT_SENT = "NOT_SENT"

    @property
    def before_sending(self) -> bool:
        """Whether the fault is detected before anything is sent."""
        return self in (Fault.UNSOLICITED, Fault.NOT_SENT)


class WireError(SMTPException):
    """No well-formed reply was received.

    `received` is what arrived instead, redacted so that it may be shown. `first_bytes` are its
    first bytes, from which the protocol is recognized; they are never shown.
    """

    def __init__(self, fault: Fault, received: str = "", first_bytes: bytes = b"") -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.received = received
        self.first_bytes = first_bytes


class Wire(SMTPProtocol):
    """One SMTP connection. `timeout` limits the wait for each line of a reply, in seconds.

    `heard` is set once the server has sent anything.
    """

    def __init__(self, transcript: Transcript, timeout: float) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self._transcript = transcript
        self._timeout = timeout
        self._unread = bytearray()
        self._reply: list[bytes] = []
        self._reply_bytes = 0
        self._received: Reply | None = None
        self._waiting: asyncio.Timeout | None = None
        self.heard = asyncio.Event()

    # Receiving

    def data_received(self, data: bytes) -> None:
        """Collects lines until a reply is complete, then passes it to aiosmtplib."""
        self.heard.set()
        if len(self._unread) + len(data) > 2 * MAX_REPLY_BYTES:
            self._give_up(Fault.TOO_LONG)
            return
        self._unread.extend(data)
        self._read_reply()

    def _awaiting(self) -> bool:
        waiter = self._response_waiter
        return self._response_pending and waiter is not None and not waiter.done()

    def _read_reply(self) -> None:
        while self._awaiting():
            line, newline, rest = self._unread.partition(b"\n")
            if len(line) > MAX_LINE_BYTES:
                self._give_up(Fault.TOO_LONG)
                return
            if not newline:
                return
            self._unread = rest
            self._take(bytes(line.rstrip(b"\r")))

    def _take(self, line: bytes) -> None:
        self._reply.append(line)
        self._reply_bytes += len(line) + 2
        if len(self._reply) > MAX_LINES or self._reply_bytes > MAX_REPLY_BYTES:
            self._give_up(Fault.TOO_LONG)
            return
        parts = _REPLY_LINE.match(line)
        if parts is None:
            self._give_up(Fault.MALFORMED)
        elif parts[2] == b"-":
            self._wait_for_next_line()
        else:
            whole = b"".join(part + b"\r\n" for part in self._reply)
            self._received = self._recorded_reply(int(parts[1]))
            super().data_received(whole)

    def _wait_for_next_line(self) -> None:
        """Lets a server that sends its lines slowly but steadily finish its reply."""
        if self._waiting is not None and not self._waiting.expired():
            self._waiting.reschedule(self._loop.time() + self._timeout)

    def _record(self) -> tuple[str, ...]:
        lines, self._reply, self._reply_bytes = self._reply, [], 0
        return self._transcript.server(lines)

    def _recorded_reply(self, code: int) -> Reply:
        """Records the reply that was received, and returns it."""
        raw = b"\n".join(line[4:].strip() for line in self._reply).decode("utf-8", "replace")
        return Reply(code, tuple(line[4:] for line in self._record()), raw)

    def _give_up(self, fault: Fault) -> None:
        """Closes the connection at once: it is unusable, and more data must not use up memory."""
        if self._unread and not self._reply and fault is Fault.TOO_LONG:
            self._reply = [bytes(self._unread)]
        first = self._reply[0][:_PROTOCOL_BYTES] if self._reply else b""
        received = self._record_partial_reply()
        waiter = self._response_waiter
        if waiter is not None and not waiter.done():
            self._set_response_exception(waiter, WireError(fault, received, first))
        self.abort()

    def _record_partial_reply(self) -> str:
        """Records what was received of an incomplete reply, and returns its first line."""
        if self._unread:
            self._reply.append(bytes(self._unread))
            self._unread.clear()
        if not self._reply:
            return ""
        return self._record()[0]

    # Sending

    def write(self, data: bytes) -> None:
        """Sends a command, and records it."""
        self._transcript.client(data.rstrip(b"\r\n"))
        super().write(data)

    async def greeting(self) -> Reply:
        """Waits for the first reply, which the server sends without a command."""
        return await self._answer(None, self._timeout)

    async def command(self, line: bytes) -> Reply:
        """Sends one command line and waits for its reply.

        Raises WireError if no well-formed reply is received, and ValueError if `line` contains a
        control character, which is a bug of the caller.
        """
        return await self._answer(line, self._timeout)

    async def content(self, message: bytes) -> Reply:
        """Sends a message after 354, with dot-stuffing, and waits for the reply to its final dot.

        Raises WireError, whose fault says whether the message was sent.
        """
        body = PERIOD_REGEX.sub(b"..", normalize_message_line_endings(message))
        if unsolicited := self._unsolicited_reply():
            return unsolicited
        if not self.is_connected:
            raise WireError(Fault.NOT_SENT)
        self._transcript.remark(f"[message of {len(body)} bytes]")
        self._transcript.client(b".")
        self._response_pending = True
        super().write(body + b".\r\n")
        return await self._answer(None, self._timeout)

    async def _answer(self, line: bytes | None, patience: float) -> Reply:
        unsolicited = self._unsolicited_reply() if line is not None else None
        if unsolicited is not None:
            return unsolicited
        try:
            async with asyncio.timeout(patience) as self._waiting:
                response = await self._response_to(line)
        except WireError:
            raise
        except TimeoutError as error:
            first = self.first_unread
            raise WireError(Fault.TIMED_OUT, self._record_partial_reply(), first) from error
        except (SMTPException, ConnectionError) as error:
            shutting_down = self._unread.lstrip().startswith(_SHUTTING_DOWN)
            if shutting_down and (farewell := self._unsolicited_reply()):
                return farewell
            first = self.first_unread
            raise WireError(Fault.CLOSED, self._record_partial_reply(), first) from error.__cause__
        reply, self._received = self._received, None
        return reply or Reply(response.code, ())  # the server may close instead of answering QUIT

    async def _response_to(self, line: bytes | None) -> SMTPResponse:
        if line is not None:
            return await self.execute_command(line)
        self._response_pending = True
        self._read_reply()
        return await self.read_response()

    def _unsolicited_reply(self) -> Reply | None:
        """Returns a reply that the server sent without a command: 421, before it closes.

        Raises WireError for any other reply.
        """
        unsolicited = bytes(self._unread).strip()
        if not unsolicited:
            return None
        if not unsolicited.startswith(_SHUTTING_DOWN):
            raise WireError(Fault.UNSOLICITED, self._record_partial_reply())
        self._unread.clear()
        self._reply += unsolicited.splitlines()
        return self._recorded_reply(int(_SHUTTING_DOWN))

    # Securing and closing

    @property
    def has_unread(self) -> bool:
        """Whether bytes were received that no command waits for."""
        return bool(self._unread)

    @property
    def first_unread(self) -> bytes:
        """The first unread bytes, from which the protocol is recognized."""
        return bytes(self._unread[:_PROTOCOL_BYTES])

    def take_unread(self) -> str:
        """Records the unread bytes, and returns them redacted so that they may be shown."""
        return self._record_partial_reply()

    async def secure(self, context: ssl.SSLContext, host: str) -> ssl.SSLObject:
        """Upgrades the connection to TLS. The caller makes sure that there are no unread bytes."""
        if not self.is_connected:
            raise WireError(Fault.CLOSED)
        plain = cast("asyncio.Transport", self.transport)
        secured = await self._loop.start_tls(
            plain, self, context, server_hostname=host, ssl_handshake_timeout=self._timeout
        )
        if secured is None:
            raise ConnectionAbortedError
        self.transport = secured
        self._over_ssl = True
        return cast("ssl.SSLObject", secured.get_extra_info("ssl_object"))

    @property
    def local_address(self) -> str | None:
        """The local address of the connection, or None without a connection."""
        name = self.transport.get_extra_info("sockname") if self.transport else None
        return str(name[0]) if name else None

    async def quit(self, patience: float) -> None:
        """Sends QUIT, ignores a missing reply, and closes."""
        with contextlib.suppress(SMTPException, ConnectionError, TimeoutError):
            async with asyncio.timeout(patience):
                await self._answer(b"QUIT", patience)
        self.abort()

    def abort(self) -> None:
        """Closes the connection at once, even in the middle of a command."""
        if self.transport is not None:
            cast("asyncio.Transport", self.transport).abort()
