"""A process that appends events, and prints the number of each when it is acknowledged.

    python -m tests.support.trail.worker DATA-DIRECTORY DATABASE-URL KEY NAME COUNT

With COUNT 0 it continues until the process is ended. NAME distinguishes its events from others.
"""

import asyncio
import itertools
import sys
from dataclasses import replace
from pathlib import Path

from audit.trail.appending import append
from service.operate.startup import open_runtime
from service.process.runtime import utc_now
from service.process.storage import Storage
from tests.support.trail.events import an_event
from tests.support.trail.opened import NAME


async def work(storage: Storage, name: str, count: int) -> None:
    """Appends events, and prints their numbers."""
    async with open_runtime(storage) as runtime:
        for number in range(count) if count else itertools.count():
            event = replace(an_event(number), reason=f"{name} {number}")
            async with runtime.database.transaction() as session:
                await append(session, event, utc_now)
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    directory, url, key, name, count = sys.argv[1:]
    asyncio.run(work(Storage(Path(directory), url, (key,), (key,), NAME), name, int(count)))
