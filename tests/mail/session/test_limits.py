import asyncio
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address

import pytest

from mail.account import Account
from mail.network.destinations import IPAddress
from mail.network.resolve import ThreadResolver, addresses_of
from mail.report.failure import StageFailed
from mail.report.report import EmailTestDepth, EmailTestOutcome, Report, StageName, StageOutcome
from mail.session.attempt import run_attempt
from mail.session.tools import Tools
from tests.support.mail.scripted import Act, Script, close, drip, endless, hang, late
from tests.support.mail.world import World, impatient, outgoing

pytestmark = pytest.mark.anyio

MUCH_TIME = 6.0
"""Seconds: less than a hanging attempt would take, more than a busy machine needs otherwise."""
LOOPBACK = ip_address("127.0.0.1")


async def longest_lag(until: asyncio.Event) -> float:
    """Returns the longest delay of a 5 ms timer on the event loop."""
    loop = asyncio.get_running_loop()
    lag = 0.0
    while not until.is_set():
        began = loop.time()
        await asyncio.sleep(0.005)
        lag = max(lag, loop.time() - began - 0.005)
    return lag


def code_of(report: Report) -> str:
    """Returns the diagnosis code, or an empty text without a diagnosis."""
    return report.diagnosis.code if report.diagnosis else ""


async def test_hanging_resolver_delays_only_its_own_test(world: World) -> None:
    """A hanging resolver delays only its own test, not the event loop or the process's end."""
    released = threading.Event()

    def look_up(_host: str, _port: int) -> Sequence[IPAddress]:
        released.wait(20)
        return []

    tools = world.tools_with(resolver=ThreadResolver(limit=2, look_up=look_up))
    ended = asyncio.Event()
    measured = asyncio.create_task(longest_lag(ended))
    began = time.monotonic()
    attempts = (world.attempt(impatient(world.account), tools=tools) for _ in range(20))
    reports = await asyncio.gather(*attempts)
    took = time.monotonic() - began
    ended.set()
    threads = [each for each in threading.enumerate() if each.name == "resolve"]
    released.set()

    assert {"RESOLVER_NOT_ANSWERING"} == {code_of(each) for each in reports}
    assert took < MUCH_TIME
    assert await measured < MUCH_TIME
    assert 2 == len(threads)
    assert all(each.daemon for each in threads)


async def test_resolver_recovers() -> None:
    """Once a hanging lookup returns, its thread is free for the next lookup."""
    released = threading.Event()

    def look_up(host: str, _port: int) -> Sequence[IPAddress]:
        if host == "slow":
            released.wait(20)
        return [LOOPBACK]

    resolver = ThreadResolver(limit=1, look_up=look_up)
    with pytest.raises(StageFailed, match="RESOLVER_NOT_ANSWERING"):
        await addresses_of("slow", 25, resolver, 0.05)
    released.set()

    assert (LOOPBACK,) == await addresses_of("quick", 25, resolver, 5)


async def test_real_resolver() -> None:
    """The system's resolver finds the loopback addresses of localhost."""
    found = await addresses_of("localhost", 25, ThreadResolver(), 5)

    assert all(address.is_loopback for address in found)


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "a..b"])
async def test_malformed_names(host: str) -> None:
    """A malformed name is reported as unknown, and raises no other exception."""
    with pytest.raises(StageFailed, match="HOST_NOT_FOUND"):
        await addresses_of(host, 25, ThreadResolver(), 5)


async def test_real_dial(world: World) -> None:
    """An attempt to an address literal succeeds with the real resolver and real sockets."""
    async with world.serving({587: Script(tls="none")}) as servers:
        account = replace(
            world.account, host="127.0.0.1", port=servers[587].port, secure=False, username=None
        )
        report = await run_attempt(account, outgoing(), EmailTestDepth.SEND, tools=Tools())

        assert EmailTestOutcome.ACCEPTED == report.outcome, report.diagnosis


