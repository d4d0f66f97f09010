"""Traces (OpenTelemetry), if the extra `telemetry` is installed and an endpoint is configured.

Each operation becomes one span when it ends, with its name, kind, hash, codes and duration. The
libraries' own instrumentation is not used, since it would record queries and arguments.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Final

from graph.watch.observe import FinishedOperation, Observer
from service.operate import CannotStartError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

SERVICE: Final = "postledger"
CLOSE_SECONDS: Final = 2.0
"""How long the last traces may take to be sent."""

_SECOND: Final = 1_000_000_000


class Traces:
    """Writes a span for each operation."""

    def __init__(self, tracer: "Tracer") -> None:
        self._tracer = tracer

    def operation(self, finished: FinishedOperation) -> None:
        """Writes a span."""
        attributes = {
            "graphql.operation.type": finished.kind,
            "postledger.document_hash": finished.document_hash,
            "postledger.request_id": finished.request_id,
            "postledger.codes": tuple(finished.codes),
        }
        if finished.name is not None:
            attributes["graphql.operation.name"] = finished.name
        span = self._tracer.start_span(
            f"{finished.kind} {finished.name or ''}".strip(),
            start_time=finished.began,
            attributes=attributes,
        )
        span.end(finished.began + int(finished.seconds * _SECOND))

    def refusal(self, code: str) -> None:
        """Ignores refusals: only operations become spans."""


@contextmanager
def traces(endpoint: str | None) -> Iterator[list[Observer]]:
    """Yields an observer that sends traces to an OTLP endpoint over HTTP; without one, yields none.

    Raises:
        CannotStartError: the extra `telemetry` is not installed.
    """
    if endpoint is None:
        yield []
        return
    provider = _provider(endpoint)
    try:
        yield [Traces(provider.get_tracer(SERVICE))]
    finally:
        _close(provider)


def _close(provider: "TracerProvider") -> None:
    """Sends the remaining traces, for a limited time: an absent collector must not delay the end.

    The library itself would try for ten seconds or longer. Its thread ends with the process.
    """
    closing = Thread(target=provider.shutdown, daemon=True)
    closing.start()
    closing.join(CLOSE_SECONDS)


def _provider(endpoint: str) -> "TracerProvider":
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 (an extra)
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 (an extra)
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 (an extra)
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 (an extra)
    except ImportError:
        raise CannotStartError(
            "POSTLEDGER_OTLP_ENDPOINT is set, but OpenTelemetry is not installed: "
            "install postledger[telemetry]."
        ) from None
    # Otherwise the library would shut down again at exit, without a time limit.
    provider = TracerProvider(resource=Resource({"service.name": SERVICE}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint)))
    return provider
