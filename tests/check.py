"""Runs the checks that every commit must pass, the fastest first.

`./dev check` runs this. The output of a step is shown if it fails, that of the tests always.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parent.parent


class Step(NamedTuple):
    """A command, and the name under which it is reported."""

    name: str
    command: list[str]
    loud: bool = False


# Each process starts its own database server, so more than four processes gain little.
_IN_PARALLEL: Final = ("--numprocesses", "logical", "--maxprocesses", "4")

STEPS: Final = (
    Step("format", ["ruff", "format", "--check", "."]),
    Step("lint", ["ruff", "check", "."]),
    Step("imports", ["lint-imports", "--no-cache"]),
    Step("types", ["mypy"]),
    Step("tests", ["coverage", "run", "-m", "pytest", "-q", *_IN_PARALLEL], loud=True),
    Step("coverage data", ["coverage", "combine", "--quiet"]),
    Step("coverage", ["coverage", "report", "--fail-under=90"], loud=True),
)


def main() -> int:
    """Runs the steps until one fails; returns 1 if one did, else 0."""
    os.chdir(ROOT)
    _forget_coverage()
    _keep_files_in_memory()
    for step in STEPS:
        began = time.monotonic()
        done = subprocess.run(  # noqa: S603 (the commands are fixed)
            step.command, check=False, capture_output=not step.loud, text=True
        )
        passed = done.returncode == 0
        print(f"{'ok  ' if passed else 'FAIL'} {step.name} ({time.monotonic() - began:.1f} s)")  # noqa: T201
        if not passed:
            print(done.stdout or "", done.stderr or "", sep="\n")  # noqa: T201
            return 1
    return 0


def _keep_files_in_memory() -> None:
    """Puts temporary files into memory, if possible.

    On a disk, the tests would spend half of their time waiting for the commits of databases.
    """
    memory = Path("/dev/shm")  # noqa: S108 (it is meant for this)
    if memory.is_dir() and os.access(memory, os.W_OK):
        os.environ.setdefault("TMPDIR", str(memory))


def _forget_coverage() -> None:
    for path in ROOT.glob(".coverage*"):
        path.unlink()


if __name__ == "__main__":
    sys.exit(main())