async def test_real_refusal() -> None:
    """A real port without a server is reported as CONNECTION_REFUSED."""
    report = await run_attempt(
        Account("127.0.0.1", 1, secure=False), None, EmailTestDepth.CONNECT, tools=Tools()
    )

    assert "CONNECTION_REFUSED" == code_of(report)


@pytest.mark.parametrize("act", [hang, drip, endless], ids=["silent", "dripping", "endless"])
@pytest.mark.parametrize("at", ["", "EHLO", "STARTTLS", "MAIL", "RCPT", "DATA", ".", "QUIT"])
async def test_no_attempt_exceeds_the_limit(world: World, at: str, act: Act) -> None:
    """No attempt takes longer than its limit, at whatever command the server misbehaves."""
    script = Script(on={at: act}) if at else Script(greeting=act)
    tools = replace(world.tools, limit_seconds=0.12)
    async with world.serving({587: script}):
        began = time.monotonic()
        report = await world.attempt(world.account, tools=tools)

        assert time.monotonic() - began < MUCH_TIME
        assert EmailTestOutcome.RUNNING != report.outcome


async def test_slow_steps_add_up(world: World) -> None:
    """A server that answers each step just in time is stopped by the limit of the attempt."""
    slowly = {verb: late("250 2.0.0 Ok", 0.2) for verb in ("MAIL", "RCPT", "EHLO")}
    account = replace(world.account, secure=False, username=None)
    tools = replace(world.tools, limit_seconds=0.5)
    async with world.serving({587: Script(on=slowly, tls="none")}):
        report = await world.attempt(account, tools=tools)

        assert "TEST_TIMED_OUT" == code_of(report)
        assert report.diagnosis is not None
        assert report.diagnosis.stage in {StageName.MAIL_FROM, StageName.RCPT_TO}


async def test_names_the_slowest_stage(world: World) -> None:
    """A test that exceeds its limit names the stage that took most of the time, and its time."""
    slowly = {"EHLO": late("250 mx.example.org", 0.3), "RCPT": hang}
    account = replace(world.account, secure=False, username=None)
    tools = replace(world.tools, limit_seconds=0.5)
    async with world.serving({587: Script(on=slowly, tls="none")}):
        report = await world.attempt(account, tools=tools)
    assert report.diagnosis is not None
    took = {stage.name: stage.duration_ms or 0 for stage in report.stages}

    assert ("TEST_TIMED_OUT", StageName.RCPT_TO) == (
        report.diagnosis.code,
        report.diagnosis.stage,
    )
    assert took[StageName.RCPT_TO] > 0
    assert report.diagnosis.message == (
        "The test did not finish in time: stage EHLO took"
        f" {took[StageName.EHLO] / 1000:.1f} of the 0.5 seconds."
    )
    assert ["Ask the server's operator why stage EHLO takes so long, then try again."] == [
        suggestion.message for suggestion in report.diagnosis.suggestions
    ]


@pytest.mark.parametrize(("act", "fields"), [(hang, ["timeoutSeconds"]), (close, [])])
async def test_suggests_a_timeout_only_after_silence(
    world: World, act: Act, fields: list[str]
) -> None:
    """After the final dot, silence suggests a longer timeout; a closed connection does not."""
    account = replace(impatient(world.account), secure=False, username=None)
    async with world.serving({587: Script(on={".": act}, tls="none")}):
        report = await world.attempt(account)
    assert report.diagnosis is not None
    first, *others = report.diagnosis.suggestions

    assert "NO_ANSWER_AFTER_MESSAGE" == report.diagnosis.code
    assert None is first.field
    assert fields == [".".join(each.field or ()) for each in others]


