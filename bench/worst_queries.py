"""How long the heaviest queries within the limits block the event loop.

Run it by `./dev run python -m bench.worst_queries`.

While a query blocks the loop, the service answers no other request. Each query is sent three times;
the longest time for which a waiting task did not get its turn is printed, in milliseconds. Exit
status 1: a query blocked the loop for longer than the bound.
"""

import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from graphql import get_introspection_query
from rich.console import Console
from rich.progress import track

from db.engine.database import Database
from db.migrate import upgrade
from graph.app import compose
from service.access.tokens import create_token
from service.process.caller import COMMAND_LINE, Role
from service.process.connections import OpenConnections
from service.process.keys import GivenKeys, new_key
from service.process.runtime import Runtime, utc_now
from tests.support.edge.world import World, configured, open_world
from tests.support.trail.opened import opened_trail

BOUND_MS = 250.0
EVENTS = 300
_EVENT = "id sequence occurredAt action outcome errorCode reason revision correlationId leafHash"


def heavy_queries() -> dict[str, str]:
    """Returns queries by name, each as heavy in its own way as the limits allow."""
    actors = "actor { id } " * 145
    chain = " ".join(f"fragment f{n} on Viewer {{ role ...f{n + 1} }}" for n in range(100))
    types = " ".join(
        f"a{n}: types {{ fields {{ args {{ type {{ name ofType {{ name }} }} }} }} }}"
        for n in range(14)
    )
    repeated = "edges { node { actor { id } } } " * 3
    return {
        "one field, again and again": "{ viewer { " + "role " * 290 + "} }",
        "one object, again and again": "{ viewer { " + actors + "} }",
        "lists to be merged": "{ " + ("auditEvents { " + repeated + "} ") * 20 + "}",
        "a chain of fragments": "{ viewer { ...f0 } } "
        + chain
        + " fragment f100 on Viewer { role }",
        "a full page": "{ auditEvents(first: 100) { edges { node { "
        + _EVENT
        + " body actor { id displayName } client { ipAddress userAgent } changes { field after } "
        + "} } } }",
        "small pages": "{ "
        + " ".join(
            f"a{n}: auditEvents(first: 15) {{ edges {{ node {{ {_EVENT} }} }} }}" for n in range(15)
        )
        + " }",
        "a long text": '{ auditEvents(after: "' + "a" * 90_000 + '") { edges { cursor } } }',
        "errors": "{ "
        + " ".join(f'a{n}: auditEvents(after: "x") {{ edges {{ cursor }} }}' for n in range(15))
        + " }",
        "the schema": get_introspection_query(input_value_deprecation=True),
        "the schema, twice": "query a { "
        "__schema { ...S } b: __schema { ...S } } fragment S on __Schema { types { name "
        "description fields { name description args { name description } type { name kind } } "
        "inputFields { name description } enumValues { name description } } }",
        "the schema's types, by aliases": "{ __schema { " + types + " } }",
        "the schema's types, three levels deep": "{ __schema { types { fields { "
        "type { fields { name "
        "description args { name description type { name kind ofType { name } } } } } } } } }",
    }


@asynccontextmanager
async def _longest_block() -> AsyncIterator[list[float]]:
    """Measures the longest time, in milliseconds, for which a task waits for its turn."""
    gaps = [0.0]

    async def tick() -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0)
            now = time.perf_counter()
            gaps[0] = max(gaps[0], (now - last) * 1000)
            last = now

    task = asyncio.create_task(tick())
    await asyncio.sleep(0)
    yield gaps
    # Once more: the last wait ends when the loop comes round again.
    await asyncio.sleep(0)
    task.cancel()


async def _measure(world: World) -> dict[str, tuple[float, int, str]]:
    found = {}
    for name, query in track(heavy_queries().items(), description="Asking", console=_stderr()):
        gaps, size, codes = [0.0], 0, ""
        for _ in range(3):
            async with _longest_block() as blocked:
                response = await world.post({"query": query})
            gaps.append(blocked[0])
            size = len(response.content)
            errors = response.json().get("errors", [])
            codes = ", ".join(sorted({each["message"] for each in errors}))
        found[name] = (max(gaps), size, codes[:70])
    return found


def _stderr() -> Console:
    return Console(stderr=True)


async def _main() -> int:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    directory = Path(tempfile.mkdtemp(prefix="postledger-bench-"))
    try:
        database = Database(f"sqlite:///{directory / 'bench.sqlite3'}")
        await upgrade(database)
        trail = await opened_trail(database, directory)
        runtime = Runtime(
            database, GivenKeys((new_key(),)), trail, OpenConnections(database, utc_now)
        )
        for number in range(EVENTS):
            await create_token(runtime, COMMAND_LINE, f"token {number}", Role.VIEWER)
        config = configured(directory, calls_per_minute=0)
        async with open_world(compose(config, runtime), runtime) as world:
            found = await _measure(world)
        await database.close()
    finally:
        shutil.rmtree(directory)
    for name, (blocked, size, codes) in sorted(found.items(), key=lambda each: -each[1][0]):
        print(f"{blocked:8.1f} ms  {size:9,} B  {name}  {codes}")
    return int(max(blocked for blocked, _, _ in found.values()) > BOUND_MS)


if __name__ == "__main__":
    sys.exit(asyncio.run(_main()))
