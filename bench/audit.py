"""Measures the trail: `./dev bench audit [EVENTS] [KIND]` (default: a million, on both databases).

It prints each figure with its bound, and for verification the ceiling: hashing alone.
"""

import argparse
import asyncio
import base64
import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final
from unittest.mock import patch

import asyncpg
from rich.console import Console
from rich.table import Table
from sqlalchemy import make_url

from audit.event import AuditAction, AuditOutcome
from audit.trail.history import EventFilter, read_events
from audit.verify.checkpoints import StoredCheckpoints
from bench.fill import fill_database
from db.instant import read_instant
from db.queries.keyset import Window
from graph.cli.command import freeze_loaded_objects
from service.export.live import ExportFormat, begin_export
from service.operate.startup import open_runtime
from service.process.caller import COMMAND_LINE
from service.process.runtime import Runtime
from service.process.storage import Storage
from service.verify.trail import TrailVerification, VerificationRequest, verify_trail
from tests.conftest import get_server
from tests.e2e.processes import COMMAND

_KINDS = ("sqlite", "postgresql")
_SEED = bytes(range(32))
_SMALL = 1_000
_PAGE = 21
_ROUNDS = 31


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
        "text, nowhere": (EventFilter(text="nothing"), first),
        "text and an action": (
            EventFilter(text="operator", actions=(AuditAction.TRAIL_REOPENED,)),
            first,
        ),
        "text and a revision": (EventFilter(text="operator", revision=100), first),
        "an action and an outcome": (
            EventFilter(
                actions=(AuditAction.EMAIL_SETTINGS_UPDATED,), outcomes=(AuditOutcome.DENIED,)
            ),
            first,
        ),
        "an action and an outcome, the last page": (
            EventFilter(
                actions=(AuditAction.EMAIL_SETTINGS_UPDATED,), outcomes=(AuditOutcome.SUCCEEDED,)
            ),
            Window(_PAGE, below=10),
        ),
        "an action and an actor": (
            EventFilter(actions=(AuditAction.EMAIL_SETTINGS_UPDATED,), actor_ids=("actor-7",)),
            first,
        ),
    }


async def _pages(small: Runtime, large: Runtime, count: int) -> dict[str, tuple[float, float]]:
    """Measures each page in both trails, in ms, by turns: a slow moment then affects both alike."""
    before, after = _filters(_SMALL), _filters(count)
    figures = {}
    for name in before:
        times = [
            (await _time(small, *before[name]), await _time(large, *after[name]))
            for _ in range(_ROUNDS + 1)
        ]
        in_small, in_large = zip(*times[1:], strict=True)
        figures[name] = statistics.median(in_small) * 1000, statistics.median(in_large) * 1000
    return figures


async def _time(runtime: Runtime, wanted: EventFilter, window: Window) -> float:
    began = time.perf_counter()
    async with runtime.database.reading() as session:
        await read_events(session, window, wanted)
    return time.perf_counter() - began


def _ceiling() -> float:
    """Returns the events per second that hashing alone (a leaf and a node per event) allows."""
    body = b"x" * 700
    count = 200_000
    began = time.perf_counter()
    for _ in range(count):
        leaf = hashlib.sha256(b"\0" + body).digest()
        hashlib.sha256(b"\1" + leaf + leaf).digest()
    return count / (time.perf_counter() - began)


async def _verify(runtime: Runtime, request: VerificationRequest) -> float:
    result = await verify_trail(runtime, request)
    if not isinstance(result, TrailVerification) or not result.intact:
        raise SystemExit(f"the trail is not intact: {result}")
    return result.events_checked / (result.duration_ms / 1000)


async def _export(runtime: Runtime) -> float:
    began = time.perf_counter()
    found = await begin_export(runtime, COMMAND_LINE, ExportFormat.BUNDLE)
    async for _ in found.chunks():
        pass
    return found.size / (time.perf_counter() - began)


_MEASURED: Final = (
    "import resource, subprocess, sys; "
    "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); "
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)
"""Run by a small interpreter, because a process inherits the peak memory of its parent."""


def _memory_of(storage: Storage, *arguments: str) -> float:
    """Runs a command, and returns its peak memory in MB."""
    keys = ",".join(storage.signing_keys)
    variables = {
        "POSTLEDGER_DATA_DIRECTORY": str(storage.data_directory),
        "POSTLEDGER_DATABASE_URL": storage.database_url or "",
        "POSTLEDGER_ENCRYPTION_KEYS": keys,
        "POSTLEDGER_SIGNING_KEY": keys,
    }
    done = subprocess.run(  # noqa: S603 (the project's own command)
        [sys.executable, "-c", _MEASURED, COMMAND, *arguments],
        env=os.environ | variables,
        check=True,
        capture_output=True,
        text=True,
    )
    return int(done.stdout) / 1024


