"""A real SMTP server, aiosmtpd, for refusals that a standard server sends."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP, AuthResult


@dataclass(frozen=True)
class Daemon:
    """The options of aiosmtpd, and what it answers after a message."""

    require_starttls: bool = False
    auth_required: bool = False
    data_size_limit: int = 2**20
    enable_SMTPUTF8: bool = True  # noqa: N815 - aiosmtpd's name
    after_message: str = "250 OK"
    certificate: str = "good"
    words: str = ""


class DaemonServer:
    """Serves every connection with a new aiosmtpd."""

    def __init__(self, daemon: Daemon, context: ssl.SSLContext) -> None:
        self._daemon, self._context = daemon, context
        self._made: list[SMTP] = []
        self.heard_in_the_clear: list[bytes] = []
        self.port = 0

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["DaemonServer"]:
        """Serves on a free port of 127.0.0.1."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for protocol in self._made:
                if isinstance(protocol.transport, asyncio.WriteTransport):
                    protocol.transport.abort()
            await asyncio.sleep(0)

    def _serve(self) -> SMTP:
        daemon = self._daemon
        protocol = SMTP(
            self,
            hostname="mx.example.org",
            tls_context=self._context,
            require_starttls=daemon.require_starttls,
            auth_required=daemon.auth_required,
            authenticator=lambda *_: AuthResult(success=True),
            data_size_limit=daemon.data_size_limit,
            enable_SMTPUTF8=daemon.enable_SMTPUTF8,
            loop=asyncio.get_running_loop(),
        )
        self._made.append(protocol)
        return protocol

    async def handle_DATA(self, *_: object) -> str:  # noqa: N802 - aiosmtpd's name
        """Answers a message."""
        return self._daemon.after_message
