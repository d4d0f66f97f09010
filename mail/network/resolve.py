"""Looks names up without ever waiting for the resolver on the event loop."""

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
"""Gives the addresses of a host and port, best first. Raises OSError as `getaddrinfo` does."""

MAX_ADDRESSES = 16
"""More than a host's addresses can sensibly be tried: the rest is left out."""

_NO_ADDRESS = {socket.EAI_NODATA, socket.EAI_ADDRFAMILY}
_RESOLVER_FAULT = {socket.EAI_AGAIN, socket.EAI_FAIL, socket.EAI_MEMORY, socket.EAI_SYSTEM}


def look_up(host: str, port: int) -> list[IPAddress]:
    """The system's own answer; blocks for as long as the resolver likes."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


class ThreadResolver:
    """Asks the system's resolver in threads of its own.

    The threads are daemons, so that a hanging look-up keeps no process from ending, and at most
    `limit` of them exist: a resolver that hangs for one name cannot use up the machine. Whoever
    waits does so on the event loop and can give up at any time.
    """

    def __init__(
        self, limit: int = 32, look_up: Callable[[str, int], Sequence[IPAddress]] = look_up
    ) -> None:
        self._free = asyncio.Semaphore(limit)
        self._look_up = look_up

    async def __call__(self, host: str, port: int) -> Sequence[IPAddress]:
        """The addresses of `host`. Raises OSError as `getaddrinfo` does."""
        await self._free.acquire()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Sequence[IPAddress]] = loop.create_future()
        work = threading.Thread(
            target=self._run, args=(loop, answer, host, port), name="resolve", daemon=True
        )
        try:
            work.start()
        except RuntimeError as error:  # the machine has no thread left
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
        fault: Exception | None = None
        try:
            found = self._look_up(host, port)
        except (OSError, ValueError) as error:
            fault = error
        with contextlib.suppress(RuntimeError):  # the loop has been closed meanwhile
            loop.call_soon_threadsafe(self._finish, answer, found, fault)

    def _finish(
        self,
        answer: "asyncio.Future[Sequence[IPAddress]]",
        found: Sequence[IPAddress],
        fault: Exception | None,
    ) -> None:
        self._free.release()
        if answer.done():
            return
        if fault is None:
            answer.set_result(found)
        else:
            answer.set_exception(fault)


async def addresses_of(
    host: str, port: int, resolver: Resolver, seconds: float
) -> tuple[IPAddress, ...]:
    """Every address of `host`, the families taking turns, so that a broken one costs little.

    Raises StageFailed where there is none.
    """
    try:
        async with asyncio.timeout(seconds):
            found = await resolver(host, port)
    except TimeoutError:
        raise StageFailed(Code.RESOLVER_NOT_ANSWERING) from None
    except socket.gaierror as error:
        raise StageFailed(_code_of(error.errno), detail=str(error.strerror or "")) from error
    except (OSError, ValueError) as error:
        raise StageFailed(Code.HOST_NOT_FOUND, detail="the name is not well-formed") from error
    if not found:
        raise StageFailed(Code.HOST_HAS_NO_ADDRESS)
    return _taking_turns(dict.fromkeys(found))[:MAX_ADDRESSES]


def _code_of(number: int | None) -> Code:
    if number in _NO_ADDRESS:
        return Code.HOST_HAS_NO_ADDRESS
    return Code.RESOLVER_NOT_ANSWERING if number in _RESOLVER_FAULT else Code.HOST_NOT_FOUND


def _taking_turns(addresses: dict[IPAddress, None]) -> tuple[IPAddress, ...]:
    first_family = next(iter(addresses)).version
    first = [each for each in addresses if each.version == first_family]
    other = [each for each in addresses if each.version != first_family]
    turns: list[IPAddress] = []
    while first or other:
        turns.extend(first[:1] + other[:1])
        del first[:1], other[:1]
    return tuple(turns)
