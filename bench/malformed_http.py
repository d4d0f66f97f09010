"""20,000 malformed HTTP requests against a running service.

Run it by `./dev run python -m bench.malformed_http [COUNT [SEED]]`. Prints the answers' statuses,
and the service's memory before and after. Exit status 1: an answer or the memory was wrong.
"""

import asyncio
import sys
import tempfile
from collections import Counter
from itertools import islice
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import psutil
import structlog
from rich.console import Console
from rich.progress import Progress

from graph.app import compose
from service.operate.startup import open_runtime
from service.process.caller import Role
from service.process.storage import Storage
from tests.graph.http.test_malformed import complaint
from tests.support.edge.malformed import requests, send
from tests.support.edge.world import configured, listening, open_world

COUNT = 20_000
WARM_UP = 2_000
AT_ONCE = 16
GROWTH_MB = 20


async def _main(count: int, seed: int) -> int:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    wrong: list[str] = []
    statuses: Counter[int | None] = Counter()
    process = psutil.Process()
    before = 0
    with tempfile.TemporaryDirectory(prefix="postledger-bench-") as folder:
        config = configured(
            Path(folder), calls_per_minute=0, bad_tokens_per_minute=0, max_body_seconds=0.2
        )
        async with open_runtime(Storage(Path(folder))) as runtime:
            app = compose(config, runtime)
            async with (
                open_world(app, runtime) as world,
                listening(app, max_body_seconds=0.2) as address,
            ):
                port = urlsplit(address).port or 0
                generated = requests(Random(seed), world.tokens[Role.VIEWER].text)  # noqa: S311 (not for secrets)
                with Progress(console=Console(stderr=True)) as progress:
                    task = progress.add_task("Sending", total=count)
                    done = 0
                    while done < count:
                        batch = list(islice(generated, AT_ONCE))
                        answers = await asyncio.gather(
                            *(send("127.0.0.1", port, each) for each in batch)
                        )
                        for sent, got in zip(batch, answers, strict=True):
                            statuses[got.status] += 1
                            found = complaint(sent, got)
                            if found is not None:
                                wrong.append(f"{found}: {sent.encoded()[:300]!r}")
                        done += len(batch)
                        progress.update(task, completed=done)
                        if not before and done >= WARM_UP:
                            before = process.memory_info().rss
    grown = (process.memory_info().rss - before) / 1e6
    print(dict(sorted(statuses.items(), key=lambda each: -each[1])))
    print(f"memory: {before / 1e6:.0f} MB after {WARM_UP}, {grown:+.0f} MB at the end")
    print("\n".join(wrong[:20]))
    return int(bool(wrong) or grown > GROWTH_MB)


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:3]]
    sys.exit(asyncio.run(_main(*given, *(COUNT, 4711)[len(given) :])))
