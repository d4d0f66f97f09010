"""Traces (OpenTelemetry), where the extra `telemetry` is installed and an endpoint is configured.

One span an operation, written when it has ended: its name, kind, hash, codes and duration. Nothing
of the libraries' own instrumentation is used, which would record queries and arguments.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Final

from graph.watch.observe import Observer, Seen
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

    def operation(self, seen: Seen) -> None:
        """One span."""
        attributes = {
            "graphql.operation.type": seen.kind,
            "postledger.document_hash": seen.document_hash,
            "postledger.request_id": seen.request_id,
            "postledger.codes": tuple(seen.codes),
        }
        if seen.name is not None:
            attributes["graphql.operation.name"] = seen.name
        span = self._tracer.start_span(
            f"{seen.kind} {seen.name or ''}".strip(), start_time=seen.began, attributes=attributes
        )
        span.end(seen.began + int(seen.seconds * _SECOND))

    def refusal(self, code: str) -> None:
        """Nothing: a refused call is no operation."""


@contextmanager
def traces(endpoint: str | None) -> Iterator[list[Observer]]:
    """An observer that sends traces to an OTLP endpoint over HTTP; none where none is configured.

    Raises:
        CannotStartError: the extra is not installed.
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
    """Sends what is left, for a while: a collector that is away must not hold up the end.

    The library would go on for ten seconds and more. What it does behind it ends with the process.
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
    # It would shut down once more when the process exits, however long that takes.
    provider = TracerProvider(resource=Resource({"service.name": SERVICE}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint)))
    return provider
