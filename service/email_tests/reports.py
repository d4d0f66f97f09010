"""Reports of test emails as text for the database."""

from typing import Final

from pydantic import TypeAdapter

from mail.account import Account
from mail.report import EmailTestDepth, EmailTestOutcome, Report, StageReport
from mail.session import planned_stages

_REPORT: Final = TypeAdapter(Report)


def waiting_report(account: Account, depth: EmailTestDepth) -> Report:
    """The report of a test that has not begun: every stage pending."""
    stages = tuple(StageReport(name) for name in planned_stages(account, depth))
    return Report(EmailTestOutcome.RUNNING, stages)


def write_report(report: Report) -> str:
    """A report as JSON."""
    return _REPORT.dump_json(report).decode()


def read_report(text: str) -> Report:
    """The inverse of `write_report`."""
    return _REPORT.validate_json(text)
