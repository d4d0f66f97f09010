"""Observes a session: when its stages begin and end, and what they find out."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypedDict, Unpack

from mail.network.clock import Stopwatch
from mail.report.failure import Failure, StageFailed
from mail.report.reply import Reply
from mail.report.report import (
    CertificateFacts,
    Diagnosis,
    EmailTestOutcome,
    Report,
    ServerFacts,
    StageName,
    StageOutcome,
    StageReport,
)
from mail.session.redaction import Redactor
from mail.session.transcript import Transcript

OnProgress = Callable[[Report], None]


class Stages:
    """Builds the report. `on_progress` receives a complete snapshot whenever a stage changes."""

    def __init__(
        self,
        names: Iterable[StageName],
        stopwatch: Stopwatch,
        transcript: Transcript,
        redactor: Redactor,
        on_progress: OnProgress | None = None,
    ) -> None:
        self._stages = {name: StageReport(name) for name in names}
        self._stopwatch = stopwatch
        self._transcript = transcript
        self._redactor = redactor
        self._on_progress = on_progress
        self.current = next(iter(self._stages))
        self.server = ServerFacts()
        self.certificates: tuple[CertificateFacts, ...] = ()
        self.message_id: str | None = None
        self.in_doubt = False

    @property
    def names(self) -> tuple[StageName, ...]:
        """The stages of this attempt, in the order in which they run."""
        return tuple(self._stages)

    @property
    def settled(self) -> bool:
        """Whether every stage has its final outcome."""
        unsettled = (StageOutcome.PENDING, StageOutcome.RUNNING)
        return not any(stage.outcome in unsettled for stage in self._stages.values())

    @property
    def slowest(self) -> StageReport | None:
        """The stage that took the longest so far."""
        measured = (each for each in self._stages.values() if each.duration_ms is not None)
        return max(measured, key=lambda stage: stage.duration_ms or 0, default=None)

    @contextmanager
    def stage(self, name: StageName) -> Iterator[None]:
        """Measures a stage for as long as the `with` block runs, and records its outcome.

        The durations of a stage that runs twice, as EHLO does, are added. Its first reply is
        forgotten when it runs again.
        """
        self.current = name
        earlier = self._stages[name].duration_ms or 0
        began = self._stopwatch.milliseconds - earlier
        self._change(
            name, outcome=StageOutcome.RUNNING, reply_code=None, enhanced_code=None, detail=None
        )
        self.publish()
        try:
            yield
        except StageFailed as failed:
            self.fail(failed.failure, since_ms=began)
            raise
        except asyncio.CancelledError:  # perhaps by the time limit of the attempt
            self._change(name, duration_ms=self._stopwatch.milliseconds - began)
            raise
        duration = self._stopwatch.milliseconds - began
        self._change(name, outcome=StageOutcome.PASSED, duration_ms=duration)
        self.publish()

    def record_reply(self, reply: Reply) -> None:
        """Records the reply that the current stage received."""
        self._change(
            self.current,
            reply_code=reply.code,
            enhanced_code=self._redactor.clean(reply.enhanced) if reply.enhanced else None,
            detail=reply.text or None,
        )

    def note(self, detail: str) -> None:
        """Records what the current stage found out without a reply."""
        self._change(self.current, detail=self._redactor.clean(detail))

    def skip(self, name: StageName, why: str) -> None:
        """Skips a stage that the settings do not need."""
        self._change(name, outcome=StageOutcome.SKIPPED, detail=why)

    def fail(self, failure: Failure, since_ms: int | None = None) -> None:
        """Marks the current stage as failed, and the stages after it as skipped."""
        if failure.reply is not None:
            self.record_reply(failure.reply)
        elif failure.text:
            self._change(self.current, detail=self._redactor.clean_failure(failure).text)
        if since_ms is not None:
            self._change(self.current, duration_ms=self._stopwatch.milliseconds - since_ms)
        self._change(self.current, outcome=StageOutcome.FAILED)
        for name, stage in self._stages.items():
            if stage.outcome is StageOutcome.PENDING:
                self._change(name, outcome=StageOutcome.SKIPPED)

    def publish(self) -> None:
        """Passes the current report to `on_progress`."""
        if self._on_progress is not None:
            self._on_progress(self.report(EmailTestOutcome.RUNNING))

    def report(self, outcome: EmailTestOutcome, diagnosis: Diagnosis | None = None) -> Report:
        """Returns the current report."""
        return Report(
            outcome=outcome,
            stages=tuple(self._stages.values()),
            diagnosis=diagnosis,
            server=self.server if self.server != ServerFacts() else None,
            certificates=self.certificates,
            transcript=self._transcript.lines,
            message_id=self.message_id,
            in_doubt=self.in_doubt,
        )

    def _change(self, name: StageName, **values: Unpack["_Changes"]) -> None:
        self._stages[name] = replace(self._stages[name], **values)


class _Changes(TypedDict, total=False):
    outcome: StageOutcome
    duration_ms: int
    reply_code: int | None
    enhanced_code: str | None
    detail: str | None
