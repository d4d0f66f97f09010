"""One SMTP session: the state that its stages share.

The stages are functions in `reach`, `greet`, `secure`, `authenticate` and `deliver`. They do not
compose messages or word diagnoses. They receive a composed message, record what they see in a
`Stages`, and raise StageFailed when they cannot continue. If a stage fails, no weaker or other way
is tried: a test shows what the settings really do.
"""

import contextlib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field

from mail.account import Account
from mail.classification.classify import classify
from mail.classification.observation import Circumstances
from mail.network.destinations import IPAddress
from mail.network.protocols import is_tls, other_protocol
from mail.network.tls import Handshake, refusal_by_closing, refusal_of
from mail.report.codes import Code
from mail.report.failure import StageFailed
from mail.report.reply import Reply
from mail.report.report import StageName
from mail.session.redaction import Redactor
from mail.session.stages import Stages
from mail.session.tools import Tools
from mail.session.transcript import Transcript
from mail.session.wire import Fault, Wire, WireError

QUIT_SECONDS = 1

_FAULTS = {
    Fault.CLOSED: Code.CONNECTION_CLOSED,
    Fault.TIMED_OUT: Code.REPLY_TIMED_OUT,
    Fault.TOO_LONG: Code.REPLY_TOO_LONG,
    Fault.MALFORMED: Code.REPLY_SENSELESS,
    Fault.UNSOLICITED: Code.REPLY_SENSELESS,
    Fault.NOT_SENT: Code.CONNECTION_CLOSED,
}

_MASKABLE = (Code.EHLO_REFUSED, Code.STARTTLS_REFUSED, Code.MECHANISM_REFUSED)
"""Refusals of commands that a firewall may have replaced on their way to the server."""
_FIRST_AFTER_TLS = (StageName.GREETING, StageName.EHLO)
"""Stages in which a server of TLS 1.3 may close because of the client's certificate."""


@dataclass(slots=True)
class Session:
    """One connection, from the DNS lookup to its end, and what is known about it so far.

    `extensions` and `mechanisms` are from the last EHLO. The stages add secrets to `redactor` as
    they get them. `masked` is true if a firewall seems to change the dialogue. `secured` becomes
    true only after the handshake and the certificate are verified.
    """

    account: Account
    tools: Tools
    stages: Stages
    transcript: Transcript
    redactor: Redactor
    wire: Wire | None = None
    address: IPAddress | None = None
    extensions: dict[str, str] = field(default_factory=dict)
    mechanisms: tuple[str, ...] = ()
    masked: bool = False
    secured: bool = False
    handshake: Handshake | None = None
    ehlo_name: str = ""

    async def command(self, line: str) -> Reply:
        """Sends one command line, and records the reply in the current stage."""
        with self.faults():
            reply = await self.open_wire.command(line.encode())
        self.stages.record_reply(reply)
        return reply

    def expect(self, reply: Reply, *codes: int) -> None:
        """Raises StageFailed with the reply's meaning if `reply` has none of `codes`."""
        if reply.code not in codes:
            code = self.meaning_of(reply)
            self.masked |= reply.masked
            raise StageFailed(self.unless_masked(code) if code in _MASKABLE else code, reply)

    def meaning_of(self, reply: Reply, *, by_token: bool = False) -> Code:
        """Returns what a refusal means in the current stage. `by_token`: the sign-in uses one."""
        circumstances = Circumstances(
            stage=self.stages.current,
            host=self.account.host,
            banner=self.stages.server.banner or "",
            username_set=self.account.username is not None,
            secured=self.secured,
            by_token=by_token,
        )
        return classify(reply, circumstances)

    def unless_masked(self, code: Code) -> Code:
        """Returns `code`, or DIALOGUE_MASKED if a firewall may be the cause.

        Over TLS, a firewall cannot change the dialogue.
        """
        return Code.DIALOGUE_MASKED if self.masked and not self.secured else code

    @contextlib.contextmanager
    def faults(self) -> Iterator[None]:
        """Converts a WireError into the StageFailed that it means in the current stage."""
        try:
            yield
        except WireError as error:
            raise _failure_of(error, self.stages.current, self.handshake) from error

    @property
    def open_wire(self) -> Wire:
        """The connection. Raises AssertionError before there is one: a bug."""
        if self.wire is None:
            raise AssertionError("there is no connection yet")
        return self.wire

    async def quit(self) -> None:
        """Sends QUIT, and waits only briefly for the reply."""
        if self.wire is not None:
            await self.wire.quit(min(QUIT_SECONDS, self.account.timeout_seconds))

    def close(self) -> None:
        """Closes the connection at once, even in the middle of a command."""
        if self.wire is not None:
            self.wire.abort()


def _failure_of(error: WireError, stage: StageName, handshake: Handshake | None) -> StageFailed:
    if isinstance(error.__cause__, ssl.SSLError):  # TLS 1.3 refuses a client after the handshake
        code, words = refusal_of(error.__cause__, handshake)
        return StageFailed(code, detail=words)
    asked = handshake is not None and handshake.certificate_requested
    if asked and stage in _FIRST_AFTER_TLS and error.fault is Fault.CLOSED and not error.received:
        code, words = refusal_by_closing(handshake)
        return StageFailed(code, detail=words)
    if stage is StageName.GREETING:
        if error.fault is Fault.TIMED_OUT:
            return StageFailed(Code.GREETING_TIMED_OUT, detail=error.received)
        if is_tls(error.first_bytes):
            return StageFailed(Code.PORT_SPEAKS_IMPLICIT_TLS)
        if other := other_protocol(error.first_bytes):
            words = f"it speaks {other}"
            return StageFailed(Code.NOT_SMTP, detail=error.received, words=words)
    return StageFailed(_FAULTS[error.fault], detail=error.received)
