import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from mail.account import Account
from mail.message.outgoing import OutgoingMessage
from mail.network.destinations import DestinationRules
from mail.report.codes import Code
from mail.report.report import EmailTestOutcome, Report, StageOutcome
from tests.mail.diagnosis.fault import Fault, Stage, applied
from tests.mail.diagnosis.fault_table import FAULTS
from tests.support.mail.aiosmtpd_server import Daemon
from tests.support.mail.secrets import assert_no_secret
from tests.support.mail.token_server import TokenServer
from tests.support.mail.world import World, outgoing

pytestmark = pytest.mark.anyio

COMPLETED = range(200, 300)
UNSURE = {Code.NO_ANSWER_AFTER_MESSAGE}
PASSED = (EmailTestOutcome.ACCEPTED, EmailTestOutcome.REACHED)


@contextlib.asynccontextmanager
async def staged(fault: Fault, world: World) -> AsyncIterator[Account]:
    """Runs the row's servers, and yields its account."""
    world.names.update(fault.names)
    world.down.update(fault.down)
    async with contextlib.AsyncExitStack() as stack:
        servers = await stack.enter_async_context(world.serving(fault.scripts))
        if isinstance(fault.server, Daemon):
            await stack.enter_async_context(world.serving_daemon(fault.port, fault.server))
        token_port = None
        if fault.token is not None:
            context = world.certificates.context(fault.token.certificate)
            server = await stack.enter_async_context(TokenServer(fault.token, context).running())
            token_port = server.port
        account = fault.account_from(world.account, token_port)
        yield account
        if account.secure:
            heard = [line for each in servers.values() for line in each.heard_in_the_clear]
            assert not [line for line in heard if line.upper().startswith(b"AUTH")]


async def attempted(fault: Fault, world: World, account: Account, of: OutgoingMessage) -> Report:
    """Makes an attempt under the row's conditions, and searches every snapshot for secrets."""
    rules = DestinationRules.parse(fault.allowed, fault.blocked)
    tools = replace(
        world.tools_with(rules=replace(rules, refusal_seconds=0.05)),
        limit_seconds=fault.limit_seconds or world.tools.limit_seconds,
        machine_name=lambda: fault.machine_name,
    )
    report = await world.attempt(
        account, fault.depth, of=of, tools=tools, on_progress=assert_no_secret
    )
    assert_no_secret(report)
    return report


@pytest.mark.parametrize("fault", [pytest.param(fault, id=fault.id) for fault in FAULTS])
async def test_diagnoses_the_fault(fault: Fault, world: World) -> None:
    """A server that behaves as a row says gets the row's diagnosis in time, and the fix works."""
    async with staged(fault, world) as account:
        of = OutgoingMessage(fault.sender, fault.recipient, outgoing().message)
        began = time.monotonic()
        report = await attempted(fault, world, account, of)
        took = time.monotonic() - began

        diagnosis = report.diagnosis
        assert diagnosis is not None, report.outcome
        assert (fault.stage, fault.code) == (diagnosis.stage, diagnosis.code), diagnosis
        assert fault.transient == diagnosis.transient
        expected = EmailTestOutcome.UNCERTAIN if fault.code in UNSURE else EmailTestOutcome.FAILED
        assert expected == report.outcome
        assert_failed_at_stage(fault, report)
        assert took < 4 * account.timeout_seconds + 2

        await assert_fixable(fault, world, account, of, report)


def assert_failed_at_stage(fault: Fault, report: Report) -> None:
    """Checks that the stages before the failure passed and the stages after it were skipped."""
    outcomes = [stage.outcome for stage in report.stages]
    names = [stage.name for stage in report.stages]
    at = names.index(fault.stage)
    before = {StageOutcome.PASSED, StageOutcome.SKIPPED}

    assert StageOutcome.FAILED == outcomes[at]
    if fault.stage is Stage.EHLO:  # which may have passed once, before TLS
        assert report.stages[at].reply_code not in COMPLETED
    assert before >= set(outcomes[:at])
    if fault.stage is Stage.EHLO and Stage.TLS in names[at:]:
        at += 1  # EHLO is sent again after TLS
    assert {StageOutcome.SKIPPED} >= set(outcomes[at + 1 :])


async def assert_fixable(
    fault: Fault, world: World, account: Account, of: OutgoingMessage, report: Report
) -> None:
    """Checks the row's suggestions, and that the next attempt succeeds with their values."""
    assert report.diagnosis is not None
    suggestions = report.diagnosis.suggestions
    valued = [each for each in suggestions if each.field and each.value is not None]
    suggested = {".".join(each.field or ()): each.value for each in valued}
    expected = {
        field: (suggested.get(field, "") if value == "PEM" else with_port(value, account))
        for field, value in fault.fix.items()
    }

    assert suggestions
    if not fault.fix:
        # A longer timeout helps with a slow server, but not with the silent server of such a row.
        assert expected.keys() == suggested.keys() - {"timeoutSeconds"}
        assert fault.suggests == ".".join(suggestions[0].field or ())
        return
    assert expected == suggested
    for suggestion in valued:
        account = applied(account, suggestion)
        if suggestion.field == ("defaultFromAddress",):
            of = outgoing(suggestion.value or "")
    second = await attempted(fault, world, account, of)
    assert second.outcome in PASSED, second.diagnosis


def with_port(value: str, account: Account) -> str:
    """Returns a row's value with the port of the account's token endpoint."""
    port = urlsplit(account.oauth2.token_url).port if account.oauth2 else None
    return value.replace("{port}", str(port))


def test_has_every_code() -> None:
    """Every diagnosis code is produced by at least one row."""
    assert set(Code) == {fault.code for fault in FAULTS}


def test_titles_are_unique() -> None:
    """Every row has a unique title, so that a failing test names its row."""
    assert len(FAULTS) == len({fault.id for fault in FAULTS})