async def measure(count: int, kinds: Sequence[str]) -> None:
    """Measures on the given kinds of database, and prints the tables."""
    with (
        tempfile.TemporaryDirectory(prefix="postledger-bench-") as name,
        tempfile.TemporaryDirectory(prefix="postledger-tests-") as place,
        get_server(place) as server,
    ):
        for kind in kinds:
            urls = await _databases(kind, server.get_uri())
            small, large = (_storage(Path(name) / each, url) for each, url in urls.items())
            await _measure_on(kind, small, large, count)


async def _databases(kind: str, server: str) -> dict[str, str | None]:
    """Creates two empty databases; returns their addresses by folder, None for the default."""
    names = (f"{kind}-small", f"{kind}-large")
    if kind == "sqlite":
        return dict.fromkeys(names)
    connection = await asyncpg.connect(server)
    for each in ("small", "large"):
        await connection.execute(f"CREATE DATABASE {each}")
    await connection.close()
    addresses = [make_url(server).set(database=each) for each in ("small", "large")]
    shown = [each.render_as_string(hide_password=False) for each in addresses]
    return dict(zip(names, shown, strict=True))


def _storage(folder: Path, url: str | None) -> Storage:
    key = base64.b64encode(_SEED).decode()
    return Storage(folder, url, (key,), (key,))


async def _measure_on(kind: str, small: Storage, large: Storage, count: int) -> None:
    console = Console(width=110)
    freeze_loaded_objects()  # as the command does
    await fill_database(small, _SEED, _SMALL)
    began = time.perf_counter()
    await fill_database(large, _SEED, count)
    console.print(f"{kind}: {count} events made in {time.perf_counter() - began:.0f} s")
    async with open_runtime(small) as other, open_runtime(large) as runtime:
        _print_pages(console, await _pages(other, runtime, count), count)
        quick = await _verify(runtime, VerificationRequest(quick=True))
        with patch.object(StoredCheckpoints, "_own", _skip):
            unsigned = await _verify(runtime, VerificationRequest())
        export = await _export(runtime)
        everything = await _verify(runtime, VerificationRequest())
    table = Table(f"{kind}: verification and export", "events per second", "at least")
    table.add_row("ceiling: hashing alone", f"{_ceiling():,.0f}", "")
    table.add_row("leaves and tree", f"{quick:,.0f}", "40,000")
    table.add_row("canonical form, columns, replay, all roots", f"{unsigned:,.0f}", "10,000")
    table.add_row("and every signature", f"{everything:,.0f}", "")
    table.add_row("export, a bundle", f"{export:,.0f}", "")
    console.print(table)
    output = str(large.data_directory / "trail.zip")
    memory = {
        "verify, a thousand": await asyncio.to_thread(_memory_of, small, "audit", "verify"),
        "verify": await asyncio.to_thread(_memory_of, large, "audit", "verify"),
        "export": await asyncio.to_thread(_memory_of, large, "audit", "export", "--output", output),
    }
    shown = ", ".join(f"{name}: {megabytes:.0f} MB" for name, megabytes in memory.items())
    console.print(f"the commands' memory, {shown} (at most 150 MB)")


def _skip(*_: object) -> None:
    """Skips every checkpoint, and so every signature.

    It is not a mock, because a mock would keep every note in memory.
    """


def _print_pages(console: Console, figures: dict[str, tuple[float, float]], count: int) -> None:
    table = Table("page", f"{_SMALL} events, ms", f"{count} events, ms", "ratio", "at most")
    for name, (small, large) in figures.items():
        bound = "100 ms" if name.startswith("text") else "1.5 times"
        table.add_row(name, f"{small:.2f}", f"{large:.2f}", f"{large / small:.2f}", bound)
    console.print(table)


def _main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench audit")
    parser.add_argument("events", nargs="?", type=int, default=1_000_000)
    parser.add_argument("kind", nargs="?", choices=_KINDS, help="both if left out")
    given = parser.parse_args()
    asyncio.run(measure(given.events, _KINDS if given.kind is None else (given.kind,)))


if __name__ == "__main__":
    _main()
