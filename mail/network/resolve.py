"""Looks names up without blocking the event loop.

`getaddrinfo` blocks and cannot be canceled. asyncio runs it in the threads of its default executor,
where lookups that hang would use up the threads and delay the end of the process.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address

from mail.network.destinations import IPAddress
from mail.report.codes import Code
from mail.report.failure import StageFailed

Resolver = Callable[[str, int], Awaitable[Sequence[IPAddress]]]
"""Returns the addresses of a host and port, best first. Raises OSError as `getaddrinfo` does."""

MAX_ADDRESSES = 16
"""The number of a host's addresses that are tried; more would take too long."""

_NO_ADDRESS = {socket.EAI_NODATA, socket.EAI_ADDRFAMILY}
_RESOLVER_FAILED = {socket.EAI_AGAIN, socket.EAI_FAIL, socket.EAI_MEMORY, socket.EAI_SYSTEM}


def look_up(host: str, port: int) -> list[IPAddress]:
    """Asks the system's resolver. Blocks until the resolver answers."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


class ThreadResolver:
    """Asks the system's resolver in separate threads.

    The threads are daemons, so that a hanging lookup does not keep the process from ending. At most
    `limit` of them exist, so that a resolver that hangs cannot exhaust the machine. The caller
    waits on the event loop and can give up at any time.
    """

    def __init__(
        self, limit: int = 32, look_up: Callable[[str, int], Sequence[IPAddress]] = look_up
    ) -> None:
        self._free = asyncio.Semaphore(limit)
        self._look_up = look_up

    async def __call__(self, host: str, port: int) -> Sequence[IPAddress]:
        """Returns the addresses of `host`. Raises OSError as `getaddrinfo` does."""
        await self._free.acquire()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Sequence[IPAddress]] = loop.create_future()
        work = threading.Thread(
            target=self._run, args=(loop, answer, host, port), name="resolve", daemon=True
        )
        try:
            work.start()
        except RuntimeError as error:  # the machine cannot start another thread
            self._free.release()
            raise socket.gaierror(socket.EAI_MEMORY, str(error)) from error
        return await answer

    def _run(
        self,
        loop: asyncio.AbstractEventLoop,
        answer: "asyncio.Future[Sequence[IPAddress]]",
        host: str,
        port: int,
    ) -> None:
        found: Sequence[IPAddress] = ()
        failure: Exception | None = None
        try:
            found = self._look_up(host, port)
        except (OSError, ValueError) as error:
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop was closed in the meantime
            loop.call_soon_threadsafe(self._finish, answer, found, failure)

    def _finish(
        self,
        answer: "asyncio.Future[Sequence[IPAddress]]",
        found: Sequence[IPAddress],
        failure: Exception | None,
    ) -> None:
        self._free.release()
        if answer.done():
            return
        if failure is None:
            answer.set_result(found)
        else:
            answer.set_exception(failure)


async def addresses_of(
    host: str, port: int, resolver: Resolver, seconds: float
) -> tuple[IPAddress, ...]:
    """Returns the addresses of `host`, alternating between IPv6 and IPv4 (RFC 8305 §4).

    A broken address family then costs little time. Raises StageFailed if there is no address.
    """
    try:
        async with asyncio.timeout(seconds):
            found = await resolver(host, port)
    except TimeoutError:
        raise StageFailed(Code.RESOLVER_NOT_ANSWERING) from None
    except socket.gaierror as error:
        raise StageFailed(_code_of(error.errno), detail=str(error.strerror or "")) from error
    except (OSError, ValueError) as error:
        raise StageFailed(Code.HOST_NOT_FOUND, detail="the name is malformed") from error
    if not found:
        raise StageFailed(Code.HOST_HAS_NO_ADDRESS)
    return _interleaved(dict.fromkeys(found))[:MAX_ADDRESSES]


def _code_of(number: int | None) -> Code:
    if number in _NO_ADDRESS:
        return Code.HOST_HAS_NO_ADDRESS
    return Code.RESOLVER_NOT_ANSWERING if number in _RESOLVER_FAILED else Code.HOST_NOT_FOUND


def _interleaved(addresses: dict[IPAddress, None]) -> tuple[IPAddress, ...]:
    first_family = next(iter(addresses)).version
    first = [each for each in addresses if each.version == first_family]
    other = [each for each in addresses if each.version != first_family]
    interleaved: list[IPAddress] = []
    while first or other:
        interleaved.extend(first[:1] + other[:1])
        del first[:1], other[:1]
    return tuple(interleaved)
