"""Runs a mail server of the operating system for the tests of one module.

The server runs in a session of processes of its own, by which all of them are found at the end.
A watchdog stops the server if the tests are killed before they can stop it.
"""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

_START_SECONDS: Final = 20.0
_STOP_SECONDS: Final = 5.0
_PAUSE: Final = 0.01
_PORTS: Final = range(20_000, 30_000)
"""Outside the range from which the system gives a port to every other socket of the tests."""


class ServerFailedError(Exception):
    """A mail server did not start, or did not stop completely. The message has its log."""


def program(name: str) -> str | None:
    """Returns the path of a program. Servers are in a folder that a user's PATH may lack."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin"))
    return shutil.which(name, path=path)


@contextlib.contextmanager
def readable_folder() -> Iterator[Path]:
    """Makes a temporary folder that the server's own user can enter too."""
    with tempfile.TemporaryDirectory(prefix="postledger-server-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def free_ports(count: int) -> list[int]:
    """Returns ports of 127.0.0.1 on which no server listens."""
    found: list[int] = []
    for port in random.sample(_PORTS, len(_PORTS)):
        with socket.socket() as candidate, contextlib.suppress(OSError):
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            candidate.bind(("127.0.0.1", port))
            found.append(port)
        if len(found) == count:
            break
    return found


@contextlib.contextmanager
def running(
    command: Sequence[str], ports: Sequence[int], log: Path, variables: Mapping[str, str]
) -> Iterator[None]:
    """Runs a server in the foreground until the end of the block, once every port answers.

    Raises:
        ServerFailedError: it did not start in time, or a process was left at the end.
    """
    with log.open("ab") as output:
        server = subprocess.Popen(  # noqa: S603 (a server of the operating system)
            command,
            env={"PATH": os.environ.get("PATH", os.defpath), **variables},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        with _watching(server):
            _wait_until_listening(server, ports, log)
            yield
    finally:
        left = _stop(server)
    if left:
        raise ServerFailedError(f"left running: {left}\n{log.read_text()}")


@contextlib.contextmanager
def _watching(server: subprocess.Popen[bytes]) -> Iterator[None]:
    """Stops the server if this process ends within the block, even by SIGKILL.

    The kernel's own signal (`PR_SET_PDEATHSIG`) does not help: a server that changes its user while
    it starts loses it.
    """
    watchdog = subprocess.Popen(  # noqa: S603 (a fixed command)
        ["sh", "-c", 'read -r line; kill "$0"', str(server.pid)],  # noqa: S607 (any shell)
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    with watchdog:
        try:
            yield
        finally:
            watchdog.kill()


def _wait_until_listening(server: subprocess.Popen[bytes], ports: Sequence[int], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    for port in ports:
        while not listens(port):
            if server.poll() is not None or time.monotonic() > deadline:
                raise ServerFailedError(f"no server on port {port}\n{log.read_text()}")
            threading.Event().wait(_PAUSE)


def listens(port: int) -> bool:
    """Returns whether a server listens on a port of 127.0.0.1."""
    # Connecting would be a client that the server serves, and may count against its limits.
    suffix = f":{port:04X}"
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return any(row.split()[1].endswith(suffix) and row.split()[3] == "0A" for row in rows)


def _stop(server: subprocess.Popen[bytes]) -> list[int]:
    """Stops the server and what it started; returns the processes that are still left."""
    server.send_signal(signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(_STOP_SECONDS)
    # Some servers leave it to their other processes to notice the end of the first.
    for how in (signal.SIGTERM, signal.SIGKILL):
        for process in _session(server.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, how)
        deadline = time.monotonic() + _STOP_SECONDS
        while _session(server.pid) and time.monotonic() < deadline:
            threading.Event().wait(_PAUSE)
    server.wait(_STOP_SECONDS)
    return _session(server.pid)


def _session(leader: int) -> list[int]:
    """Returns the living processes of a session."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The name before the last parenthesis may contain anything; see proc(5).
            state, _, _, session = file.read_text().rpartition(")")[2].split()[:4]
            if int(session) == leader and state != "Z":
                found.append(int(file.parent.name))
    return found
