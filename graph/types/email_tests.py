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


@strawberry.type(name="TestStage", description="One stage of a test email.")
class EmailTestStage:
    """A stage."""

    name: StageName = strawberry.field(description="The stage's name.")
    outcome: StageOutcome = strawberry.field(
        description="How the stage ended, or how far it has come."
    )
    duration_ms: int | None = strawberry.field(
        description="How long the stage took, in milliseconds. Null if it has not finished, or "
        "was skipped."
    )
    reply_code: int | None = strawberry.field(
        description="The server's last reply code (RFC 5321), such as 535. Null if the server did "
        "not reply."
    )
    enhanced_code: str | None = strawberry.field(
        description="The enhanced status code (RFC 3463) of the server's last reply, such as "
        "`5.7.8`. Null if the reply has no such code."
    )
    detail: str | None = strawberry.field(
        description="The text of the server's reply, or what the stage found, such as the host's "
        "IP addresses. Null if there is nothing to report."
    )

    @classmethod
    def of(cls, stage: StageReport) -> "EmailTestStage":
        """Builds it from the service's `StageReport`."""
        return cls(
            name=stage.name,
            outcome=stage.outcome,
            duration_ms=stage.duration_ms,
            reply_code=stage.reply_code,
            enhanced_code=stage.enhanced_code,
            detail=stage.detail,
        )


@strawberry.type(name="Diagnosis", description="Why a test failed, and how to fix it.")
class DiagnosisType:
    """A diagnosis."""

    code: str = strawberry.field(
        description="A stable code in UPPER_SNAKE_CASE, such as `CREDENTIALS_REJECTED`."
    )
    stage: StageName = strawberry.field(description="The stage that failed.")
    transient: bool = strawberry.field(
        description="Whether the same test may pass later without any change."
    )
    message: str = strawberry.field(description="What went wrong, in one sentence.")
    suggestions: list[SuggestionType] = strawberry.field(
        description="What to try, the most likely fix first."
    )

    @classmethod
    def of(cls, diagnosis: Diagnosis) -> "DiagnosisType":
        """Builds it from the service's `Diagnosis`."""
        return cls(
            code=diagnosis.code,
            stage=diagnosis.stage,
            transient=diagnosis.transient,
            message=diagnosis.message,
            suggestions=[SuggestionType.of(each) for each in diagnosis.suggestions],
        )


@strawberry.type(description="What the mail server disclosed about itself.")
class SmtpServer:
    """A mail server."""

    address: str | None = strawberry.field(
        description="The IP address that the test connected to. Null if it could not connect."
    )
    banner: str | None = strawberry.field(
        description="The text of the server's greeting. Null if the server sent none."
    )
    extensions: list[str] = strawberry.field(
        description="The extensions in the server's last EHLO reply, such as `STARTTLS` or `SIZE "
        "35882577`."
    )
    auth_mechanisms: list[str] = strawberry.field(
        description="The authentication mechanisms in the server's last EHLO reply, such as "
        "`PLAIN`."
    )
    tls_version: str | None = strawberry.field(
        description="The connection's TLS version, such as `TLSv1.3`. Null if it was not secured."
    )
    tls_cipher: str | None = strawberry.field(
        description="The connection's cipher suite, such as `TLS_AES_256_GCM_SHA384`. Null if it "
        "was not secured."
    )

    @classmethod
    def of(cls, server: ServerFacts) -> "SmtpServer":
        """Builds it from the service's `ServerFacts`."""
        return cls(
            address=server.address,
            banner=server.banner,
            extensions=list(server.extensions),
            auth_mechanisms=list(server.auth_mechanisms),
            tls_version=server.tls_version,
            tls_cipher=server.tls_cipher,
        )


@strawberry.type(
    name="TranscriptLine", description="One line of the dialogue with the mail server."
)
class TranscriptLineType:
    """A line of the transcript."""

    sender: TranscriptSender = strawberry.field(description="Who sent the line.")
    at_ms: int = strawberry.field(
        description="When the line was sent, in milliseconds since the test began."
    )
    line: str = strawberry.field(description="The text of the line, with credentials replaced.")
    redacted: bool = strawberry.field(description="Whether something in the line was replaced.")

    @classmethod
    def of(cls, line: TranscriptLine) -> "TranscriptLineType":
        """Builds it from the service's `TranscriptLine`."""
        return cls(sender=line.sender, at_ms=line.at_ms, line=line.line, redacted=line.redacted)


@strawberry.type(
    name="TestEmail",
    description="A test email: an attempt to send a message through the settings, reported stage "
    "by stage.",
)
class EmailTestType(Node):
    """A test email."""

    outcome: EmailTestOutcome = strawberry.field(
        description="How the test ended. RUNNING until then."
    )
    depth: EmailTestDepth = strawberry.field(description="How far the test goes.")
    recipient: str | None = strawberry.field(
        description="The recipient's email address. Null if the test has no recipient."
    )
    revision: int = strawberry.field(
        description="The settings revision that was tested, or to which unsaved changes were "
        "applied. 0 if nothing was saved yet."
    )
    used_unsaved_changes: bool = strawberry.field(
        description="Whether the test applied unsaved changes to the saved settings."
    )
    stages: list[EmailTestStage] = strawberry.field(description="The stages of the test, in order.")
    diagnosis: DiagnosisType | None = strawberry.field(
        description="Why the test failed, and how to fix it. Null unless it failed."
    )
    server: SmtpServer | None = strawberry.field(
        description="What the mail server disclosed about itself. Null if no server was reached."
    )
    certificates: list[Certificate] = strawberry.field(
        description="The certificates that the server presented, its own first, or those of the "
        "token endpoint if the test failed because of them. Empty if none were presented."
    )
    transcript: list[TranscriptLineType] = strawberry.field(
        description="The dialogue with the mail server, with credentials replaced."
    )
    message_id: str | None = strawberry.field(
        description="The Message-ID of the message, to find it in the server's logs. Null if the "
        "test did not get as far as sending one."
    )
    requested_by: ActorType = strawberry.field(description="The actor who requested the test.")
    started_at: datetime = strawberry.field(description="The date and time when the test began.")
    finished_at: datetime | None = strawberry.field(
        description="The date and time when the test ended. Null while it is running."
    )

    @classmethod
    def of(cls, test: EmailTest) -> "EmailTestType":
        """Builds it from the service's `EmailTest`."""
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


@strawberry.type(name="TestEmailEdge", description="A test email in a page, with its cursor.")
class EmailTestEdge:
    """An edge."""

    node: EmailTestType = strawberry.field(description="The test email.")
    cursor: str = strawberry.field(
        description="The item's cursor, for the arguments `after` and `before`."
    )


@strawberry.type(name="TestEmailConnection", description="A page of test emails, newest first.")
class EmailTestConnection:
    """A connection."""

    edges: list[EmailTestEdge] = strawberry.field(
        description="The test emails on this page, with their cursors."
    )
    page_info: PageInfo = strawberry.field(
        description="Whether there are more pages, and the cursors to fetch them with."
    )

    @classmethod
    def of(cls, page: Page[EmailTest]) -> "EmailTestConnection":
        """Builds it from a page of the service's test emails."""
        cursors = [cursor(TEST_EMAIL_CURSOR, each.number) for each in page.items]
        return cls(
            edges=[
                EmailTestEdge(node=EmailTestType.of(each), cursor=at)
                for each, at in zip(page.items, cursors, strict=True)
            ],
            page_info=page_info(page, cursors),
        )
