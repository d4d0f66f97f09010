"""The world of a mail test: scripted servers behind made-up ports, names and certificates."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

import trustme

from mail.account import Account
from mail.attempt import attempt
from mail.destinations import DestinationRules, IPAddress
from mail.letter import Letter
from mail.message import Purpose, compose
from mail.report import Report, TestDepth
from mail.secret import Secret
from mail.stages import OnProgress
from mail.tools import Tools
from tests.mail.scripted import Script, ScriptedServer

HOST = "mx.example.org"
PASSWORD = "Tr0ub4dor&3-пароль"
SENDER = "postledger@example.org"
RECIPIENT = "ada@example.net"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LIMIT = 0.25


def letter(sender: str = SENDER, recipient: str = RECIPIENT) -> Letter:
    """A test email and its envelope."""
    message = compose(
        display_name="Postledger",
        sender=sender,
        recipient=recipient,
        purpose=Purpose("Ada Lovelace", NOON, revision=3, unsaved=False, server=f"{HOST}:587"),
        sent_at=NOON,
        token="0123456789abcdef",
    )
    return Letter(sender, recipient, message)


class World:
    """Makes certificates once, and knows where each made-up port really is."""

    def __init__(self) -> None:
        self.authority = trustme.CA(organization_name="Example Authority")
        self.ports: dict[int, int] = {}
        self.addresses: Sequence[IPAddress] = (ip_address("127.0.0.1"),)
        self.account = Account(
            host=HOST,
            port=587,
            trusted_certificates=(self.authority.cert_pem.bytes().decode(),),
            username="postledger",
            password=Secret(PASSWORD),
            timeout_seconds=LIMIT,
        )
        self.tools = Tools(
            resolver=self.resolve,
            dial=self.dial,
            rules=DestinationRules(refusal_seconds=0.05),
            limit_seconds=4,
            machine_name=lambda: "host.example.com",
        )

    async def resolve(self, _host: str, _port: int) -> Sequence[IPAddress]:
        """Every name is this machine's."""
        return self.addresses

    async def dial(self, _address: IPAddress, port: int) -> socket.socket:
        """Connect to the server that stands behind a made-up port."""
        connection = socket.socket(proto=socket.IPPROTO_TCP)
        connection.setblocking(False)
        try:
            loop = asyncio.get_running_loop()
            await loop.sock_connect(connection, ("127.0.0.1", self.ports.get(port, port)))
        except BaseException:
            connection.close()
            raise
        return connection

    def context(self, certificate: str = "good") -> ssl.SSLContext:
        """A server's TLS with one of the made-up certificates."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        names = {"good": HOST, "other": "other.example.org"}
        self.authority.issue_cert(names[certificate]).configure_cert(context)
        return context

    @contextlib.asynccontextmanager
    async def serving(
        self, scripts: Mapping[int, Script]
    ) -> AsyncIterator[Mapping[int, ScriptedServer]]:
        """Run a server behind each made-up port."""
        servers: dict[int, ScriptedServer] = {}
        async with contextlib.AsyncExitStack() as stack:
            for port, script in scripts.items():
                server = ScriptedServer(script, self.context(script.certificate))
                servers[port] = await stack.enter_async_context(server.running())
                self.ports[port] = server.port
            yield servers

    async def attempt(
        self,
        account: Account,
        depth: TestDepth = TestDepth.SEND,
        *,
        sender: str = SENDER,
        recipient: str = RECIPIENT,
        on_progress: OnProgress | None = None,
        **tools: object,
    ) -> Report:
        """One attempt in this world."""
        return await attempt(
            account,
            letter(sender, recipient),
            depth,
            tools=replace(self.tools, **tools),  # type: ignore[arg-type]
            on_progress=on_progress,
        )
