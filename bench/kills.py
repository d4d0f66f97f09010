"""Kills a process that appends, again and again: `./dev bench kills [TIMES]` (300 by default)."""

import asyncio
import base64
import random
import sys
import tempfile
from pathlib import Path

from service.startup import Storage, open_runtime
from tests.trail.processes import kill_after, settled


async def measure(times: int) -> None:
    """Kills, and checks after each kill."""
    key = base64.b64encode(bytes(range(32))).decode()
    moments = random.Random()  # noqa: S311 (moments, not secrets)
    with tempfile.TemporaryDirectory(prefix="postledger-kills-") as name:
        folder = Path(name)
        storage = Storage(folder, f"sqlite:///{folder / 'trail.sqlite3'}", (key,), (key,))
        async with open_runtime(storage):
            pass
        lost = 0
        for life in range(times):
            acknowledged = await kill_after(storage, f"life{life}", moments.randrange(1, 30))
            found = await settled(storage)
            mine = [reason for reason in found if reason.startswith(f"life{life} ")]
            lost += sum(f"life{life} {n}" not in mine for n in range(acknowledged))
    print(f"{times} kills: every start opened and verified; {lost} acknowledged events lost")


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 300))
