"""Anchors of the running service: what it reveals of a webhook, and which addresses it accepts."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
import stamina

from graph.app import compose
from graph.config import Config, load_config
from service.process.runtime import Runtime
from service.process.storage import CannotStartError
from service.trail.anchors import following
from tests.support.canary import leaks
from tests.support.edge.world import configured, open_world
from tests.support.logs import logging_to_text
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

PATH: Final = "T0kenInThePath"
QUERY: Final = "s3cretInTheQuery"
ANCHORS: Final = "{ auditAnchors { name size deliveredAt problem } }"


@pytest.fixture(autouse=True)
def quick_retries() -> Iterator[None]:
    """Two attempts without a pause between them."""
    with stamina.set_testing(True, attempts=2):
        yield


@asynccontextmanager
async def webhook(answer: str) -> AsyncIterator[str]:
    """A server with a fixed answer; yields its address, which contains two secrets."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        await reader.readexactly(length)
        writer.write(
            f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/{PATH}?key={QUERY}"


async def anchor_problem(config: Config, opened: Runtime) -> tuple[str | None, bytes]:
    """The anchor's problem after the first delivery, and everything that clients can read of it."""
    runtime = replace(opened, anchors=config.anchors)
    (state,) = runtime.anchors.states
    async with open_world(compose(config, runtime), runtime) as world, following(runtime):
        await until(lambda: state.size is not None or state.problem is not None)
        anchors = await world.post({"query": ANCHORS})
        metrics = await world.client.get("/metrics", headers=world.headers())
    (anchor,) = anchors.json()["data"]["auditAnchors"]
    assert "webhook 127.0.0.1" == anchor["name"]
    return anchor["problem"], anchors.content + metrics.content


@pytest.mark.parametrize(
    "form",
    [
        pytest.param({"log_level": level, "log_format": kind}, id=f"{level}-{kind}")
        for level in ("info", "debug")
        for kind in ("json", "console")
    ],
)
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param("204 No Content", None, id="working"),
        pytest.param("500 Oh", "it answered 500", id="failing"),
        pytest.param("302 Found\r\nLocation: /else", "it answered 302", id="elsewhere"),
        pytest.param("?", "RemoteProtocolError", id="no-http"),
    ],
)
async def test_a_webhooks_address_is_not_revealed(
    runtime: Runtime, tmp_path: Path, form: dict[str, str], answer: str, expected: str | None
) -> None:
    """Neither the log, GraphQL nor the metrics contain its path and query, which may be secret."""
    async with webhook(answer) as address:
        config = configured(tmp_path, anchor_webhook=address, **form)
        with logging_to_text(config) as log:
            problem, shown = await anchor_problem(config, runtime)

    assert expected == problem
    assert (expected is not None) == ("could not be anchored" in log.getvalue())
    for secret in (PATH, QUERY):
        assert [] == leaks(secret, log.getvalue().encode() + shown)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param(f"ftp://example.com/{PATH}", id="ftp"),
        pytest.param(f"example.com/{PATH}", id="no-scheme"),
        pytest.param(f"https:///{PATH}", id="no-host"),
        pytest.param(f"https://exa mple.com/{PATH}", id="space"),
        pytest.param(f"https://example.com:port/{PATH}", id="no-port"),
        pytest.param(f"https://example.com:99999/{PATH}", id="large-port"),
        pytest.param(f"https://[::1/{PATH}", id="bracket"),
        pytest.param(f"https://example..com/ä{PATH}\udce4", id="not-text"),
    ],
)
def test_an_invalid_address_is_refused_at_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str
) -> None:
    """The sentence names the variable and does not repeat the address, which may be secret."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POSTLEDGER_ANCHOR_WEBHOOK", address)
    with pytest.raises(CannotStartError) as refused:
        load_config()

    assert str(refused.value).startswith("POSTLEDGER_ANCHOR_WEBHOOK: ")
    assert [] == leaks(PATH, str(refused.value).encode())


def test_an_empty_variable_is_no_anchor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty variable is the same as an unset one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POSTLEDGER_ANCHOR_WEBHOOK", "")
    monkeypatch.setenv("POSTLEDGER_ANCHOR_FILE", "")

    assert () == load_config().anchors.sinks
