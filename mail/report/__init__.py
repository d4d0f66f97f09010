"""What an attempt found out, as plain values that contain no secret.

- The report and its parts: `report`. Failures inside a session: `failure`. Replies: `reply`.
- The diagnosis codes: `codes`. What each code means: `code_facts`.
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
