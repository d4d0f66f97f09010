"""What a test email found out: plain values that contain no secret."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class StageName(StrEnum):
    """The stages, in the order in which they run; implicit TLS puts TLS before GREETING."""

    TOKEN = "TOKEN"  # noqa: S105 - the name of a stage
    RESOLVE = "RESOLVE"
    CONNECT = "CONNECT"
    GREETING = "GREETING"
    EHLO = "EHLO"
    TLS = "TLS"
    AUTHENTICATE = "AUTHENTICATE"
    MAIL_FROM = "MAIL_FROM"
    RCPT_TO = "RCPT_TO"
    DATA = "DATA"


class StageOutcome(StrEnum):
    """The state of one stage."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    PASSED = "PASSED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"


class EmailTestOutcome(StrEnum):
    """How a test ended.

    ACCEPTED: the server accepted the message; whether it delivers the message is not known.
    REACHED: every stage of a depth below SEND passed. UNCERTAIN: the connection broke after the
    message was sent and before the server answered. INTERRUPTED: the service stopped during the
    test.
    """

    RUNNING = "RUNNING"
    ACCEPTED = "ACCEPTED"
    REACHED = "REACHED"
    FAILED = "FAILED"
    UNCERTAIN = "UNCERTAIN"
    CANCELLED = "CANCELLED"
    INTERRUPTED = "INTERRUPTED"


class EmailTestDepth(StrEnum):
    """How far a test goes: up to TLS, up to signing in, up to RCPT TO, or to a sent message."""

    CONNECT = "CONNECT"
    AUTHENTICATE = "AUTHENTICATE"
    ENVELOPE = "ENVELOPE"
    SEND = "SEND"


class TranscriptSender(StrEnum):
    """Which side sent a line."""

    CLIENT = "CLIENT"
    SERVER = "SERVER"


@dataclass(frozen=True, slots=True)
class StageReport:
    """One stage: its outcome, its duration in milliseconds, and the text of the server's reply."""

    name: StageName
    outcome: StageOutcome = StageOutcome.PENDING
    duration_ms: int | None = None
    reply_code: int | None = None
    enhanced_code: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """One line of the SMTP dialogue, sent `at_ms` milliseconds after the test began."""

    sender: TranscriptSender
    at_ms: int
    line: str
    redacted: bool = False


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What the server says about itself.

    `extensions` and `auth_mechanisms` are from the reply to the last EHLO.
    """

    address: str | None = None
    banner: str | None = None
    extensions: tuple[str, ...] = ()
    auth_mechanisms: tuple[str, ...] = ()
    tls_version: str | None = None
    tls_cipher: str | None = None


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """A certificate as the server presented it. `sha256` is the fingerprint in lowercase hex."""

    subject: str
    issuer: str
    dns_names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    sha256: str
    pem: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A change that would fix the failure: set `field` to `value`.

    `field` is a path of GraphQL input names.
    """

    message: str
    field: tuple[str, ...] | None = None
    value: str | None = None
    help_url: str | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why a test failed. If `transient` is true, the same attempt may succeed later."""

    code: str
    stage: StageName
    transient: bool
    message: str
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The current state of a test. Each report is complete, so the latest replaces all earlier.

    `in_doubt` is true from the moment that the message is passed to the connection until the server
    answers it. `destination_refused` is true if a rule forbids the destination; no connection was
    made then.
    """

    outcome: EmailTestOutcome
    stages: tuple[StageReport, ...]
    diagnosis: Diagnosis | None = None
    server: ServerFacts | None = None
    certificates: tuple[CertificateFacts, ...] = ()
    transcript: tuple[TranscriptLine, ...] = ()
    message_id: str | None = None
    in_doubt: bool = False
    destination_refused: bool = False

    def stopped(self, outcome: EmailTestOutcome) -> "Report":
        """Returns the report of a test that was stopped from outside after this snapshot.

        `outcome` is CANCELLED or INTERRUPTED. If the message was already sent, the outcome becomes
        UNCERTAIN instead, because the server may have accepted the message.
        """
        unfinished = (StageOutcome.PENDING, StageOutcome.RUNNING)
        stages = tuple(
            replace(stage, outcome=StageOutcome.SKIPPED) if stage.outcome in unfinished else stage
            for stage in self.stages
        )
        final = EmailTestOutcome.UNCERTAIN if self.in_doubt else outcome
        return replace(self, outcome=final, stages=stages)
