"""The diagnosis codes as a page of the documentation."""

from mail.report.code_facts import CODES
from mail.report.codes import Code
from tests.mail.diagnosis.fault_table import FAULTS

_HEAD = """\
# Troubleshooting

A test email that fails says why: a code that stays the same from version to version, the stage, the
server's own words, and what to set to what. These are the codes. How servers behave that lead to
each, in their own wording, stands in [fault-table.md](fault-table.md).

A code whose trouble *may pass by itself* is worth another try with the same settings; any other
needs a change. *As the server says*: a reply that begins with 4 may pass, one that begins with 5
does not.

This page is printed from `mail/report/code_facts.py` by `./dev docs`.
"""
_PASSES = {True: "yes", False: "no", None: "as the server says"}


def page() -> str:
    """The page, one section a code."""
    return _HEAD + "".join(_section(code) for code in Code)


def _section(code: Code) -> str:
    facts = CODES[code]
    stages = dict.fromkeys(fault.stage.value for fault in FAULTS if fault.code is code)
    field = f" (`{'.'.join(facts.field)}`)" if facts.field else ""
    return (
        f"\n## {code.value}\n\n"
        f"{facts.cause}\n\n"
        f"- What mends it: {facts.mend}{field}\n"
        f"- Stage: {', '.join(stages)}\n"
        f"- May pass by itself: {_PASSES[facts.transient]}\n"
    )
