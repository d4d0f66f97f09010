"""Metrics for Prometheus: operations, refusals, tests, the trail, the settings.

https://prometheus.io/docs/practices/naming/
"""

import asyncio
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from graph.watch.observe import FinishedOperation
from service.operate import Figures, figures
from service.process import Runtime
from service.settings import VerificationState

MAX_NAMES: Final = 100
OTHER: Final = "(other)"
_ANONYMOUS: Final = "(anonymous)"
_MAX_NAME: Final = 60


class Metrics:
    """The metrics of this process. They observe operations like the log and the traces."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._names: set[str] = set()
        self._counted_until: int | None = None
        self._updating = asyncio.Lock()
        self._operations = Counter(
            "postledger_operations",
            "GraphQL operations by kind, name and outcome (OK, or the first error's code).",
            ["kind", "operation", "outcome"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "postledger_operation_seconds",
            "Duration of queries and mutations in seconds.",
            ["kind"],
            registry=self._registry,
        )
        self._refusals = Counter(
            "postledger_refused_calls",
            "Calls that were refused before an operation began, by error code.",
            ["code"],
            registry=self._registry,
        )
        self._tests = Counter(
            "postledger_test_emails",
            "Test emails that ended since this process started, by outcome and failed stage.",
            ["outcome", "stage"],
            registry=self._registry,
        )
        self._trail = Gauge(
            "postledger_trail_events", "Events in the trail.", registry=self._registry
        )
        self._revision = Gauge(
            "postledger_settings_revision",
            "The settings' revision; 0 if nothing was saved yet.",
            registry=self._registry,
        )
        self._verification = Gauge(
            "postledger_settings_verification",
            "The verification state of the settings in force: 1 for the current state.",
            ["state"],
            registry=self._registry,
        )

    def operation(self, finished: FinishedOperation) -> None:
        """Counts a finished operation."""
        outcome = finished.codes[0] if finished.codes else "OK"
        self._operations.labels(finished.kind, self._name(finished.name), outcome).inc()
        if finished.kind != "subscription":
            self._seconds.labels(finished.kind).observe(finished.seconds)

    def refusal(self, code: str) -> None:
        """Counts a refusal."""
        self._refusals.labels(code).inc()

    async def start(self, runtime: Runtime) -> None:
        """Updates the gauges; test emails are counted from the first call on."""
        async with self._updating:
            self._take(await figures(runtime, self._counted_until))

    async def write(self, runtime: Runtime) -> bytes:
        """Returns the metrics in Prometheus' text format."""
        await self.start(runtime)
        return generate_latest(self._registry)

    def _take(self, found: Figures) -> None:
        self._counted_until = found.trail_size
        self._trail.set(found.trail_size)
        self._revision.set(found.settings_revision)
        for state in VerificationState:
            self._verification.labels(state.value).set(state is found.verification)
        for end in found.ended:
            self._tests.labels(end.outcome, end.stage or "").inc()

    def _name(self, name: str | None) -> str:
        """Returns an operation's name as a label.

        Clients choose the names, so the number of different labels is limited.
        """
        if name is None:
            return _ANONYMOUS
        if len(name) > _MAX_NAME or (name not in self._names and len(self._names) >= MAX_NAMES):
            return OTHER
        self._names.add(name)
        return name
