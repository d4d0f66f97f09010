"""The fault table as a whole, and as a page of the documentation."""

from collections.abc import Iterable

from tests.mail.diagnosis import (
    faults_chains,
    faults_dialogue,
    faults_handshake,
    faults_mailers,
    faults_mechanisms,
    faults_providers,
    faults_reaching,
    faults_repeated,
    faults_revocation,
    faults_securing,
    faults_sending,
    faults_services,
    faults_signing_in,
    faults_tokens,
)
from tests.mail.diagnosis.fault import Fault

FAULTS = (
    *faults_tokens.FAULTS,
    *faults_reaching.FAULTS,
    *faults_securing.FAULTS,
    *faults_handshake.FAULTS,
    *faults_chains.FAULTS,
    *faults_revocation.FAULTS,
    *faults_signing_in.FAULTS,
    *faults_mechanisms.FAULTS,
    *faults_sending.FAULTS,
    *faults_repeated.FAULTS,
    *faults_providers.FAULTS,
    *faults_dialogue.FAULTS,
    *faults_mailers.FAULTS,
    *faults_services.FAULTS,
)
_MAX_REPLY_CHARS = 120

_HEAD = """\
# The fault table

What a test email reports for {count} kinds of trouble. Every row is a test: a real TCP server on
loopback behaves as described, and the test email must fail at this stage with this code. If the
diagnosis suggests a value, the test applies it, and the next test email must succeed.
[Troubleshooting](troubleshooting.md) explains what each code means and how to fix it.

*Temporary* means that a later attempt with the same settings may succeed.

This page is generated from the rows in `tests/mail/diagnosis/faults_*.py` by `./dev docs`.
"""


def page(faults: Iterable[Fault] = FAULTS) -> str:
    """Returns the page, with one table per stage."""
    rows = tuple(faults)
    parts = [_HEAD.format(count=len(rows))]
    for stage in dict.fromkeys(fault.stage for fault in rows):
        parts.append(f"\n## {stage}\n\n| what happens | code | temporary | suggested |")
        parts.append("| --- | --- | --- | --- |")
        parts.extend(_row(fault) for fault in rows if fault.stage is stage)
    return "\n".join(parts) + "\n"


def _row(fault: Fault) -> str:
    temporary = "yes" if fault.transient else "no"
    return f"| {_what(fault)} | `{fault.code}` | {temporary} | {_suggested(fault)} |"


def _what(fault: Fault) -> str:
    reply = " ".join(fault.words.split())
    if len(reply) > _MAX_REPLY_CHARS:
        reply = reply[:_MAX_REPLY_CHARS].rstrip() + " …"
    quoted = reply.replace("|", "\\|").replace("`", "'")
    return f"{fault.title}: `{quoted}`" if quoted else fault.title


def _suggested(fault: Fault) -> str:
    values = [f"`{field}` = {_value(value)}" for field, value in fault.fix.items()]
    if not values and fault.suggests:
        values = [f"`{fault.suggests}`"]
    return ", ".join(values) or "-"


def _value(value: str) -> str:
    if not value:
        return "nothing"
    return "the certificate" if value == "PEM" else f"`{value.replace(':{port}', '')}`"
