"""Test emails while the database goes away and comes back."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from service.operate.startup import open_runtime
from service.process.keys import new_key
from service.process.runtime import Runtime
from service.process.storage import Storage
from tests.support.breakable import Breakable, breakable
from tests.support.inprocess import Edge
from tests.support.mail.scripted import Script, ScriptedServer, hang

pytestmark = pytest.mark.anyio

DEADLINE = 20
SAVE = """
mutation ($settings: EmailSettingsInput!) {
  updateEmailSettings(input: {settings: $settings, expectedRevision: 0}) { __typename }
}
"""
SEND = """
mutation { sendTestEmail(input: {recipient: "ada@example.net", wait: false}) {
  ... on SendTestEmailSuccess { testEmail { id } }
} }
"""
CANCEL = "mutation ($id: ID!) { cancelTestEmail(id: $id) { outcome } }"


@pytest.fixture
async def way(postgresql_url: str) -> AsyncIterator[Breakable]:
    """Yields a connection to a PostgreSQL database that a test can interrupt."""
    async with breakable(postgresql_url) as opened:
        yield opened


@pytest.fixture
async def runtime(way: Breakable, tmp_path: Path) -> AsyncIterator[Runtime]:
    """Yields a service that uses this connection."""
    keys = (new_key(),)
    async with open_runtime(Storage(tmp_path / "data", way.url, keys, keys)) as opened:
        yield opened


async def test_a_cancellation_after_an_outage(runtime: Runtime, way: Breakable) -> None:
    """A test still sees a cancellation through another process after an outage of the database."""
    here, there = Edge(runtime), Edge(replace(runtime, tests=type(runtime.tests)()))
    script = Script(greeting=hang, tls="none")
    plain = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    async with ScriptedServer(script, plain).running() as server, asyncio.timeout(DEADLINE):
        settings = {
            "smtpHost": "127.0.0.1",
            "smtpPort": server.port,
            "enableSecureConnection": False,
            "defaultFromAddress": "postledger@example.org",
        }
        await here.ask(SAVE, settings=settings)
        sent = await here.ask(SEND)
        way.cut()
        # Each poll connects twice, with TLS and without, so one poll failed and another began.
        for _ in range(3):
            await way.cuts.acquire()
        await way.repair()
        test_id = sent["sendTestEmail"]["testEmail"]["id"]
        canceled = await there.ask(CANCEL, id=test_id)

    assert "CANCELLED" == canceled["cancelTestEmail"]["outcome"]
