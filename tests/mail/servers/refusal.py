"""One row of a table of refusals by a real server: the diagnosis, and what fixes the cause."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from mail.account import Account
from mail.report.codes import Code
from mail.report.report import Diagnosis, EmailTestOutcome, StageName
from tests.mail.diagnosis.fault import Setting, applied
from tests.mail.servers.attempts import attempted
from tests.support.mail.world import RECIPIENT, SENDER, World


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A row. `service` names a port of the server, which the usual account reaches at port 587.

    `account` changes the usual account. `words` are in the server's reply. `fix` contains the
    fields and values that must be suggested; without any value, `suggests` is a field that must be
    suggested, or empty for advice that is not about a field.

    The test applies the suggested values, then `remedy` to the account (what an administrator would
    do), and `then_from` and `then_to` as the addresses. The server must then accept the message.
    Without any of these, no second attempt is made.
    """

    title: str
    service: str
    stage: StageName
    code: Code
    words: str
    transient: bool = False
    suggests: str = ""
    fix: Mapping[str, str] = field(default_factory=dict)
    account: Mapping[str, Setting] = field(default_factory=dict)
    sender: str = SENDER
    recipient: str = RECIPIENT
    remedy: Mapping[str, Setting] = field(default_factory=dict)
    then_from: str = ""
    then_to: str = ""


def parameters(refusals: tuple[Refusal, ...]) -> list[object]:
    """Returns the rows as parameters of a test, named by their titles."""
    return [
        pytest.param(row, id=re.sub(r"[^a-z0-9]+", "-", row.title.lower()).strip("-"))
        for row in refusals
    ]


async def assert_refused(refusal: Refusal, world: World, ports: Mapping[str, int]) -> None:
    """Checks a row: the diagnosis of the first attempt, and that its fix works."""
    world.ports[587] = ports[refusal.service]
    account = replace(world.account, **refusal.account)  # type: ignore[arg-type] # by name
    first = await attempted(world, account, refusal.sender, refusal.recipient)
    diagnosis = first.diagnosis
    assert diagnosis is not None, first.outcome
    stage = next(each for each in first.stages if each.name is diagnosis.stage)

    assert (refusal.stage, refusal.code) == (diagnosis.stage, diagnosis.code), stage
    assert refusal.transient == diagnosis.transient
    assert refusal.words in f"{stage.reply_code} {stage.detail}"
    assert refusal.fix == _values(diagnosis)
    if not refusal.fix:
        assert refusal.suggests in [".".join(each.field or ()) for each in diagnosis.suggestions]
    await _assert_fixed(refusal, world, account, diagnosis)


def _values(diagnosis: Diagnosis) -> dict[str, str]:
    return {
        ".".join(each.field): each.value
        for each in diagnosis.suggestions
        if each.field and each.value is not None
    }


async def _assert_fixed(
    refusal: Refusal, world: World, account: Account, diagnosis: Diagnosis
) -> None:
    if not (refusal.fix or refusal.remedy or refusal.then_from or refusal.then_to):
        return
    sender = refusal.fix.get("defaultFromAddress", refusal.then_from or refusal.sender)
    recipient = refusal.then_to or refusal.recipient
    for suggestion in diagnosis.suggestions:
        if suggestion.field and suggestion.value is not None:
            account = applied(account, suggestion)
    account = replace(account, **refusal.remedy)  # type: ignore[arg-type] # by name
    second = await attempted(world, account, sender, recipient)

    assert EmailTestOutcome.ACCEPTED == second.outcome, second.diagnosis
