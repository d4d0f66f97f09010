"""One SMTP session: what all its stages share. The same serves a test and a real message.

The stages themselves are functions of their own: `reach`, `greet`, `secure`, `authenticate` and
`deliver`. They compose nothing and judge nothing: they are given a letter, tell a `Stages` what
they see, and leave by StageFailed where they can go no further. No second way is tried where the
first one fails.
"""

import contextlib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field

from mail.account import Account
from mail.diagnosis.replies import meaning_of
from mail.network.destinations import IPAddress
from mail.network.protocols import is_tls, other_protocol
from mail.network.tls import refusal_of
from mail.report.codes import Code
from mail.report.failure import StageFailed
from mail.report.reply import Reply
from mail.report.report import StageName
from mail.session.redaction import Redactor
from mail.session.stages import Stages
from mail.session.tools import Tools
from mail.session.transcript import Transcript
from mail.session.wire import Fault, Wire, WireError

GOODBYE_SECONDS = 1

_FAULTS = {
    Fault.CLOSED: Code.CONNECTION_CLOSED,
    Fault.SILENT: Code.REPLY_TIMED_OUT,
    Fault.TOO_LONG: Code.REPLY_TOO_LONG,
    Fault.SENSELESS: Code.REPLY_SENSELESS,
    Fault.OUT_OF_STEP: Code.REPLY_SENSELESS,
    Fault.UNSENT: Code.CONNECTION_CLOSED,
}


@dataclass(slots=True)
class Session:
    """One connection from its name to its end, and what is known of it so far.

    `extensions` and `mechanisms` are those of the last EHLO. `redactor` learns on the way what must
    not be shown. `secured` is true once a handshake has been verified, never before.
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
    secured: bool = False
    ehlo_name: str = ""

    async def command(self, line: str) -> Reply:
        """Say one line and note the reply in the current stage."""
        with self.faults():
            reply = await self.open_wire.command(line.encode())
        self.stages.heard(reply)
        return reply

    def expect(self, reply: Reply, *codes: int) -> None:
        """Go on only if `reply` has one of `codes`; else leave with what it means in this stage."""
        if reply.code not in codes:
            raise StageFailed(meaning_of(reply, self.stages.current), reply)

    @contextlib.contextmanager
    def faults(self) -> Iterator[None]:
        """Where no sensible reply comes, leave with what that means in this stage."""
        try:
            yield
        except WireError as error:
            raise _failure_of(error, self.stages.current) from error

    @property
    def open_wire(self) -> Wire:
        """The connection. Raises AssertionError before there is one: a bug."""
        if self.wire is None:
            raise AssertionError("there is no connection yet")
        return self.wire

    async def quit(self) -> None:
        """Take leave, without making anybody wait for it."""
        if self.wire is not None:
            await self.wire.quit(min(GOODBYE_SECONDS, self.account.timeout_seconds))

    def close(self) -> None:
        """Close the connection at once, whatever is under way."""
        if self.wire is not None:
            self.wire.abort()


def _failure_of(error: WireError, stage: StageName) -> StageFailed:
    if isinstance(error.__cause__, ssl.SSLError):  # TLS 1.3 refuses a client after the handshake
        code, words = refusal_of(error.__cause__)
        return StageFailed(code, detail=words)
    if stage is StageName.GREETING:
        if error.fault is Fault.SILENT:
            return StageFailed(Code.GREETING_TIMED_OUT, detail=error.heard)
        if is_tls(error.first_bytes):
            return StageFailed(Code.PORT_SPEAKS_IMPLICIT_TLS)
        if other := other_protocol(error.first_bytes):
            return StageFailed(Code.NOT_SMTP, detail=f"it speaks {other}: {error.heard}")
    return StageFailed(_FAULTS[error.fault], detail=error.heard)
