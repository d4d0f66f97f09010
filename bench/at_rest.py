"""How soon the service is ready after its start, and how much memory it takes at rest.

Run it by `./dev bench at_rest [TIMES]`. Starts the service TIMES times (default: 5) on an existing
database, and asks until it is ready; then starts it once more and leaves it idle for five seconds.
Prints the results with their bounds. Also prints what an interpreter takes that only imports the
service: only fewer imports can make this less. Exit status 1: a bound was exceeded.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx2
import psutil

from tests.e2e.processes import Process, running

TIMES = 5
IDLE_SECONDS = 5.0
READY_SECONDS = 2.0
MEMORY_MB = 120.0
_IMPORTS = "import graph.cli, graph.server"
_ANSWERS = r"answers at (http://[^/\s]+)"


def _started(folder: Path) -> float:
    """Starts a service, stops it when it is ready, and returns the seconds until then."""
    began = time.perf_counter()
    with running(["serve", "--port", "0"], _variables(folder), folder) as process:
        _until_ready(process)
        taken = time.perf_counter() - began
        process.stop()
    return taken


def _at_rest(folder: Path) -> float:
    """Returns the resident memory, in MB, of a service that has been idle since it was ready."""
    with running(["serve", "--port", "0"], _variables(folder), folder) as process:
        _until_ready(process)
        time.sleep(IDLE_SECONDS)
        memory = psutil.Process(process.pid).memory_info().rss / 1e6
        process.stop()
    return float(memory)


def _until_ready(process: Process) -> None:
    address = process.stdout.wait_for(_ANSWERS)
    while httpx2.get(f"{address}/health/ready").status_code != httpx2.codes.OK:
        time.sleep(0.01)


def _variables(folder: Path) -> dict[str, str]:
    return {"POSTLEDGER_DATA_DIRECTORY": str(folder / "data")}


def _importing() -> tuple[float, float]:
    """Measures the seconds and the MB of an interpreter that only imports the service."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"{_IMPORTS}; import os; os._exit(0)"], check=True)  # noqa: S603 (the command is fixed)
    taken = time.perf_counter() - began
    pages = "open('/proc/self/statm').read().split()[1]"
    code = f"{_IMPORTS}\nimport resource; print(int({pages}) * resource.getpagesize())"
    printed = subprocess.run(  # noqa: S603 (likewise)
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    return taken, int(printed.stdout) / 1e6


def main(times: int) -> int:
    """Measures, prints the results, and returns 1 if a bound was exceeded."""
    with tempfile.TemporaryDirectory(prefix="postledger-bench-") as name:
        folder = Path(name)
        _started(folder)
        ready = [_started(folder) for _ in range(times)]
        memory = _at_rest(folder)
    imports = [_importing() for _ in range(times)]
    seconds, least = (
        statistics.median(ready),
        [statistics.median(each) for each in zip(*imports, strict=True)],
    )
    print(f"ready:   median {seconds:.2f} s, worst {max(ready):.2f} s (bound: {READY_SECONDS:g} s)")
    print(f"at rest: {memory:.0f} MB after {IDLE_SECONDS:g} s (bound: {MEMORY_MB:g} MB)")
    print(f"imports alone: median {least[0]:.2f} s, {least[1]:.0f} MB")
    return int(seconds > READY_SECONDS or memory > MEMORY_MB)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else TIMES))
