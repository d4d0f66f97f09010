"""Reports of test emails as JSON for the database."""

from typing import Final

from pydantic import TypeAdapter

from mail.account import Account
from mail.report import EmailTestDepth, EmailTestOutcome, Report, StageReport
from mail.session import planned_stages

_REPORT: Final = TypeAdapter(Report)


def waiting_report(account: Account, depth: EmailTestDepth) -> Report:
    """Returns the report of a test that has not begun: every stage is pending."""
    stages = tuple(StageReport(name) for name in planned_stages(account, depth))
    return Report(EmailTestOutcome.RUNNING, stages)


def write_report(report: Report) -> str:
    """Writes a report as JSON."""
    return _REPORT.dump_json(report).decode()


def read_report(text: str) -> Report:
    """Reads a report that `write_report` wrote."""
    return _REPORT.validate_json(text)
