"""Connects to the first of a host's addresses that answers (RFC 8305, Happy Eyeballs)."""

import asyncio
import errno
import os
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mail.network.destinations import IPAddress
from mail.report.codes import Code
from mail.report.failure import StageFailed

Dial = Callable[[IPAddress, int], Awaitable[socket.socket]]
"""Returns a connected, non-blocking socket. Raises OSError."""

HEAD_START_SECONDS = 0.25
"""The delay before the next address is tried in parallel (RFC 8305 §5)."""


async def dial(address: IPAddress, port: int) -> socket.socket:
    """Connects a TCP socket."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004
    connection = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        connection.setblocking(False)  # noqa: FBT003 - the standard library's signature
        await asyncio.get_running_loop().sock_connect(connection, (str(address), port))
    except BaseException:
        connection.close()
        raise
    return connection


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection, its address, and the errors of the addresses that failed before it."""

    socket: socket.socket
    address: IPAddress
    failed: Mapping[IPAddress, OSError] = field(default_factory=dict)


async def first_connected(
    addresses: Sequence[IPAddress], port: int, dialer: Dial, seconds: float
) -> Connected:
    """Tries the addresses, each for at most `seconds`, and returns the first connection.

    Raises StageFailed if no address accepts the connection.
    """
    waiting = list(addresses)
    running: dict[asyncio.Task[socket.socket], IPAddress] = {}
    failed: dict[IPAddress, OSError] = {}
    try:
        while waiting or running:
            if waiting:
                address = waiting.pop(0)
                running[asyncio.create_task(_dial(dialer, address, port, seconds))] = address
            head_start = HEAD_START_SECONDS if waiting else None
            done, _ = await asyncio.wait(
                running, timeout=head_start, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                error = task.exception()
                if error is None:
                    return Connected(task.result(), running.pop(task), failed)
                failed[running.pop(task)] = _as_os_error(error)
    finally:
        await _discard(running)
    raise StageFailed(_code_of(failed.values()), detail=describe(failed))


async def _dial(dialer: Dial, address: IPAddress, port: int, seconds: float) -> socket.socket:
    async with asyncio.timeout(seconds):
        return await dialer(address, port)


async def _discard(running: Mapping["asyncio.Task[socket.socket]", IPAddress]) -> None:
    """Cancels the other attempts, and closes sockets that were connected at the same moment."""
    for task in running:
        task.cancel()
    for result in await asyncio.gather(*running, return_exceptions=True):
        if isinstance(result, socket.socket):
            result.close()


def _as_os_error(error: BaseException) -> OSError:
    if isinstance(error, TimeoutError) and error.errno is None:
        return TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
    if isinstance(error, OSError):
        return error
    raise error


def _code_of(errors: Iterable[OSError]) -> Code:
    numbers = {error.errno for error in errors}
    if numbers & {errno.ECONNREFUSED, errno.ECONNRESET}:
        return Code.CONNECTION_REFUSED
    return Code.CONNECTION_TIMED_OUT if errno.ETIMEDOUT in numbers else Code.HOST_UNREACHABLE


def describe(failed: Mapping[IPAddress, OSError]) -> str:
    """Returns the error of each address, in one line."""
    return "; ".join(
        f"{address}: {os.strerror(error.errno or 0).lower()}" for address, error in failed.items()
    )
