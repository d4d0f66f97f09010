"""Kills a process that appends, again and again: `./dev bench kills [TIMES]` (300 by default).

It does so on both databases, half of the times each. A kill can come at any moment, even between
the commit and the answer, or between the commit and the signer's memory; it prints how often.
"""

import asyncio
import base64
import random
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from audit.c2sp.checkpoint import Checkpoint
from db.queries import events
from service.operate.startup import open_closed_trail, open_runtime, upgrade_database
from service.process.storage import Storage
from tests.conftest import get_server
from tests.support.trail.processes import kill_after, settled

_LONGEST_PAUSE: Final = 0.012


@dataclass
class _Counted:
    kills: int = 0
    lost: int = 0
    unanswered: int = 0
    """Committed events without an answer to the caller."""
    behind: int = 0
    """Times that the signer's memory was behind the database."""


async def _kill(storage: Storage, times: int) -> _Counted:
    moments = random.Random()  # noqa: S311 (moments, not secrets)
    counted = _Counted()
    for life in range(times):
        pause = moments.random() * _LONGEST_PAUSE
        answered = await kill_after(storage, f"life{life}", moments.randrange(1, 30), pause)
        counted.behind += await _is_behind(storage)
        found = await settled(storage)
        mine = [reason for reason in found if reason.startswith(f"life{life} ")]
        counted.lost += sum(f"life{life} {n}" not in mine for n in range(answered))
        counted.unanswered += max(0, len(mine) - answered)
        counted.kills += 1
    return counted


async def _is_behind(storage: Storage) -> bool:
    async with open_closed_trail(storage) as runtime, runtime.database.reading() as session:
        remembered = runtime.trail.memory.read()
        size = (await events.head(session)).size
    return isinstance(remembered, Checkpoint) and remembered.size < size


async def measure(times: int) -> int:
    """Kills, and checks after each kill; returns 1 if an acknowledged event was lost."""
    key = base64.b64encode(bytes(range(32))).decode()
    lost = 0
    with (
        tempfile.TemporaryDirectory(prefix="postledger-kills-") as name,
        tempfile.TemporaryDirectory(prefix="postledger-tests-") as place,
        get_server(place) as server,
    ):
        folder = Path(name)
        urls = (f"sqlite:///{folder / 'trail.sqlite3'}", server.get_uri())
        for number, url in enumerate(urls):
            storage = Storage(folder / str(number), url, (key,), (key,))
            await upgrade_database(storage)
            async with open_runtime(storage) as runtime:
                kind = runtime.database.kind
            counted = await _kill(storage, times // 2)
            lost += counted.lost
            print(
                f"{kind}: {counted.kills} kills, every start opened and verified; "
                f"{counted.lost} acknowledged events lost, {counted.unanswered} committed "
                f"without an answer, the memory was behind {counted.behind} times"
            )
    return int(lost > 0)


if __name__ == "__main__":
    sys.exit(asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 300)))
