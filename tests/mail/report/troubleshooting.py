"""The diagnosis codes as a page of the documentation."""

from mail.report.code_facts import CODES
from mail.report.codes import Code
from tests.mail.diagnosis.fault_table import FAULTS

_HEAD = """\
# Troubleshooting

When a test email fails, the diagnosis says why: a code that stays the same in all versions, the
stage that failed, the server's reply, and the settings to change. This page explains the codes.
[The fault table](fault-table.md) shows which server behavior and which replies lead to each code.

If the trouble is *temporary*, try again later with the same settings. Otherwise, something has to
change first. *Depends on the reply* means that a reply code that begins with 4 is temporary, and a
reply code that begins with 5 is not.

This page is generated from `mail/report/code_facts.py` by `./dev docs`.
"""
_TEMPORARY = {True: "yes", False: "no", None: "depends on the reply"}


def page() -> str:
    """Returns the page, with one section per code."""
    return _HEAD + "".join(_section(code) for code in Code)


def _section(code: Code) -> str:
    facts = CODES[code]
    stages = dict.fromkeys(fault.stage.value for fault in FAULTS if fault.code is code)
    field = f" (`{'.'.join(facts.field)}`)" if facts.field else ""
    return (
        f"\n## {code.value}\n\n"
        f"{facts.cause}\n\n"
        f"- Fix: {facts.fix}{field}\n"
        f"- Stage: {', '.join(stages)}\n"
        f"- Temporary: {_TEMPORARY[facts.transient]}\n"
    )
