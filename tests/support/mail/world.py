"""The world of a mail test: scripted servers with made-up ports, names and certificates."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from ipaddress import ip_address

from mail.account import Account
from mail.message.message import Purpose, compose
from mail.message.outgoing import OutgoingMessage
from mail.network.destinations import DestinationRules, IPAddress
from mail.network.network import Network
from mail.network.resolve import Resolver
from mail.report.report import EmailTestDepth, Report
from mail.secret import Secret
from mail.session.attempt import run_attempt
from mail.session.stages import OnProgress
from mail.session.tools import Tools
from tests.support.mail.aiosmtpd_server import Daemon, DaemonServer
from tests.support.mail.certificates import MadeCertificates
from tests.support.mail.chains import HOST
from tests.support.mail.scripted import Script, ScriptedServer

PASSWORD = "Tr0ub4dor&3-пароль"
SENDER = "postledger@example.org"
RECIPIENT = "ada@example.net"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PATIENT, IMPATIENT = 10.0, 0.3
"""Seconds: more than a busy machine needs, and short enough for a test that must time out."""

Answer = Sequence[str] | OSError | None
"""A name's addresses, the resolver's error, or None for a resolver that never answers."""


def outgoing(sender: str = SENDER, recipient: str = RECIPIENT) -> OutgoingMessage:
    """Returns a test email with its envelope."""
    message = compose(
        display_name="Postledger",
        sender=sender,
        recipient=recipient,
        purpose=Purpose("Ada Lovelace", NOON, revision=3, unsaved=False, server=f"{HOST}:587"),
        sent_at=NOON,
        token="0123456789abcdef",
    )
    return OutgoingMessage(sender, recipient, message)


@dataclass
class World:
    """The names, ports and addresses of a test. Every other name leads to this machine.

    `down` maps addresses that refuse connections to their error, or to None if they never answer.
    """

    certificates: MadeCertificates = field(default_factory=MadeCertificates)
    names: dict[str, Answer] = field(default_factory=dict)
    down: dict[str, OSError | None] = field(default_factory=dict)
    ports: dict[int, int] = field(default_factory=dict)
    dialed: list[tuple[str, int]] = field(default_factory=list)

    def context(self, certificate: str = "good") -> ssl.SSLContext:
        """Returns a server's TLS context with a made-up certificate."""
        return self.certificates.context(certificate)

    @property
    def account(self) -> Account:
        """An account that works with the usual server on port 587."""
        return Account(
            host=HOST,
            port=587,
            trusted_certificates=(self.certificates.trusted_pem,),
            username="postledger",
            password=Secret(PASSWORD),
            timeout_seconds=PATIENT,
        )

    @property
    def tools(self) -> Tools:
        """The tools of this world."""
        return Tools(
            self.network,
            limit_seconds=2 * PATIENT,
            machine_name=lambda: "host.example.com",
        )

    @property
    def network(self) -> Network:
        """The network of this world."""
        rules = DestinationRules(refusal_seconds=0.05)
        return Network(resolver=self._resolve, dial=self._dial, rules=rules)

    def tools_with(
        self, *, resolver: Resolver | None = None, rules: DestinationRules | None = None
    ) -> Tools:
        """Returns the tools of this world with another resolver or other rules."""
        network = self.network
        changed = replace(
            network, resolver=resolver or network.resolver, rules=rules or network.rules
        )
        return replace(self.tools, network=changed)

    async def _resolve(self, host: str, _port: int) -> Sequence[IPAddress]:
        answer = self.names.get(host, ["127.0.0.1"])
        if answer is None:
            await asyncio.Event().wait()
        if isinstance(answer, OSError):
            raise answer
        return [ip_address(each) for each in answer or ()]

    async def _dial(self, address: IPAddress, port: int) -> socket.socket:
        self.dialed.append((str(address), port))
        if str(address) in self.down:
            if (fault := self.down[str(address)]) is not None:
                raise fault
            await asyncio.Event().wait()
        connection = socket.socket(proto=socket.IPPROTO_TCP)
        connection.setblocking(False)
        try:
            loop = asyncio.get_running_loop()
            await loop.sock_connect(connection, ("127.0.0.1", self.ports.get(port, port)))
        except BaseException:
            connection.close()
            raise
        return connection

    @contextlib.asynccontextmanager
    async def serving(
        self, scripts: Mapping[int, Script]
    ) -> AsyncIterator[Mapping[int, ScriptedServer]]:
        """Runs a server for each made-up port."""
        servers = {}
        async with contextlib.AsyncExitStack() as stack:
            for port, script in scripts.items():
                server = ScriptedServer(script, self.certificates.context(script.certificate))
                servers[port] = await stack.enter_async_context(server.running())
                self.ports[port] = server.port
            yield servers

    @contextlib.asynccontextmanager
    async def serving_daemon(self, port: int, daemon: Daemon) -> AsyncIterator[None]:
        """Runs a real SMTP server for a made-up port."""
        server = DaemonServer(daemon, self.certificates.context(daemon.certificate))
        async with server.running():
            self.ports[port] = server.port
            yield

    async def attempt(
        self,
        account: Account,
        depth: EmailTestDepth = EmailTestDepth.SEND,
        *,
        of: OutgoingMessage | None = None,
        tools: Tools | None = None,
        on_progress: OnProgress | None = None,
    ) -> Report:
        """Makes one attempt in this world."""
        return await run_attempt(
            account, of or outgoing(), depth, tools=tools or self.tools, on_progress=on_progress
        )


def impatient(account: Account) -> Account:
    """Returns the account with a short timeout, for attempts that must time out."""
    return replace(account, timeout_seconds=IMPATIENT)
