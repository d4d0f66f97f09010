"""Processes as an operator sees them: a command, its output and its exit status."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

COMMAND: Final = str(Path(sys.executable).with_name("postledger"))
DEADLINE: Final = 60.0
"""Seconds until a wait fails: generous, because a wait ends as soon as its condition is true."""

_PASSED_ON: Final = re.compile(r"PATH|HOME|COVERAGE_.*")
_PAUSE: Final = 0.01


def eventually(condition: Callable[[], bool], what: str) -> None:
    """Waits until a condition is true.

    Raises:
        TimeoutError: it stayed false; the message has `what`, the expected event.
    """
    deadline = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not true after {DEADLINE:.0f} s: {what}")
        threading.Event().wait(_PAUSE)


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Returns an environment with the variables, and nothing of the tests' own but the basics."""
    kept = {name: value for name, value in os.environ.items() if _PASSED_ON.fullmatch(name)}
    return {**kept, **variables}


class Output:
    """The complete output of a process to a pipe, read while it is written."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._bytes = b""
        self._ended = False
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def bytes(self) -> bytes:
        """The output so far."""
        with self._changed:
            return self._bytes

    @property
    def text(self) -> str:
        """The output so far, as text."""
        return self.bytes.decode()

    def wait_for(self, pattern: str) -> str:
        """Waits until the output matches a pattern; returns its first group.

        Raises:
            TimeoutError: the process ended, or took too long, without such output.
        """
        compiled = re.compile(pattern)
        with self._changed:
            self._changed.wait_for(
                lambda: self._ended or compiled.search(self._bytes.decode()), DEADLINE
            )
            found = compiled.search(self._bytes.decode())
        if found is None:
            raise TimeoutError(f"no {pattern!r} in the output:\n{self.text}")
        return found.group(1)

    def join(self) -> None:
        """Waits for the end of the output."""
        self._reader.join(DEADLINE)

    def _read(self) -> None:
        with self._pipe:
            for line in self._pipe:
                with self._changed:
                    self._bytes += line
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()


class Process:
    """A running command of the project."""

    def __init__(self, command: Sequence[str], variables: Mapping[str, str], folder: Path) -> None:
        self._popen = subprocess.Popen(  # noqa: S603 (the project's own command)
            command,
            cwd=folder,
            env=environment(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.stdout = _output(self._popen.stdout)
        self.stderr = _output(self._popen.stderr)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._popen.pid

    @property
    def running(self) -> bool:
        """Whether the process still runs."""
        return self._popen.poll() is None

    def send(self, what: signal.Signals) -> None:
        """Sends a signal to the process."""
        self._popen.send_signal(what)

    def wait(self) -> int:
        """Waits for the end; returns the exit status, negative if a signal ended the process."""
        status = self._popen.wait(DEADLINE)
        self.stdout.join()
        self.stderr.join()
        return status

    def stop(self, what: signal.Signals = signal.SIGTERM) -> int:
        """Ends the process by a signal; returns the exit status."""
        if self.running:
            self.send(what)
        return self.wait()


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that has ended."""

    status: int
    stdout: str
    stderr: str


@contextlib.contextmanager
def running(
    command: Sequence[str], variables: Mapping[str, str], folder: Path
) -> Iterator[Process]:
    """Runs a command, and kills it at the end of the block unless it has ended."""
    process = Process(command, variables, folder)
    try:
        yield process
    finally:
        process.stop(signal.SIGKILL)


def finish(process: Process) -> Finished:
    """Waits for a command's end, and returns its result."""
    status = process.wait()
    return Finished(status, process.stdout.text, process.stderr.text)


def _output(pipe: IO[bytes] | None) -> Output:
    if pipe is None:
        raise TypeError("the process was started with pipes")
    return Output(pipe)
