"""The header writer on every supported Python, whose email packages differ."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import idna
import pytest

from tests.clients.node import node
from tests.clients.node import packages as npm_packages
from tests.support.root import ROOT

PYTHONS: Final = ("3.11", "3.12", "3.13", "3.14")
NPM: Final = ROOT / "tests" / "pythons"
PYODIDE: Final = "3.14"
"""The Python in the npm package of that folder."""
COUNT: Final = 1_000


def _candidates(version: str) -> Iterator[str]:
    """Yields where an interpreter may be: this one, on the path, or installed by uv or pyenv."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        yield sys.executable
    on_path = shutil.which(f"python{version}")
    if on_path is not None:
        yield on_path
    uv = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
    found = _output([uv, "python", "find", "--offline", "--no-project", version])
    if found:
        yield found
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from map(str, sorted(pyenv.glob(f"versions/{version}.*/bin/python")))


def _interpreter(version: str) -> str | None:
    """Returns an interpreter of a version that works, if there is one on this machine."""
    ask = "import sys; print('.'.join(map(str, sys.version_info[:2])))"
    for candidate in _candidates(version):
        if _output([candidate, "-c", ask]) == version:
            return candidate
    return None


def _output(command: list[str]) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 (the commands are fixed)
            command, check=False, capture_output=True, text=True, timeout=60
        )
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _command(version: str, packages: Path) -> list[str] | None:
    """Returns the command of the trial on a version, if that version is on this machine."""
    python = _interpreter(version)
    if python is not None:
        trial = "tests.support.mail.header_trial"
        return [python, "-W", "error", "-m", trial, str(COUNT)]
    if version != PYODIDE:
        return None
    # Few machines have the newest Python yet, but it is also an npm package.
    npm_packages(NPM)
    return [*node(), str(NPM / "trial.mjs"), str(ROOT), str(packages), str(COUNT)]


@pytest.mark.parametrize("version", PYTHONS)
def test_headers_are_the_same_on_every_python(version: str, tmp_path: Path) -> None:
    """Each supported Python sends the headers as they are shown, read by the strict parser."""
    # The writer needs one package, which works on every Python.
    assert idna.__file__ is not None
    shutil.copytree(Path(idna.__file__).parent, tmp_path / "idna")
    command = _command(version, tmp_path)
    if command is None:
        # Not every version can be installed everywhere, so this is a skip in CI too.
        pytest.skip(f"Python {version} is not installed: `uv python install {version}` installs it")
    done = subprocess.run(  # noqa: S603 (the command is fixed)
        command,
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
    )

    assert (0, "") == (done.returncode, done.stderr), done.stdout
    assert done.stdout.startswith(f"{COUNT} names on Python {version}.")
    assert done.stdout.endswith(": 0 faults\n")
