"""Measures the trail: `./dev bench audit [EVENTS]` (a million by default).

Beside each figure stands its bound, and for verification the ceiling: hashing alone.
"""

import asyncio
import base64
import hashlib
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from rich.console import Console
from rich.table import Table

from audit.event import AuditAction, AuditOutcome
from audit.history import EventFilter, Window, read_events
from audit.verify_checkpoints import KeyHistory
from bench.generate import fill
from db.guards import create_guards, drop_guards
from db.instant import read_instant
from service.caller import COMMAND_LINE
from service.export import ExportFormat, begin_export
from service.runtime import Runtime
from service.startup import Storage, open_closed_trail, open_runtime
from service.trail_verify import Verification, VerificationRequest, verify_trail

_SEED = bytes(range(32))
_SMALL = 1_000
_PAGE = 21
_ROUNDS = 15


def _filters(size: int) -> dict[str, tuple[EventFilter, Window]]:
    middle = Window(_PAGE, below=size // 2)
    first = Window(_PAGE)
    since = read_instant("2026-01-01T00:00:00.000000Z") + timedelta(seconds=size // 2)
    return {
        "first page": (EventFilter(), first),
        "page in the middle": (EventFilter(), middle),
        "action": (EventFilter(actions=(AuditAction.EMAIL_SETTINGS_UPDATED,)), first),
        "two actions": (
            EventFilter(actions=(AuditAction.EMAIL_SETTINGS_UPDATED, AuditAction.ACCESS_DENIED)),
            first,
        ),
        "outcome": (EventFilter(outcomes=(AuditOutcome.FAILED,)), first),
        "actor": (EventFilter(actor_ids=("actor-7",)), first),
        "field": (EventFilter(fields=("smtpHost",)), first),
        "revision": (EventFilter(revision=100), first),
        "correlation": (EventFilter(correlation_id="test-501"), first),
        "since": (EventFilter(since=since), first),
        "until": (EventFilter(until=since), first),
        "text, everywhere": (EventFilter(text="operator"), first),
        "text, rare": (EventFilter(text="mail400.example.com"), first),
        "text, two words": (EventFilter(text="operator credentials_rejected"), first),
        "text, a beginning": (EventFilter(text="person99*"), first),
    }


async def _filled(folder: Path, count: int) -> Storage:
    key = base64.b64encode(_SEED).decode()
    storage = Storage(folder, None, (key,), (key,))
    async with open_runtime(storage):
        pass
    await asyncio.to_thread(fill, folder / "postledger.sqlite3", _SEED, count)
    async with open_closed_trail(storage) as runtime, runtime.database.engine.begin() as connection:
        await connection.run_sync(drop_guards)
        await connection.run_sync(create_guards)
    return storage


async def _median(work: Callable[[], Awaitable[object]]) -> float:
    await work()
    times = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        await work()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


async def _pages(runtime: Runtime, size: int) -> dict[str, float]:
    figures = {}
    for name, (wanted, window) in _filters(size).items():

        async def page(wanted: EventFilter = wanted, window: Window = window) -> None:
            async with runtime.database.reading() as session:
                await read_events(session, window, wanted)

        figures[name] = await _median(page)
    return figures


def _ceiling() -> float:
    """Events a second, if hashing (a leaf and a node each) were all there was to do."""
    body = b"x" * 700
    count = 200_000
    began = time.perf_counter()
    for _ in range(count):
        leaf = hashlib.sha256(b"\0" + body).digest()
        hashlib.sha256(b"\1" + leaf + leaf).digest()
    return count / (time.perf_counter() - began)


async def _verify(runtime: Runtime, request: VerificationRequest) -> float:
    result = await verify_trail(runtime, request)
    if not isinstance(result, Verification) or not result.intact:
        raise SystemExit(f"the trail is not intact: {result}")
    return result.events_checked / (result.duration_ms / 1000)


async def _export(runtime: Runtime) -> float:
    began = time.perf_counter()
    found = await begin_export(runtime, COMMAND_LINE, ExportFormat.BUNDLE)
    async for _ in found.chunks():
        pass
    return found.size / (time.perf_counter() - began)


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def measure(count: int) -> None:
    """Measures, and prints the tables."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="postledger-bench-") as name:
        small = await _filled(Path(name) / "small", _SMALL)
        began = time.perf_counter()
        large = await _filled(Path(name) / "large", count)
        console.print(f"{count} events made in {time.perf_counter() - began:.0f} s")
        async with open_runtime(small) as runtime:
            before = await _pages(runtime, _SMALL)
        base = _memory()
        async with open_runtime(replace(large)) as runtime:
            after = await _pages(runtime, count)
            _print_pages(console, before, after, count)
            quick = await _verify(runtime, VerificationRequest(quick=True))
            with patch.object(KeyHistory, "problem_with", _believe):
                unsigned = await _verify(runtime, VerificationRequest())
            verified = _memory()
            export = await _export(runtime)
            exported = _memory()
            everything = await _verify(runtime, VerificationRequest())
    table = Table("verification and export", "events a second", "at least")
    table.add_row("ceiling: hashing alone", f"{_ceiling():,.0f}", "")
    table.add_row("leaves and tree", f"{quick:,.0f}", "40,000")
    table.add_row("canonical form, columns, replay, all roots", f"{unsigned:,.0f}", "10,000")
    table.add_row("and every signature", f"{everything:,.0f}", "")
    table.add_row("export, a bundle", f"{export:,.0f}", "")
    console.print(table)
    console.print(
        f"memory: {base:.0f} MB before, {verified:.0f} MB after verifying, "
        f"{exported:.0f} MB after exporting (at most 150 MB)"
    )


def _believe(*_: object, **__: object) -> None:
    """Takes every signature for good. Not a mock, which would remember every note."""


def _print_pages(
    console: Console, before: dict[str, float], after: dict[str, float], count: int
) -> None:
    table = Table("page", f"{_SMALL} events, ms", f"{count} events, ms", "ratio (at most 1.5)")
    for name, small in before.items():
        table.add_row(name, f"{small:.2f}", f"{after[name]:.2f}", f"{after[name] / small:.2f}")
    console.print(table)


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