async def test_two_hundred_against_silence(world: World) -> None:
    """Two hundred tests against silent servers do not block the event loop, and end in time."""
    ended, of = asyncio.Event(), outgoing()
    account = replace(world.account, timeout_seconds=1)
    async with world.serving({587: Script(greeting=hang)}):
        measured = asyncio.create_task(longest_lag(ended))
        began = time.monotonic()
        attempts = (world.attempt(account, of=of) for _ in range(200))
        reports = await asyncio.gather(*attempts)
        took = time.monotonic() - began
        ended.set()
        lag = await measured

    assert {"GREETING_TIMED_OUT"} == {code_of(each) for each in reports}
    assert took < MUCH_TIME
    assert lag < MUCH_TIME


@pytest.mark.parametrize(
    ("script", "at"),
    [
        pytest.param(Script(greeting=hang), "GREETING", id="greeting"),
        pytest.param(Script(on={"RCPT": hang}), "RCPT_TO", id="recipient"),
        pytest.param(Script(on={"DATA": hang}), "DATA", id="data"),
    ],
)
async def test_canceling_closes_at_once(world: World, script: Script, at: str) -> None:
    """A canceled attempt closes its connection at once, and its report is the last snapshot."""
    snapshots: list[Report] = []
    reached = asyncio.Event()

    def follow(report: Report) -> None:
        snapshots.append(report)
        if any(s.name == at and s.outcome is StageOutcome.RUNNING for s in report.stages):
            reached.set()

    async with world.serving({587: script}) as servers:
        task = asyncio.create_task(world.attempt(world.account, on_progress=follow))
        await reached.wait()
        began = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await servers[587].left.wait()

        assert time.monotonic() - began < 1
    report = snapshots[-1].stopped(EmailTestOutcome.CANCELLED)

    assert EmailTestOutcome.CANCELLED == report.outcome
    assert {StageOutcome.PASSED, StageOutcome.SKIPPED} >= {stage.outcome for stage in report.stages}


async def test_canceling_after_the_message_is_uncertain(world: World) -> None:
    """If a test is canceled after its message was sent, its outcome is uncertain."""
    snapshots: list[Report] = []
    doubtful = asyncio.Event()

    def follow(report: Report) -> None:
        snapshots.append(report)
        if report.in_doubt:
            doubtful.set()

    async with world.serving({587: Script(on={".": hang})}):
        task = asyncio.create_task(world.attempt(world.account, on_progress=follow))
        await doubtful.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    assert EmailTestOutcome.UNCERTAIN == snapshots[-1].stopped(EmailTestOutcome.CANCELLED).outcome


async def test_timing_out_after_the_message_is_uncertain(world: World) -> None:
    """If the limit is reached after the message was sent, the outcome is uncertain too."""
    tools = replace(world.tools, limit_seconds=0.5)
    account = replace(world.account, secure=False, username=None)
    async with world.serving({587: Script(on={".": hang}, tls="none")}):
        report = await world.attempt(account, tools=tools)

        assert EmailTestOutcome.UNCERTAIN == report.outcome


async def test_broken_family_costs_little(world: World) -> None:
    """If IPv6 is broken and IPv4 works, the test uses IPv4 and reports the address."""
    world.names["mx.example.org"] = ["2001:db8::25", "127.0.0.1"]
    world.down["2001:db8::25"] = None
    async with world.serving({587: Script()}):
        began = time.monotonic()
        report = await world.attempt(world.account, EmailTestDepth.CONNECT)

        assert EmailTestOutcome.REACHED == report.outcome
        assert time.monotonic() - began < 2
        assert "127.0.0.1" == (report.server and report.server.address)


async def test_names_the_addresses_that_failed(world: World) -> None:
    """An address that refused before another address answered is reported with its error."""
    world.names["mx.example.org"] = ["2001:db8::25", "127.0.0.1"]
    world.down["2001:db8::25"] = ConnectionRefusedError(111, "Connection refused")
    async with world.serving({587: Script()}):
        report = await world.attempt(world.account, EmailTestDepth.CONNECT)
        connect = next(stage for stage in report.stages if stage.name == "CONNECT")

        assert "127.0.0.1 (2001:db8::25: connection refused)" == connect.detail
