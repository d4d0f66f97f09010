"""A real mail server that requires STARTTLS and sign-in, and records everything."""

import asyncio
import contextlib
import email
import email.policy
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword

from tests.e2e.client import Json
from tests.e2e.processes import DEADLINE

HOST: Final = "localhost"


@dataclass(frozen=True, slots=True)
class SignIn:
    """An attempt to sign in, as the server received it."""

    mechanism: str
    username: str
    password: str = field(repr=False)
    accepted: bool


@dataclass(frozen=True, slots=True)
class Mail:
    """A message as the server received it."""

    sender: str | None
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The parsed message."""
        parsed = email.message_from_bytes(self.content, policy=email.policy.default)
        if not isinstance(parsed, EmailMessage):
            raise TypeError("the default policy makes an EmailMessage")
        return parsed


class MailServer:
    """One server on a free port of this machine, with accounts by name and password."""

    def __init__(self, accounts: dict[str, str]) -> None:
        authority = trustme.CA(organization_name="Example Authority")
        self.authority = authority.cert_pem.bytes().decode()
        self.accounts = accounts
        self.mails: list[Mail] = []
        self.sign_ins: list[SignIn] = []
        self.connections = 0
        self.port = 0
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(HOST, "127.0.0.1").configure_cert(self._tls)
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._answers = asyncio.Event()
        self._answers.set()

    @property
    def settings(self) -> Json:
        """Settings that send through this server, as its first account."""
        username, password = next(iter(self.accounts.items()))
        return {
            "smtpHost": HOST,
            "smtpPort": self.port,
            "smtpUsername": username,
            "smtpPassword": {"set": password},
            "defaultFromAddress": "noreply@example.org",
            "trustedCertificates": [self.authority],
        }

    @contextlib.contextmanager
    def running(self) -> Iterator["MailServer"]:
        """Serves until the end of the block."""
        listening = threading.Event()
        ended = asyncio.Event()
        thread = threading.Thread(
            target=lambda: self._loop.run_until_complete(self._serve(listening, ended)), daemon=True
        )
        thread.start()
        listening.wait(DEADLINE)
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(ended.set)
            thread.join(DEADLINE)
            self._loop.close()

    @contextlib.contextmanager
    def holding(self) -> Iterator[None]:
        """Delays the answers to messages' final dots until the end of the block."""
        self._loop.call_soon_threadsafe(self._answers.clear)
        try:
            yield
        finally:
            self._loop.call_soon_threadsafe(self._answers.set)

    def wait_for_mails(self, count: int) -> None:
        """Waits until `count` messages arrived; their answers may still be held back.

        Raises:
            TimeoutError: too few messages arrived.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.mails) >= count, DEADLINE):
                raise TimeoutError(f"{len(self.mails)} messages came instead of {count}")

    async def handle_DATA(self, *about: object) -> str:  # noqa: N802 (aiosmtpd's name)
        """Keeps a message; `about` is server, session and envelope."""
        envelope = about[-1]
        if not isinstance(envelope, Envelope) or not isinstance(envelope.content, bytes):
            raise TypeError("aiosmtpd passes an envelope with bytes last")
        mail = Mail(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.content)
        with self._changed:
            self.mails.append(mail)
            self._changed.notify_all()
        await self._answers.wait()
        return "250 2.0.0 taken"

    def _authenticate(self, *about: object) -> AuthResult:
        """Checks a sign-in; `about` is server, session, envelope, mechanism and credentials."""
        mechanism, credentials = about[-2:]
        if not isinstance(credentials, LoginPassword):
            raise TypeError("only PLAIN and LOGIN are offered")
        username, password = credentials.login.decode(), credentials.password.decode()
        accepted = self.accounts.get(username) == password
        self.sign_ins.append(SignIn(str(mechanism), username, password, accepted))
        return AuthResult(success=accepted, handled=False)

    def _connected(self) -> SMTP:
        self.connections += 1
        return SMTP(
            self,
            hostname=HOST,
            enable_SMTPUTF8=True,
            tls_context=self._tls,
            require_starttls=True,
            auth_required=True,
            authenticator=self._authenticate,
            loop=self._loop,
        )

    async def _serve(self, listening: threading.Event, ended: asyncio.Event) -> None:
        server = await self._loop.create_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        listening.set()
        await ended.wait()
        server.close()
        # Handlers of connections from a killed service still wait.
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
