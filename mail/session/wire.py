"""The connection's bytes: one command out, one reply in, everything observed and capped.

aiosmtplib's protocol does the reading and writing. This subclass stands in front of its parser and
hands it one well-formed reply at a time, because by itself it takes `+25` for a code, keeps what a
server sends too early for the next command's reply, and drops without a word what was smuggled in
between STARTTLS and the handshake.
"""

import asyncio
import contextlib
import re
import ssl
from enum import StrEnum
from typing import cast

from aiosmtplib import SMTPException
from aiosmtplib.protocol import PERIOD_REGEX, SMTPProtocol, normalize_message_line_endings

from mail.report.reply import Reply
from mail.session.transcript import MAX_LINE_BYTES, MAX_LINES, Transcript

MAX_REPLY_BYTES = 32 * 1024
_REPLY_LINE = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?$", re.DOTALL)
_SHUTTING_DOWN = b"421"
_TELLING_BYTES = 16


class Fault(StrEnum):
    """What can be wrong with a connection or a reply, whatever the reply says."""

    CLOSED = "CLOSED"
    SILENT = "SILENT"
    TOO_LONG = "TOO_LONG"
    SENSELESS = "SENSELESS"
    OUT_OF_STEP = "OUT_OF_STEP"
    UNSENT = "UNSENT"

    @property
    def before_sending(self) -> bool:
        """Whether this is found before anything is sent."""
        return self in (Fault.OUT_OF_STEP, Fault.UNSENT)


class WireError(SMTPException):
    """A reply could not be had.

    `heard` is what came instead, as far as it may be shown; `first_bytes` are its first, to tell
    the protocol from, never to be shown.
    """

    def __init__(self, fault: Fault, heard: str = "", first_bytes: bytes = b"") -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.heard = heard
        self.first_bytes = first_bytes


class Wire(SMTPProtocol):
    """One SMTP connection. `timeout` is seconds for each reply."""

    def __init__(self, transcript: Transcript, timeout: float) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self._transcript = transcript
        self._timeout = timeout
        self._unread = bytearray()
        self._reply: list[bytes] = []
        self._reply_bytes = 0
        self._shown: tuple[str, ...] = ()

    # what comes in

    def data_received(self, data: bytes) -> None:
        """Collect lines until a reply is whole, then let aiosmtplib have it."""
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
        if parts is None or not self._reply[0].startswith(parts[1]):
            self._give_up(Fault.SENSELESS)
            return
        if parts[2] != b"-":
            whole = b"".join(part + b"\r\n" for part in self._reply)
            self._record()
            super().data_received(whole)

    def _record(self) -> None:
        self._shown = self._transcript.server(self._reply)
        self._reply, self._reply_bytes = [], 0

    def _give_up(self, fault: Fault) -> None:
        """End the connection at once: nothing sensible can follow, and more must not pile up."""
        if self._unread and not self._reply and fault is Fault.TOO_LONG:
            self._reply = [bytes(self._unread)]
        first = self._reply[0][:_TELLING_BYTES] if self._reply else b""
        heard = self._heard_so_far()
        waiter = self._response_waiter
        if waiter is not None and not waiter.done():
            self._set_response_exception(waiter, WireError(fault, heard, first))
        self.abort()

    def _heard_so_far(self) -> str:
        """Record what came of a reply that will not be whole."""
        if self._unread:
            self._reply.append(bytes(self._unread))
            self._unread.clear()
        if not self._reply:
            return ""
        self._record()
        return self._shown[0]

    # what goes out

    def write(self, data: bytes) -> None:
        """Send a command, and record it."""
        self._transcript.client(data.rstrip(b"\r\n"))
        super().write(data)

    async def greeting(self) -> Reply:
        """The first reply, for which nothing is sent."""
        return await self._answer(None, self._timeout)

    async def command(self, line: bytes) -> Reply:
        """Send one command line and wait for its reply.

        Raises WireError where no sensible reply comes, ValueError where `line` holds a control
        character: that is a bug of the caller.
        """
        return await self._answer(line, self._timeout)

    async def content(self, message: bytes) -> Reply:
        """Send a message after 354, dots stuffed, and wait for the reply to its final dot.

        Raises WireError, whose fault says whether the message was sent.
        """
        body = PERIOD_REGEX.sub(b"..", normalize_message_line_endings(message))
        if early := self._early_reply():
            return early
        if not self.is_connected:
            raise WireError(Fault.UNSENT)
        self._transcript.remark(f"[message of {len(body)} bytes]")
        self._transcript.client(b".")
        self._response_pending = True
        super().write(body + b".\r\n")
        return await self._answer(None, self._timeout)

    async def _answer(self, line: bytes | None, patience: float) -> Reply:
        early = self._early_reply() if line is not None else None
        if early is not None:
            return early
        try:
            if line is None:
                self._response_pending = True
                self._read_reply()
                response = await self.read_response(timeout=patience)
            else:
                response = await self.execute_command(line, timeout=patience)
        except WireError:
            raise
        except TimeoutError as error:
            first = self.first_unread
            raise WireError(Fault.SILENT, self._heard_so_far(), first) from error
        except (SMTPException, ConnectionError) as error:
            if self._unread.lstrip().startswith(_SHUTTING_DOWN) and (bye := self._early_reply()):
                return bye
            first = self.first_unread
            raise WireError(Fault.CLOSED, self._heard_so_far(), first) from error.__cause__
        words = tuple(line[4:] for line in self._shown)
        return Reply(response.code, words, response.message)

    def _early_reply(self) -> Reply | None:
        """What the server said unasked: 421 before it closes, or something out of step."""
        early = bytes(self._unread).strip()
        if not early:
            return None
        if not early.startswith(_SHUTTING_DOWN):
            raise WireError(Fault.OUT_OF_STEP, self._heard_so_far())
        self._unread.clear()
        shown = self._transcript.server(early.splitlines())
        return Reply(int(_SHUTTING_DOWN), tuple(line[4:] for line in shown))

    # its ends

    @property
    def spoke_early(self) -> bool:
        """Whether bytes lie here that no command asked for."""
        return bool(self._unread)

    @property
    def first_unread(self) -> bytes:
        """The first bytes of what lies here, to tell a protocol from."""
        return bytes(self._unread[:_TELLING_BYTES])

    def take_early(self) -> str:
        """What lies here unasked for, recorded and fit to be shown."""
        return self._heard_so_far()

    async def secure(self, context: ssl.SSLContext, host: str) -> ssl.SSLObject:
        """Put the connection into TLS. Whoever calls has made sure that nobody spoke early."""
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
        """The address of this end, where there is a connection."""
        name = self.transport.get_extra_info("sockname") if self.transport else None
        return str(name[0]) if name else None

    async def quit(self, patience: float) -> None:
        """Say goodbye, without insisting on an answer, and close."""
        with contextlib.suppress(SMTPException, ConnectionError):
            await self._answer(b"QUIT", patience)
        self.abort()

    def abort(self) -> None:
        """Close at once, whatever is under way."""
        if self.transport is not None:
            cast("asyncio.Transport", self.transport).abort()
