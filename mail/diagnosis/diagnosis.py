"""Turns a failure into a diagnosis: one plain sentence, and what to set to what."""

from mail.diagnosis.failure_context import FailureContext
from mail.diagnosis.suggestions import suggestions_for
from mail.report.code_facts import CODES
from mail.report.codes import CodeFacts
from mail.report.failure import Failure
from mail.report.report import Diagnosis


def diagnose(failure: Failure, case: FailureContext) -> Diagnosis:
    """The diagnosis of `failure`."""
    facts = CODES[failure.code]
    return Diagnosis(
        code=failure.code.value,
        stage=case.stage,
        transient=_transient(facts, failure),
        message=_sentence(facts, failure, case),
        suggestions=suggestions_for(failure, case),
    )


def _transient(facts: CodeFacts, failure: Failure) -> bool:
    """What the code says; where it leaves that open, what the server's reply says."""
    if facts.transient is None:
        return failure.reply is not None and failure.reply.temporary
    return facts.transient


_LONGEST_WORDS = 400


def _sentence(facts: CodeFacts, failure: Failure, case: FailureContext) -> str:
    words = failure.words.rstrip(".") or "no reason given"
    if len(words) > _LONGEST_WORDS:
        words = words[:_LONGEST_WORDS].rstrip() + " …"
    sentence = facts.message.format(
        host=case.account.host,
        port=case.account.port,
        name=case.ehlo_name,
        sender=case.sender or "the sender",
        recipient=case.recipient or "the recipient",
        detail=words,
    )
    return sentence if sentence.endswith((".", "?", "!", "…")) else f"{sentence}."
