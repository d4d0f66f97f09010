import asyncio
from dataclasses import replace

import pytest

from mail.account import Account
from mail.report.report import EmailTestDepth, EmailTestOutcome, Report
from mail.session.tools import Tools
from tests.support.mail.scripted import GREETING, Act, Peer, Script, alert, hang
from tests.support.mail.world import IMPATIENT, World, impatient

pytestmark = pytest.mark.anyio

BRIEF = 0.05
"""Seconds of silence after which the port is checked, for tests that are about the check."""


async def hesitate(peer: Peer, line: str) -> None:
    """Begins a greeting, and never finishes it."""
    await peer.say("220-mx.example.org ESMTP")
    await hang(peer, line)


async def attempted(world: World, account: Account, script: Script, silence: float) -> Report:
    """Makes an attempt that checks the port after some seconds of silence."""
    tools = replace(world.tools, silence_seconds=silence)
    async with world.serving({account.port: script}):
        return await world.attempt(account, EmailTestDepth.CONNECT, tools=tools)


def test_waits_longer_than_postscreen() -> None:
    """The port is not checked within the first seven seconds."""
    assert 7 == Tools().silence_seconds


@pytest.mark.parametrize("silence", [BRIEF, 60])
async def test_checks_a_silent_port(world: World, silence: float) -> None:
    """A silent port is checked after the seconds of silence, or at the end of a shorter timeout."""
    account = replace(world.account, port=1465)
    if silence > account.timeout_seconds:
        account = replace(account, timeout_seconds=4 * IMPATIENT)
    report = await attempted(world, account, Script(tls="implicit"), silence)

    assert report.diagnosis is not None
    assert "PORT_SPEAKS_IMPLICIT_TLS" == report.diagnosis.code
    assert [("127.0.0.1", 1465)] * 2 == world.dialed
    assert "mx.example.org" in report.certificates[0].dns_names


@pytest.mark.parametrize("silence", [BRIEF, 60])
@pytest.mark.parametrize(
    ("port", "greeting", "connections"),
    [
        pytest.param(587, hang, 2, id="silent"),
        pytest.param(587, hesitate, 1, id="after-a-line"),
        pytest.param(587, b"2", 1, id="after-a-byte"),
        pytest.param(25, hang, 1, id="port-25"),
    ],
)
async def test_checks_only_silent_ports(
    world: World, port: int, greeting: Act, connections: int, silence: float
) -> None:
    """No second connection is made after a byte was received, and never to port 25."""
    account = impatient(replace(world.account, port=port))
    report = await attempted(world, account, Script(greeting=greeting), silence)

    assert report.diagnosis is not None
    assert "GREETING_TIMED_OUT" == report.diagnosis.code
    assert [("127.0.0.1", port)] * connections == world.dialed


async def test_greeting_ends_the_check(world: World) -> None:
    """A greeting that comes during the check ends it, and the test goes on."""
    checking, greeted = asyncio.Event(), asyncio.Event()

    async def greet(peer: Peer, line: str) -> None:
        if peer.server.connections > 1:
            checking.set()
            await greeted.wait()
            await alert(peer, line)
            return
        await checking.wait()
        await peer.say(GREETING)
        greeted.set()

    report = await attempted(world, world.account, Script(greeting=greet), BRIEF)

    assert EmailTestOutcome.REACHED == report.outcome, report.diagnosis
    assert 2 == len(world.dialed)


async def test_waits_for_steady_lines(world: World) -> None:
    """The timeout limits the wait for each line, and nothing is sent before the last of them."""
    heard_before: list[bytes] = []

    async def greet(peer: Peer, _line: str) -> None:
        for line in ("220-mx.example.org", "220-please", "220-wait"):
            await peer.say(line)
            await asyncio.sleep(0.4)
        with pytest.raises(TimeoutError):
            heard_before.append(await asyncio.wait_for(peer.reader.read(1), 0.01))
        await peer.say("220 ready")

    account = replace(world.account, timeout_seconds=1)
    report = await attempted(world, account, Script(greeting=greet), BRIEF)

    assert EmailTestOutcome.REACHED == report.outcome, report.diagnosis
    assert [] == heard_before
    assert 1 == len(world.dialed)
