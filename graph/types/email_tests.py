"""Test emails as clients read them."""

from datetime import datetime

import strawberry

from graph.types.base.common import ActorType, Certificate, Node, SuggestionType
from graph.types.base.enums import (
    EmailTestDepth,
    EmailTestOutcome,
    StageName,
    StageOutcome,
    TranscriptSender,
)
from graph.types.base.ids import write_id
from graph.types.base.paging import PageInfo, cursor, page_info
from service.email_tests import Diagnosis, EmailTest, ServerFacts, StageReport, TranscriptLine
from service.process import Page

TEST_EMAIL_CURSOR = "TestEmail.v1"


@strawberry.type(name="TestStage", description="One stage of a test, with the server's own words.")
class EmailTestStage:
    """A stage."""

    name: StageName = strawberry.field(description="Which stage.")
    outcome: StageOutcome = strawberry.field(description="How it went.")
    duration_ms: int | None = strawberry.field(description="How long it took, in milliseconds.")
    reply_code: int | None = strawberry.field(
        description="The server's last reply code (RFC 5321), such as 535."
    )
    enhanced_code: str | None = strawberry.field(
        description="Its enhanced status code (RFC 3463), such as `5.7.8`."
    )
    detail: str | None = strawberry.field(description="The server's words, or what was found.")

    @classmethod
    def of(cls, stage: StageReport) -> "EmailTestStage":
        """From a stage of the service."""
        return cls(
            name=stage.name,
            outcome=stage.outcome,
            duration_ms=stage.duration_ms,
            reply_code=stage.reply_code,
            enhanced_code=stage.enhanced_code,
            detail=stage.detail,
        )


@strawberry.type(name="Diagnosis", description="Why a test failed, and what would mend it.")
class DiagnosisType:
    """A diagnosis."""

    code: str = strawberry.field(
        description="Stable, UPPER_SNAKE_CASE, such as `CREDENTIALS_REJECTED`."
    )
    stage: StageName = strawberry.field(description="The stage that failed.")
    transient: bool = strawberry.field(description="Whether the same attempt may succeed later.")
    message: str = strawberry.field(description="One plain sentence.")
    suggestions: list[SuggestionType] = strawberry.field(
        description="What to try, likeliest first."
    )

    @classmethod
    def of(cls, diagnosis: Diagnosis) -> "DiagnosisType":
        """From a diagnosis of the service."""
        return cls(
            code=diagnosis.code,
            stage=diagnosis.stage,
            transient=diagnosis.transient,
            message=diagnosis.message,
            suggestions=[SuggestionType.of(each) for each in diagnosis.suggestions],
        )


@strawberry.type(description="What the mail server said of itself.")
class SmtpServer:
    """A server."""

    address: str | None = strawberry.field(description="The IP address that was connected to.")
    banner: str | None = strawberry.field(description="Its greeting.")
    extensions: list[str] = strawberry.field(description="What it offered in its last EHLO.")
    auth_mechanisms: list[str] = strawberry.field(description="How it lets clients sign in.")
    tls_version: str | None = strawberry.field(description="Such as `TLSv1.3`.")
    tls_cipher: str | None = strawberry.field(description="Such as `TLS_AES_256_GCM_SHA384`.")

    @classmethod
    def of(cls, server: ServerFacts) -> "SmtpServer":
        """From the service's facts."""
        return cls(
            address=server.address,
            banner=server.banner,
            extensions=list(server.extensions),
            auth_mechanisms=list(server.auth_mechanisms),
            tls_version=server.tls_version,
            tls_cipher=server.tls_cipher,
        )


@strawberry.type(name="TranscriptLine", description="One line of the dialogue.")
class TranscriptLineType:
    """A line."""

    sender: TranscriptSender = strawberry.field(description="Who said it.")
    at_ms: int = strawberry.field(description="Milliseconds after the test began.")
    line: str = strawberry.field(description="What was said; credentials are replaced.")
    redacted: bool = strawberry.field(description="Whether something in it was replaced.")

    @classmethod
    def of(cls, line: TranscriptLine) -> "TranscriptLineType":
        """From a line of the service."""
        return cls(sender=line.sender, at_ms=line.at_ms, line=line.line, redacted=line.redacted)


@strawberry.type(
    name="TestEmail",
    description="A test email: an attempt to send through the settings, stage by stage.",
)
class EmailTestType(Node):
    """A test."""

    outcome: EmailTestOutcome = strawberry.field(description="How it ended.")
    depth: EmailTestDepth = strawberry.field(description="How far it was to go.")
    recipient: str | None = strawberry.field(description="Who was to get it.")
    revision: int = strawberry.field(
        description="The revision tested, or the one that the unsaved changes were laid over."
    )
    used_unsaved_changes: bool = strawberry.field(description="Whether unsaved changes were tried.")
    stages: list[EmailTestStage] = strawberry.field(description="Its stages, in their order.")
    diagnosis: DiagnosisType | None = strawberry.field(description="Null unless it failed.")
    server: SmtpServer | None = strawberry.field(description="Null where none was reached.")
    certificates: list[Certificate] = strawberry.field(
        description="As the server presented them, leaf first."
    )
    transcript: list[TranscriptLineType] = strawberry.field(
        description="The dialogue, credentials replaced."
    )
    message_id: str | None = strawberry.field(
        description="The message's Message-ID, to find it in the server's logs."
    )
    requested_by: ActorType = strawberry.field(description="Who asked for it.")
    started_at: datetime = strawberry.field(description="When it began.")
    finished_at: datetime | None = strawberry.field(description="When it ended.")

    @classmethod
    def of(cls, test: EmailTest) -> "EmailTestType":
        """From a test of the service."""
        report = test.report
        return cls(
            id=strawberry.ID(write_id("TestEmail", test.id)),
            outcome=report.outcome,
            depth=test.depth,
            recipient=test.recipient,
            revision=test.revision,
            used_unsaved_changes=test.used_unsaved_changes,
            stages=[EmailTestStage.of(each) for each in report.stages],
            diagnosis=None if report.diagnosis is None else DiagnosisType.of(report.diagnosis),
            server=None if report.server is None else SmtpServer.of(report.server),
            certificates=[Certificate.of(each) for each in report.certificates],
            transcript=[TranscriptLineType.of(each) for each in report.transcript],
            message_id=report.message_id,
            requested_by=ActorType.of(test.requested_by),
            started_at=test.started_at,
            finished_at=test.finished_at,
        )


@strawberry.type(name="TestEmailEdge", description="A test email in a page.")
class EmailTestEdge:
    """An edge."""

    node: EmailTestType = strawberry.field(description="The test.")
    cursor: str = strawberry.field(description="Its place in the list.")


@strawberry.type(name="TestEmailConnection", description="A page of the test emails, newest first.")
class EmailTestConnection:
    """A connection."""

    edges: list[EmailTestEdge] = strawberry.field(description="The tests with their cursors.")
    page_info: PageInfo = strawberry.field(description="Whether the list goes on.")

    @classmethod
    def of(cls, page: Page[EmailTest]) -> "EmailTestConnection":
        """From a page of the service."""
        cursors = [cursor(TEST_EMAIL_CURSOR, each.number) for each in page.items]
        return cls(
            edges=[
                EmailTestEdge(node=EmailTestType.of(each), cursor=at)
                for each, at in zip(page.items, cursors, strict=True)
            ],
            page_info=page_info(page, cursors),
        )
