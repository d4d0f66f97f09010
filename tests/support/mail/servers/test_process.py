"""The tests leave no server running, whatever happens to them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.mail.servers.process import ServerFailedError, free_ports, listens, running
from tests.support.root import ROOT
from tests.support.waiting import until

SERVER = "import socket, sys; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); s.accept()"
TESTS = """
import sys, time
from pathlib import Path
from tests.support.mail.servers.process import running
port, folder, *command = sys.argv[1:]
with running(command, [int(port)], Path(folder) / "log", {}):
    print("running", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def anyio_backend() -> str:
    """Runs the tests on asyncio."""
    return "asyncio"


def test_a_server_that_does_not_start(tmp_path: Path) -> None:
    """A server that ends at once fails the tests with what it wrote."""
    command = [sys.executable, "-c", "print('no such user', flush=True)"]
    with (
        pytest.raises(ServerFailedError, match="no such user"),
        running(command, free_ports(1), tmp_path / "log", {}),
    ):
        pytest.fail("it does not start")


def test_a_server_and_what_it_started(tmp_path: Path) -> None:
    """At the end, neither the server nor a process that it started is left."""
    (port,) = free_ports(1)
    command = ["sh", "-c", 'sleep 60 & echo "$!"; exec "$@"', "sh"]
    command += [sys.executable, "-c", SERVER, str(port)]
    with running(command, [port], tmp_path / "log", {}):
        started = int((tmp_path / "log").read_text())
        os.kill(started, 0)

    assert not listens(port)
    assert "Z" == _state(started)


def _state(process: int) -> str:
    """Returns the state of a process; "Z" if it has ended, whether or not init has noticed."""
    try:
        text = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return "Z"
    return text.rpartition(")")[2].split()[0]


@pytest.mark.anyio
async def test_killed_tests(tmp_path: Path) -> None:
    """A server ends with the tests that run it, even if the tests are killed."""
    (port,) = free_ports(1)
    server = [sys.executable, "-c", SERVER, str(port)]
    with subprocess.Popen(  # noqa: ASYNC220, S603 (the project's own code)
        [sys.executable, "-c", TESTS, str(port), str(tmp_path), *server],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    ) as tests:
        assert tests.stdout is not None
        assert b"running\n" == tests.stdout.readline()
        assert listens(port)
        tests.send_signal(signal.SIGKILL)

    await until(lambda: not listens(port))
