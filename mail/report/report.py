"""What a test email found out: plain values, without a secret in them."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class StageName(StrEnum):
    """The stages, in their order; with implicit TLS, TLS comes before GREETING."""

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
    """How far one stage has come."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    PASSED = "PASSED"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"


class EmailTestOutcome(StrEnum):
    """How a test ended.

    ACCEPTED: the server took the message; whether it is delivered is not known here. REACHED: all
    stages of a lesser depth passed. UNCERTAIN: the connection broke after the message was sent and
    before the server answered. INTERRUPTED: the service stopped meanwhile.
    """

    RUNNING = "RUNNING"
    ACCEPTED = "ACCEPTED"
    REACHED = "REACHED"
    FAILED = "FAILED"
    UNCERTAIN = "UNCERTAIN"
    CANCELLED = "CANCELLED"
    INTERRUPTED = "INTERRUPTED"


class EmailTestDepth(StrEnum):
    """How far to go: up to TLS, up to signing in, up to RCPT TO, or all the way."""

    CONNECT = "CONNECT"
    AUTHENTICATE = "AUTHENTICATE"
    ENVELOPE = "ENVELOPE"
    SEND = "SEND"


class TranscriptSender(StrEnum):
    """Who said a line."""

    CLIENT = "CLIENT"
    SERVER = "SERVER"


@dataclass(frozen=True, slots=True)
class StageReport:
    """One stage: its outcome, its duration in milliseconds, and the server's own words."""

    name: StageName
    outcome: StageOutcome = StageOutcome.PENDING
    duration_ms: int | None = None
    reply_code: int | None = None
    enhanced_code: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """One line of the dialogue, `at_ms` milliseconds after the test began."""

    sender: TranscriptSender
    at_ms: int
    line: str
    redacted: bool = False


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What the server says of itself. `extensions` and `auth_mechanisms` are the last EHLO's."""

    address: str | None = None
    banner: str | None = None
    extensions: tuple[str, ...] = ()
    auth_mechanisms: tuple[str, ...] = ()
    tls_version: str | None = None
    tls_cipher: str | None = None


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """A certificate as it was presented. `sha256` is the fingerprint in lower-case hexadecimal."""

    subject: str
    issuer: str
    dns_names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    sha256: str
    pem: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A change that would mend it: put `value` into `field`, a path of GraphQL input names."""

    message: str
    field: tuple[str, ...] | None = None
    value: str | None = None
    help_url: str | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why a test failed. `transient`: the same attempt may succeed later."""

    code: str
    stage: StageName
    transient: bool
    message: str
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A test as it stands; whole each time, so that the latest is all that anybody needs.

    `in_doubt` is true from the moment that the message is handed to the connection until the server
    answers it. `destination_refused` says that a rule forbids the destination: nothing
    was connected to.
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
        """This report, as it stands when the test is stopped from outside.

        `outcome` is CANCELLED or INTERRUPTED; where the message was already out, it becomes
        UNCERTAIN all the same, because the server may have taken it.
        """
        unfinished = (StageOutcome.PENDING, StageOutcome.RUNNING)
        stages = tuple(
            replace(stage, outcome=StageOutcome.SKIPPED) if stage.outcome in unfinished else stage
            for stage in self.stages
        )
        known = EmailTestOutcome.UNCERTAIN if self.in_doubt else outcome
        return replace(self, outcome=known, stages=stages)
