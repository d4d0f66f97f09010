"""Test emails to servers that never answer: is the service still fast, small and correct?

First, it measures `emailSettings` at rest and while 200 tests wait for silent servers (the ceiling
is 5 times the time at rest, at the 95th percentile). Then it requests 500 tests at once, and prints
how many ran, how many were refused with TooManyTestsError, how much memory they took, and whether
the trail has two events for each test that ran and one for each refusal.
"""

import asyncio
import resource
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from mail.session.tools import Tools
from service.email_tests.request import EmailTestRequest
from service.email_tests.sending import send_test_email
from service.operate.startup import open_runtime
from service.process.caller import COMMAND_LINE
from service.process.email_test_limits import EmailTestLimits
from service.process.paging import PageRequest
from service.process.runtime import Runtime, utc_now
from service.process.storage import Storage
from service.settings.current import SettingsUpdate, email_settings, update_email_settings
from service.trail.reading import audit_events
from service.values.patch import SettingsPatch

SILENT_TESTS: Final = 200
AT_ONCE: Final = 500
READS: Final = 300
CEILING: Final = 5.0
MEGABYTE: Final = 1024
"""In kilobytes, the unit in which the kernel reports memory."""


async def main() -> int:
    """Runs both measurements; returns 0 if the results are as they should be."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_runtime(Storage(Path(folder))) as runtime:
            server = await asyncio.start_server(_say_nothing, "127.0.0.1", 0)
            async with server:
                await _save(runtime, server.sockets[0].getsockname()[1])
                fast = await _silent(runtime)
                correct = await _flood(runtime)
    return 0 if fast and correct else 1


async def _silent(runtime: Runtime) -> bool:
    no_limits = EmailTestLimits(per_actor=10_000, overall=10_000, running=SILENT_TESTS)
    busy = replace(runtime, test_limits=no_limits, mail_tools=Tools(limit_seconds=30))
    at_rest = await _reads(runtime)
    request = EmailTestRequest(recipient="ada@example.net", wait=False)
    for _ in range(SILENT_TESTS):
        await send_test_email(busy, COMMAND_LINE, request)
    meanwhile = await _reads(runtime)
    await runtime.tests.close(0)
    ratio = meanwhile / at_rest
    print(f"emailSettings, 95th percentile of {READS}: {at_rest * 1000:.1f} ms at rest")
    print(f"  during {SILENT_TESTS} tests of silent servers: {meanwhile * 1000:.1f} ms", end="")
    print(f" ({ratio:.1f} times; ceiling {CEILING})")
    return ratio <= CEILING


async def _flood(runtime: Runtime) -> bool:
    # Two minutes later, so that the earlier tests no longer count towards the limits.
    later = timedelta(minutes=2)
    limited = replace(
        runtime,
        test_limits=EmailTestLimits(per_actor=10_000, overall=100, running=20),
        clock=lambda: utc_now() + later,
    )
    before = await _size(runtime)
    memory = _memory()
    request = EmailTestRequest(recipient="ada@example.net", wait=False)
    outcomes = Counter(
        type(each).__name__
        for each in await asyncio.gather(
            *(send_test_email(limited, COMMAND_LINE, request) for _ in range(AT_ONCE))
        )
    )
    grown = _memory() - memory
    await runtime.tests.close(0)
    events = await _size(runtime) - before
    expected = 2 * outcomes["EmailTestStarted"] + outcomes["TooManyEmailTests"]
    print(f"{AT_ONCE} at once: {dict(outcomes)}; peak memory grew by {grown / MEGABYTE:.0f} MB")
    print(f"  events in the trail: {events}, expected {expected}")
    return events == expected and outcomes.total() == AT_ONCE


async def _say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def _save(runtime: Runtime, port: int) -> None:
    patch = SettingsPatch(
        smtp_host="127.0.0.1",
        smtp_port=port,
        enable_secure_connection=False,
        default_from_address="postledger@example.org",
    )
    await update_email_settings(runtime, COMMAND_LINE, SettingsUpdate(patch, 0))


async def _reads(runtime: Runtime) -> float:
    """Measures reading the settings; returns the 95th percentile in seconds."""
    took = []
    for _ in range(READS):
        began = time.perf_counter()
        await email_settings(runtime)
        took.append(time.perf_counter() - began)
    return statistics.quantiles(took, n=20)[-1]


async def _size(runtime: Runtime) -> int:
    page = await audit_events(runtime, PageRequest(size=1))
    return page.items[0].seq + 1


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
