"""The use-cases on test emails.

- Requesting, following, canceling and listing tests: `sending`.
- Checking a request: `request`. Running the attempt: `running`. The message: `letter`.
- Tests as rows: `rows`, `reports`. What the trail says of them: `events`.
"""

from service.email_tests.sending import (
    DestinationNotAllowed,
    Diagnosis,
    RecipientNotAllowed,
    SendResult,
    ServerFacts,
    StageReport,
    TestDepth,
    TestEmail,
    TestEmailSent,
    TestOutcome,
    TestRequest,
    TestStageName,
    TestStageOutcome,
    TooManyTests,
    TranscriptLine,
    TranscriptSender,
    cancel_test_email,
    follow_test_email,
    send_test_email,
    test_email,
    test_emails,
)

__all__ = [
    "DestinationNotAllowed",
    "Diagnosis",
    "RecipientNotAllowed",
    "SendResult",
    "ServerFacts",
    "StageReport",
    "TestDepth",
    "TestEmail",
    "TestEmailSent",
    "TestOutcome",
    "TestRequest",
    "TestStageName",
    "TestStageOutcome",
    "TooManyTests",
    "TranscriptLine",
    "TranscriptSender",
    "cancel_test_email",
    "follow_test_email",
    "send_test_email",
    "test_email",
    "test_emails",
]
