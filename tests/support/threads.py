"""Running blocking commands outside a test's event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# One thread for all commands, which ends with the process. SQLAlchemy runs greenlets in it. If two
# such threads end at once while coverage traces, CPython 3.11 can loop forever: it dispatches
# RESUME again and again, because a pending call was added while another was running.
_COMMANDS: Final = ThreadPoolExecutor(1, thread_name_prefix="commands")


async def beside(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs a blocking function in a thread, such as a command with its own event loop."""
    running = _COMMANDS.submit(partial(work, *args, **kwargs))
    return await asyncio.wrap_future(running)
