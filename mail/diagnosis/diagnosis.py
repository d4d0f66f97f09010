"""Turns a failure into a diagnosis: what happened, and which settings to change."""

from mail.diagnosis.failure_context import FailureContext
from mail.diagnosis.suggestions import suggestions_for
from mail.report.code_facts import CODES
from mail.report.codes import CodeFacts
from mail.report.failure import Failure
from mail.report.report import Diagnosis


def diagnose(failure: Failure, context: FailureContext) -> Diagnosis:
    """Returns the diagnosis of `failure`."""
    facts = CODES[failure.code]
    return Diagnosis(
        code=failure.code.value,
        stage=context.stage,
        transient=_transient(facts, failure),
        message=_message(facts, failure, context),
        suggestions=suggestions_for(failure, context),
    )


def _transient(facts: CodeFacts, failure: Failure) -> bool:
    """Returns what the code says, or, if the code leaves it open, what the server's reply says."""
    if facts.transient is None:
        return failure.reply is not None and failure.reply.temporary
    return facts.transient


_MAX_DETAIL_CHARS = 400


def _message(facts: CodeFacts, failure: Failure, context: FailureContext) -> str:
    detail = failure.text.rstrip(".") or "no reason given"
    if len(detail) > _MAX_DETAIL_CHARS:
        detail = detail[:_MAX_DETAIL_CHARS].rstrip() + " …"
    message = facts.message.format(
        host=context.account.host,
        port=context.account.port,
        name=context.ehlo_name,
        sender=context.sender or "the sender",
        recipient=context.recipient or "the recipient",
        detail=detail,
    )
    return message if message.endswith((".", "?", "!", "…")) else f"{message}."
