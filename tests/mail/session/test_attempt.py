import itertools
from dataclasses import replace

import pytest

from mail.account import Account, TlsMode
from mail.report.report import EmailTestDepth, EmailTestOutcome, Report, StageOutcome
from mail.session.attempt import run_attempt
from tests.support.mail.scripted import Script
from tests.support.mail.world import PASSWORD, World

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("port", "script"),
    [
        pytest.param(587, Script(), id="starttls"),
        pytest.param(465, Script(tls="implicit"), id="implicit"),
        pytest.param(25, Script(tls="none"), id="plain"),
    ],
)
async def test_sends_with_every_security(world: World, port: int, script: Script) -> None:
    """A message is sent by STARTTLS, by implicit TLS and unsecured, and the report says so."""
    async with world.serving({port: script}) as servers:
        account = replace(world.account, port=port, secure=script.tls != "none")
        report = await world.attempt(account, EmailTestDepth.SEND)

        assert EmailTestOutcome.ACCEPTED == report.outcome, report
        assert None is report.diagnosis
        assert 1 == len(servers[port].messages)
        assert PASSWORD not in repr(report)


@pytest.mark.parametrize(
    ("depth", "last"),
    [
        (EmailTestDepth.CONNECT, "TLS"),
        (EmailTestDepth.AUTHENTICATE, "AUTHENTICATE"),
        (EmailTestDepth.ENVELOPE, "RCPT_TO"),
        (EmailTestDepth.SEND, "DATA"),
    ],
)
async def test_stops_at_its_depth(world: World, depth: EmailTestDepth, last: str) -> None:
    """A test goes as far as its depth, its stages pass, and only SEND sends a message."""
    async with world.serving({587: Script()}) as servers:
        report = await world.attempt(world.account, depth)

        assert last == report.stages[-1].name
        assert {StageOutcome.PASSED} == {stage.outcome for stage in report.stages}
        assert (depth is EmailTestDepth.SEND) == bool(servers[587].messages)


async def test_trusts_no_unknown_authority(world: World) -> None:
    """A certificate from an unknown authority is refused and shown, and no credentials are sent."""
    async with world.serving({587: Script()}) as servers:
        account = replace(world.account, trusted_certificates=())
        report = await world.attempt(account, EmailTestDepth.SEND)

        assert report.diagnosis is not None
        assert "CERTIFICATE_UNKNOWN_AUTHORITY" == report.diagnosis.code
        assert "mx.example.org" in report.certificates[0].dns_names
        assert not [line for line in servers[587].heard if line.startswith(b"AUTH")]


async def test_reports_its_progress(world: World) -> None:
    """An observer receives a complete report before and after each stage, in order."""
    snapshots: list[Report] = []
    async with world.serving({587: Script()}):
        report = await world.attempt(world.account, on_progress=snapshots.append)
    steps = [
        tuple(stage.name for stage in each.stages if stage.outcome is StageOutcome.RUNNING)
        for each in snapshots
    ]
    settled = [
        sum(stage.outcome is StageOutcome.PASSED for stage in each.stages) for each in snapshots
    ]

    assert {EmailTestOutcome.RUNNING} == {each.outcome for each in snapshots}
    assert {len(report.stages)} == {len(each.stages) for each in snapshots}
    assert [stage.name for stage in report.stages] == list(
        dict.fromkeys(name for step in steps for name in step)
    )
    assert max(map(len, steps)) == 1
    assert settled[-1] == len(report.stages)
    assert all(
        len(after.transcript) >= len(before.transcript)
        for before, after in itertools.pairwise(snapshots)
    )


async def test_skips_stages_that_the_settings_do_not_need(world: World) -> None:
    """Without a secure connection and a username, TLS and sign-in are skipped with a reason."""
    account = replace(world.account, secure=False, username=None, password=None)
    async with world.serving({587: Script(tls="none")}):
        report = await world.attempt(account)
    skipped = {stage.name.value: stage.detail for stage in report.stages if stage.detail}

    assert EmailTestOutcome.ACCEPTED == report.outcome
    assert "The secure connection is off in the settings." == skipped["TLS"]
    assert "No username is set." == skipped["AUTHENTICATE"]


@pytest.mark.parametrize("depth", [EmailTestDepth.ENVELOPE, EmailTestDepth.SEND])
async def test_needs_an_envelope(world: World, depth: EmailTestDepth) -> None:
    """An attempt to send without an envelope is a bug: it raises instead of reporting."""
    with pytest.raises(ValueError, match="this depth needs"):
        await run_attempt(world.account, None, depth, tools=world.tools)


def test_auto_depends_on_the_port() -> None:
    """AUTO means implicit TLS on ports 465 and 2465, STARTTLS on others, and nothing if off."""
    account = Account("mx.example.org", 587)

    assert "STARTTLS" == account.security
    assert "IMPLICIT" == replace(account, port=465).security
    assert "IMPLICIT" == replace(account, port=2465).security
    assert "STARTTLS" == replace(account, port=465, tls_mode=TlsMode.STARTTLS).security
    assert "NONE" == replace(account, port=465, secure=False).security
