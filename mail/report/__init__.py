"""What an attempt found out, as plain values without a secret.

- The report and its parts: `report`. Failures inside a session: `failure`. Replies: `reply`.
- The diagnosis codes: `codes`, and what each one means: `code_facts`.
"""

from mail.report.report import (
    CertificateFacts,
    Diagnosis,
    EmailTestDepth,
    EmailTestOutcome,
    Report,
    ServerFacts,
    StageName,
    StageOutcome,
    StageReport,
    Suggestion,
    TranscriptLine,
    TranscriptSender,
)

__all__ = [
    "CertificateFacts",
    "Diagnosis",
    "EmailTestDepth",
    "EmailTestOutcome",
    "Report",
    "ServerFacts",
    "StageName",
    "StageOutcome",
    "StageReport",
    "Suggestion",
    "TranscriptLine",
    "TranscriptSender",
]
