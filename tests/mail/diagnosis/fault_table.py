"""The fault table as a whole, and as a page of the documentation."""

from collections.abc import Iterable

from tests.mail.diagnosis import faults_reaching, faults_securing, faults_sending, faults_signing_in
from tests.mail.diagnosis.fault import Fault

FAULTS = (
    *faults_reaching.FAULTS,
    *faults_securing.FAULTS,
    *faults_signing_in.FAULTS,
    *faults_sending.FAULTS,
)
_LONGEST_WORDS = 120

_HEAD = """\
# The fault table

What a test email says of {count} kinds of trouble. Every row is a test: a real TCP server on
loopback behaves so, the test email must end in this stage with this code, and where a value is
suggested, it is put in and the next test email must pass. What each code means and what mends it
stands in [troubleshooting.md](troubleshooting.md).

This page is printed from the rows in `tests/mail/diagnosis/faults_*.py` by `./dev docs`.
"""


def page(faults: Iterable[Fault] = FAULTS) -> str:
    """The page, one table a stage."""
    rows = tuple(faults)
    parts = [_HEAD.format(count=len(rows))]
    for stage in dict.fromkeys(fault.stage for fault in rows):
        parts.append(f"\n## {stage}\n\n| what happens | code | passes later? | suggested |")
        parts.append("| --- | --- | --- | --- |")
        parts.extend(_row(fault) for fault in rows if fault.stage is stage)
    return "\n".join(parts) + "\n"


def _row(fault: Fault) -> str:
    later = "yes" if fault.transient else "no"
    return f"| {_what(fault)} | `{fault.code}` | {later} | {_suggested(fault)} |"


def _what(fault: Fault) -> str:
    words = " ".join(fault.words.split())
    if len(words) > _LONGEST_WORDS:
        words = words[:_LONGEST_WORDS].rstrip() + " …"
    quoted = words.replace("|", "\\|").replace("`", "'")
    return f"{fault.title}: `{quoted}`" if quoted else fault.title


def _suggested(fault: Fault) -> str:
    values = [f"`{field}` = {_value(value)}" for field, value in fault.mend.items()]
    if not values and fault.suggests:
        values = [f"`{fault.suggests}`"]
    return ", ".join(values) or "-"


def _value(value: str) -> str:
    return "the certificate" if value == "PEM" else f"`{value}`"
