"""How fast the service answers while many clients hold connections open.

Run it by `./dev run python -m bench.open_subscriptions [COUNT]`. COUNT WebSockets (default: 2,000)
each follow the settings, others stay silent, and some clients send a body that never ends.
Meanwhile it queries `emailSettings` again and again. Prints how long these queries took, and the
memory.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import httpx2
import psutil
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from graph.app import compose
from service.operate.startup import open_runtime
from service.process.caller import Role
from service.process.storage import Storage
from tests.support.edge.world import configured, listening, open_world

COUNT = 2_000
SILENT = 50
SLOW = 50
ASKED = 100
BOUND_MS = 1_000.0
_FOLLOW = {
    "id": "1",
    "type": "subscribe",
    "payload": {"query": "subscription { emailSettingsChanged { revision } }"},
}


async def _follow(stack: AsyncExitStack, address: str, token: str) -> ClientConnection:
    socket = await stack.enter_async_context(
        connect(
            f"{address.replace('http', 'ws')}/graphql",
            subprotocols=[Subprotocol("graphql-transport-ws")],
            compression=None,
            ping_interval=None,
            close_timeout=0.1,
            open_timeout=60,
        )
    )
    payload = {"Authorization": f"Bearer {token}"}
    await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
    await socket.recv()
    await socket.send(json.dumps(_FOLLOW))
    return socket


async def _slow(address: str, token: str) -> asyncio.StreamWriter:
    host, _, port = address.removeprefix("http://").partition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = f"POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n"
    writer.write(f"{head}Content-Type: application/json\r\nContent-Length: 9999\r\n\r\n{{".encode())
    return writer


async def _ask(address: str, token: str) -> list[float]:
    taken = []
    async with httpx2.AsyncClient(timeout=30) as client:
        for _ in range(ASKED):
            began = time.perf_counter()
            response = await client.post(
                f"{address}/graphql",
                json={"query": "{ emailSettings { revision } }"},
                headers={"Authorization": f"Bearer {token}"},
            )
            taken.append((time.perf_counter() - began) * 1000)
            response.raise_for_status()
    return taken


async def _main(count: int) -> int:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with tempfile.TemporaryDirectory(prefix="postledger-bench-") as folder:
        config = configured(Path(folder), calls_per_minute=0)
        async with open_runtime(Storage(Path(folder))) as runtime:
            app = compose(config, runtime)
            async with open_world(app, runtime) as world, listening(app) as address:
                token = world.tokens[Role.VIEWER].text
                alone = await _ask(address, token)
                before = psutil.Process().memory_info().rss
                async with AsyncExitStack() as stack:
                    for _ in range(count // 50):
                        await asyncio.gather(*(_follow(stack, address, token) for _ in range(50)))
                    for _ in range(SILENT):
                        url = f"{address.replace('http', 'ws')}/graphql"
                        await stack.enter_async_context(connect(url, close_timeout=0.1))
                    slow = [await _slow(address, token) for _ in range(SLOW)]
                    grown = psutil.Process().memory_info().rss - before
                    among = await _ask(address, token)
                    for writer in slow:
                        writer.close()
    print(f"alone:  median {statistics.median(alone):6.1f} ms, worst {max(alone):6.1f} ms")
    print(f"among {count}: median {statistics.median(among):6.1f} ms, worst {max(among):6.1f} ms")
    print(f"memory of both ends: {grown / 1e6:+.0f} MB, {grown / count / 1e3:.0f} kB each")
    return int(max(among) > BOUND_MS)


if __name__ == "__main__":
    sys.exit(asyncio.run(_main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)))
