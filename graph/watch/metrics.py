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

from graph.watch.observe import Seen
from service.operate import Figures, figures
from service.process import Runtime
from service.settings import VerificationState

MAX_NAMES: Final = 100
OTHER: Final = "(other)"
_ANONYMOUS: Final = "(anonymous)"
_MAX_NAME: Final = 60


class Metrics:
    """Everything that is counted in this process. It is an observer of operations."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._names: set[str] = set()
        self._seen_until: int | None = None
        self._reading = asyncio.Lock()
        self._operations = Counter(
            "postledger_operations",
            "GraphQL operations by kind, name and outcome (OK, or the first error's code).",
            ["kind", "operation", "outcome"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "postledger_operation_seconds",
            "How long queries and mutations took.",
            ["kind"],
            registry=self._registry,
        )
        self._refusals = Counter(
            "postledger_refused_calls",
            "Calls that were refused before they were operations, by error code.",
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
            "The settings' revision; 0: nothing was saved.",
            registry=self._registry,
        )
        self._verification = Gauge(
            "postledger_settings_verification",
            "What the last test of the settings in force said: 1 for the state that holds.",
            ["state"],
            registry=self._registry,
        )

    def operation(self, seen: Seen) -> None:
        """Counts an operation."""
        outcome = seen.codes[0] if seen.codes else "OK"
        self._operations.labels(seen.kind, self._name(seen.name), outcome).inc()
        if seen.kind != "subscription":
            self._seconds.labels(seen.kind).observe(seen.seconds)

    def refusal(self, code: str) -> None:
        """Counts a refusal."""
        self._refusals.labels(code).inc()

    async def start(self, runtime: Runtime) -> None:
        """Tests that end from here on are counted."""
        async with self._reading:
            self._take(await figures(runtime, self._seen_until))

    async def write(self, runtime: Runtime) -> bytes:
        """The metrics as Prometheus reads them (its text format)."""
        await self.start(runtime)
        return generate_latest(self._registry)

    def _take(self, found: Figures) -> None:
        self._seen_until = found.trail_size
        self._trail.set(found.trail_size)
        self._revision.set(found.settings_revision)
        for state in VerificationState:
            self._verification.labels(state.value).set(state is found.verification)
        for end in found.ended:
            self._tests.labels(end.outcome, end.stage or "").inc()

    def _name(self, name: str | None) -> str:
        """An operation's name as a label: clients choose names, so there is an end to new ones."""
        if name is None:
            return _ANONYMOUS
        if len(name) > _MAX_NAME or (name not in self._names and len(self._names) >= MAX_NAMES):
            return OTHER
        self._names.add(name)
        return name
