"""Anchors: checkpoints are delivered automatically, and a sink that fails delays nothing else."""

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
    """Makes a delivery try twice, without a pause in between."""
    with stamina.set_testing(True, attempts=2):
        yield


@dataclass(slots=True)
class Sink:
    """A sink that fails a number of times, then keeps what it gets."""

    failures: int = 0
    error: Exception = field(default_factory=ConnectionError)
    name: str = "kept"
    got: list[str] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def deliver(self, note: str) -> None:
        """Keeps a note, or fails."""
        if self.failures:
            self.failures -= 1
            raise self.error
        self.got.append(note)
        self.arrived.set()


class HangingSink:
    """A sink that never confirms a delivery."""

    name = "hanging"

    async def deliver(self, note: str) -> None:
        """Never returns."""
        del note
        await asyncio.Event().wait()


async def test_the_newest_checkpoint_is_delivered(runtime: Runtime) -> None:
    """The newest checkpoint is delivered at the start, and again after changes."""
    sink = Sink()
    anchored = replace(runtime, anchors=Anchors((sink,)))
    async with following(anchored, pause_seconds=0), asyncio.timeout(20):
        await sink.arrived.wait()
        sink.arrived.clear()
        await write(runtime.database, 1)
        await sink.arrived.wait()

    assert runtime.trail.memory.note == sink.got[-1]
    assert 1 == anchored.anchors.states[0].size


async def test_checkpoints_of_another_process_are_delivered(
    runtime: Runtime, storage: Storage
) -> None:
    """The checkpoint of an event that another process appended is delivered, too."""
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


async def test_a_sink_that_hangs_delays_no_other(runtime: Runtime) -> None:
    """A sink gets its checkpoints while another sink hangs."""
    sink = Sink()
    anchored = replace(runtime, anchors=Anchors((HangingSink(), sink)))
    async with following(anchored, pause_seconds=0), asyncio.timeout(20):
        await until(lambda: anchored.anchors.states[1].size == 0)
        await write(runtime.database, 1)
        await until(lambda: anchored.anchors.states[1].size == 1)

    assert None is anchored.anchors.states[0].size


async def test_a_damaged_checkpoint_is_a_problem(runtime: Runtime, storage: Storage) -> None:
    """If the newest checkpoint is damaged, nothing is delivered, and the sink shows the problem."""
    await tamper(storage.database_url or "", "UPDATE audit_checkpoint SET note = 'x'")
    sink = Sink()
    anchored = replace(runtime, anchors=Anchors((sink,)))
    (state,) = anchored.anchors.states
    async with following(anchored, pause_seconds=0), asyncio.timeout(20):
        await until(lambda: state.problem is not None)

    assert "the newest checkpoint is damaged" == state.problem
    assert [] == sink.got


async def test_a_sink_that_fails_is_tried_again(runtime: Runtime) -> None:
    """A sink that fails all attempts of a delivery gets the checkpoint in a later round."""
    sink = Sink(failures=5)
    anchored = replace(runtime, anchors=Anchors((sink,)))
    async with following(anchored, pause_seconds=0), asyncio.timeout(20):
        await sink.arrived.wait()

    assert 1 == len(sink.got)


async def test_a_problem_is_visible_and_delays_nothing(runtime: Runtime, tmp_path: Path) -> None:
    """While one sink shows a problem, another gets its checkpoint, and changes go on."""
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
    """An unexpected error of a sink is shown as its problem, and the delivery is tried again."""
    sink = Sink(failures=1, error=error)
    anchored = replace(runtime, anchors=Anchors((sink,)))
    (state,) = anchored.anchors.states
    async with following(anchored, pause_seconds=0), asyncio.timeout(20):
        await until(lambda: state.problem is not None)
        problem = state.problem
        await sink.arrived.wait()

    assert type(error).__name__ == problem
    assert None is state.problem


async def test_anchoring_survives_an_outage_of_the_database(runtime: Runtime) -> None:
    """The sink shows an outage of the database while it lasts; then deliveries go on."""
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
    """A webhook gets the note as text; its name shows only the host of its address."""
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
    """A webhook whose response never ends fails after a timeout."""
    left = asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A busy machine may give up before the request is whole.
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while not reader.at_eof():
                writer.write(b"1\r\nx\r\n")
                await writer.drain()
                await asyncio.sleep(0)
        writer.close()
        left.set()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sink = WebhookSink(f"http://127.0.0.1:{port}/hook", timeout_seconds=0.5)
    async with server:
        with pytest.raises(TimeoutError):
            await sink.deliver("a note")
        await left.wait()
