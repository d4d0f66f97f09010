"""Anchors: checkpoints get elsewhere by themselves, and a place that fails holds nothing up."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx2
import pytest
import stamina

from service.operate.startup import open_runtime
from service.process.anchor_sinks import Anchors, FileSink, WebhookSink
from service.process.runtime import Runtime
from service.process.storage import Storage
from service.trail.anchors import following
from tests.support.outages import without
from tests.support.trail.events import write
from tests.support.trail.tampering import tamper
from tests.support.waiting import until

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def quick_retries() -> Iterator[None]:
    """Two attempts without a pause between them."""
    with stamina.set_testing(True, attempts=2):
        yield


@dataclass(slots=True)
class Sink:
    """Fails as often as it is told to, then keeps what it gets."""

    failures: int = 0
    error: Exception = field(default_factory=ConnectionError)
    name: str = "held"
    got: list[str] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def deliver(self, note: str) -> None:
        """Takes a note."""
        if self.failures:
            self.failures -= 1
            raise self.error
        self.got.append(note)
        self.arrived.set()


class HangingSink:
    """Takes what it is given, and never says so."""

    name = "hanging"

    async def deliver(self, note: str) -> None:
        """Never comes back."""
        del note
        await asyncio.Event().wait()


async def test_the_newest_checkpoint_is_carried_away(runtime: Runtime) -> None:
    """Once at the start, and again after changes."""
    sink = Sink()
    anchored = replace(runtime, anchors=Anchors((sink,)))
    async with following(anchored, pause_seconds=0), asyncio.timeout(20):
        await sink.arrived.wait()
        sink.arrived.clear()
        await write(runtime.database, 1)
        await sink.arrived.wait()

    assert runtime.trail.memory.note == sink.got[-1]
    assert 1 == anchored.anchors.states[0].size


async def test_another_process_appends(runtime: Runtime, storage: Storage) -> None:
    """What commands append is carried away too, though it wakes nobody here."""
    sink = Sink()
    anchored = replace(runtime, anchors=Anchors((sink,)))
    elsewhere = replace(storage, data_directory=storage.data_directory.with_name("elsewhere"))
    async with following(anchored, pause_seconds=0.001), asyncio.timeout(20):
        await sink.arrived.wait()
        async with open_runtime(elsewhere) as other:
            sink.arrived.clear()
            await write(other.database, 1)
        await sink.arrived.wait()

    assert [0, 1] == [int(note.split("\n")[1]) for note in sink.got]


async def test_a_sink_that_hangs_holds_no_other_up(runtime: Runtime) -> None:
    """Each goes its own way."""
    sink = Sink()
    anchored = replace(runtime, anchors=Anchors((HangingSink(), sink)))
    async with following(anchored, pause_seconds=0), asyncio.timeout(20):
        await until(lambda: anchored.anchors.states[1].size == 0)
        await write(runtime.database, 1)
        await until(lambda: anchored.anchors.states[1].size == 1)

    assert None is anchored.anchors.states[0].size


async def test_a_damaged_checkpoint_is_a_problem(runtime: Runtime, storage: Storage) -> None:
    """Nothing can be carried away, and whoever looks at the anchors sees it."""
    await tamper(storage.database_url or "", "UPDATE audit_checkpoint SET note = 'x'")
    sink = Sink()
    anchored = replace(runtime, anchors=Anchors((sink,)))
    (state,) = anchored.anchors.states
    async with following(anchored, pause_seconds=0), asyncio.timeout(20):
        await until(lambda: state.problem is not None)

    assert "the newest checkpoint is damaged" == state.problem
    assert [] == sink.got


async def test_a_sink_that_fails_is_tried_again(runtime: Runtime) -> None:
    """More often than the retries of one delivery: the next round comes by itself."""
    sink = Sink(failures=5)
    anchored = replace(runtime, anchors=Anchors((sink,)))
    async with following(anchored, pause_seconds=0), asyncio.timeout(20):
        await sink.arrived.wait()

    assert 1 == len(sink.got)


async def test_a_problem_is_visible_and_holds_nobody_up(runtime: Runtime, tmp_path: Path) -> None:
    """The other sink gets its checkpoint, and changes go on."""
    good = FileSink(tmp_path / "anchors.txt")
    bad = FileSink(tmp_path / "gone" / "anchors.txt")
    anchored = replace(runtime, anchors=Anchors((bad, good)))
    states = anchored.anchors.states
    async with following(anchored, pause_seconds=0), asyncio.timeout(20):
        await write(runtime.database, 2)
        while states[0].problem is None or states[1].size != 2:
            await write(runtime.database, 0)
            await asyncio.sleep(0)

    assert ("No such file or directory", None) == (states[0].problem, states[0].size)
    assert good.path.read_text().endswith((runtime.trail.memory.note or "?") + "\n")


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(httpx2.InvalidURL("no address"), id="address"),
        pytest.param(OverflowError("no port"), id="port"),
        pytest.param(ValueError("no proxy"), id="proxy"),
    ],
)
async def test_no_failure_ends_anchoring(runtime: Runtime, error: Exception) -> None:
    """What nobody expects of a sink is shown as its problem, and tried again like the rest."""
    sink = Sink(failures=1, error=error)
    anchored = replace(runtime, anchors=Anchors((sink,)))
    (state,) = anchored.anchors.states
    async with following(anchored, pause_seconds=0), asyncio.timeout(20):
        await until(lambda: state.problem is not None)
        problem = state.problem
        await sink.arrived.wait()

    assert type(error).__name__ == problem
    assert None is state.problem


async def test_an_outage_of_the_database_is_outlived(runtime: Runtime) -> None:
    """The sink shows it while it lasts, though it had the newest; then all goes on."""
    sink = Sink()
    anchored = replace(runtime, anchors=Anchors((sink,)))
    (state,) = anchored.anchors.states
    async with following(anchored, pause_seconds=0), asyncio.timeout(20):
        await sink.arrived.wait()
        async with without(runtime, "audit_checkpoint"):
            await until(lambda: state.problem is not None)
            during = state.problem or ""
        await until(lambda: state.problem is None)
        sink.arrived.clear()
        await write(runtime.database, 1)
        await sink.arrived.wait()

    assert during.startswith("the newest checkpoint cannot be read")
    assert (1, None) == (state.size, state.problem)


async def test_a_webhook_gets_the_note(runtime: Runtime) -> None:
    """As text, to the address that was given; the name shows the host alone."""
    bodies: list[bytes] = []
    arrived = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        bodies.append(await reader.readexactly(length))
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        arrived.set()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sink = WebhookSink(f"http://127.0.0.1:{port}/hook?secret=1")
    async with server, asyncio.timeout(20):
        await sink.deliver(runtime.trail.memory.note or "")
        await arrived.wait()

    assert [(runtime.trail.memory.note or "").encode()] == bodies
    assert "webhook 127.0.0.1" == sink.name
    assert "secret" not in repr(sink)


async def test_a_webhook_that_never_ends_is_given_up() -> None:
    """An answer that comes drop by drop holds no other sink up for long."""
    left = asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        with suppress(ConnectionError):
            while not reader.at_eof():
                writer.write(b"1\r\nx\r\n")
                await writer.drain()
                await asyncio.sleep(0)
        writer.close()
        left.set()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sink = WebhookSink(f"http://127.0.0.1:{port}/hook", timeout_seconds=0.1)
    async with server:
        with pytest.raises(TimeoutError):
            await sink.deliver("a note")
        await left.wait()
