"""Traces: what they contain, and that the service does not wait for a collector."""

import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest
import structlog
from graphql import parse
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from graph.app import compose
from graph.operation.document_hash import document_hash
from graph.watch.observe import FinishedOperation, LogObserver, Observers
from graph.watch.telemetry import CLOSE_SECONDS, Traces, traces
from service.process.runtime import Runtime
from service.process.storage import CannotStartError
from tests.support.edge.world import configured, open_world

CANARY = "correct-horse-4711"
LEAK = f'mutation Leak {{ updateEmailSettings(input: {{settings: {{smtpPassword: {{set: "{CANARY}"}}}}, expectedRevision: 0}}) {{ __typename }} }}'  # noqa: E501


@pytest.mark.anyio
async def test_log_and_traces_contain_no_values(runtime: Runtime, tmp_path: Path) -> None:
    """An operation's line and span have its name, hash, codes and time, but no values."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    observers = Observers((LogObserver(), Traces(provider.get_tracer("test"))))
    app = compose(configured(tmp_path), runtime, observers=observers)
    with structlog.testing.capture_logs() as lines:
        async with open_world(app, runtime) as world:
            response = await world.post({"query": LEAK})
    span = exporter.get_finished_spans()[0]
    line = next(each for each in lines if each["event"] == "operation")

    assert ("mutation", "Leak", []) == (line["kind"], line["operation"], line["codes"])
    assert response.headers["X-Request-Id"] == line["request_id"]
    assert "mutation Leak" == span.name
    assert span.attributes is not None
    assert "Leak" == span.attributes["graphql.operation.name"]
    assert line["request_id"] == span.attributes["postledger.request_id"]
    assert document_hash(parse(LEAK.replace(CANARY, "a guess"))) == line["document_hash"]
    assert line["document_hash"] == span.attributes["postledger.document_hash"]
    assert CANARY not in span.to_json() + repr(lines)


def test_traces_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """If traces are configured but not installed, the start fails with what to install."""
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)

    with pytest.raises(CannotStartError, match=r"postledger\[telemetry\]"), traces("http://x"):
        pass


def test_no_traces_by_default() -> None:
    """Without an endpoint, no traces are sent."""
    with traces(None) as observers:
        assert [] == observers


@contextmanager
def _silent() -> Iterator[str]:
    """A collector that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1/traces"


@contextmanager
def _away() -> Iterator[str]:
    """The address of a collector that does not run."""
    with _silent() as address:
        pass
    yield address


@pytest.mark.parametrize("collector", [_away, _silent], ids=["away", "silent"])
def test_a_collector_that_does_not_answer(
    collector: Callable[[], AbstractContextManager[str]],
) -> None:
    """The end of the service waits for the collector only for a limited time."""
    with collector() as endpoint:
        with traces(endpoint) as observers:
            observers[0].operation(
                FinishedOperation("query", "Look", "", [], time.time_ns(), 0.1, "id")
            )
            began = time.monotonic()
        taken = time.monotonic() - began

    assert taken < CLOSE_SECONDS + 1


class _Collector(BaseHTTPRequestHandler):
    """Keeps the received traces."""

    kept: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        """Keeps the body."""
        self.kept.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the signature of the base class)
        """Logs nothing."""


def test_the_last_traces_are_sent() -> None:
    """Operations just before the end are sent too."""
    with HTTPServer(("127.0.0.1", 0), _Collector) as server:
        serving = Thread(target=server.serve_forever)
        serving.start()
        with traces(f"http://127.0.0.1:{server.server_port}/v1/traces") as observers:
            observers[0].operation(
                FinishedOperation("query", "Look", "", [], time.time_ns(), 0.1, "id")
            )
        server.shutdown()
        serving.join()

    assert b"query Look" in b"".join(_Collector.kept)
