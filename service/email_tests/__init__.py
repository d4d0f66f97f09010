"""The use-cases on test emails.

- Requesting, following, canceling and listing tests: `sending`.
- Checking a request: `request`. Running the attempt: `running`. The message: `message`.
- Tests as rows: `rows`, with `reports` in JSON. The events on tests: `events`.
"""

from mail.report import (
    Diagnosis,
    EmailTestDepth,
    EmailTestOutcome,
    ServerFacts,
    StageName,
    StageOutcome,
    StageReport,
    TranscriptLine,
    TranscriptSender,
)
from service.email_tests.request import EmailTestRequest
from service.email_tests.rows import EmailTest
from service.email_tests.sending import (
    DestinationNotAllowed,
    EmailTestStarted,
    SendResult,
    cancel_test_email,
    email_test,
    follow_test_email,
    list_email_tests,
    send_test_email,
)
from service.process.email_test_limits import RecipientNotAllowed, TooManyEmailTests

__all__ = [
    "DestinationNotAllowed",
    "Diagnosis",
    "EmailTest",
    "EmailTestDepth",
    "EmailTestOutcome",
    "EmailTestRequest",
    "EmailTestStarted",
    "RecipientNotAllowed",
    "SendResult",
    "ServerFacts",
    "StageName",
    "StageOutcome",
    "StageReport",
    "TooManyEmailTests",
    "TranscriptLine",
    "TranscriptSender",
    "cancel_test_email",
    "email_test",
    "follow_test_email",
    "list_email_tests",
    "send_test_email",
]
