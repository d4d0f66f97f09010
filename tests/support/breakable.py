"""A proxy to a PostgreSQL server that a test can break, as networks do, and repair."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from sqlalchemy import URL, make_url

_DEFAULT_PORT = 5432


class Breakable:
    """A TCP proxy on this machine, whose connections a test refuses, cuts or lets hang.

    `held` is set when something was sent while the proxy hangs; `cuts` counts the connections that
    were cut as soon as they were made.
    """

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._server: asyncio.Server | None = None
        self._port = 0
        self._writers: set[StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self.held = asyncio.Event()
        self.cuts = asyncio.Semaphore(0)
        self._cutting = False

    @property
    def url(self) -> str:
        """The database's URL through this proxy."""
        changed = self._url.set(host="127.0.0.1", port=self._port).difference_update_query(
            ["host", "port"]
        )
        return changed.render_as_string(hide_password=False)

    async def repair(self) -> None:
        """Lets everything through again."""
        self._flowing.set()
        self._cutting = False
        if self._server is None:
            self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._port)
            self._port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Cuts every connection and refuses new ones, as a stopped server does."""
        self._flowing.set()
        if self._server is not None:
            server, self._server = self._server, None
            server.close()
            self._abort()
            await server.wait_closed()

    def cut(self) -> None:
        """Cuts every connection, and new ones as soon as they are made."""
        self._cutting = True
        self._abort()

    def hang(self) -> None:
        """Keeps every connection and accepts new ones, but lets nothing through."""
        self.held.clear()
        self._flowing.clear()

    async def _carry(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._writers.add(writer)
        try:
            if self._cut_new(writer):
                return
            await self._pass()
            there, back = await _connect(self._url)
            self._writers.add(back)
            # It may have been broken while this connection was being made.
            if self._cut_new(writer, back):
                return
            await asyncio.gather(self._pump(reader, back), self._pump(there, writer))
        except OSError:
            writer.close()
        finally:
            self._writers.discard(writer)

    def _cut_new(self, *writers: StreamWriter) -> bool:
        broken = self._cutting or self._server is None
        if broken:
            for writer in writers:
                writer.transport.abort()
                self._writers.discard(writer)
            if self._cutting:
                self.cuts.release()
        return broken

    def _abort(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _pass(self) -> None:
        if not self._flowing.is_set():
            self.held.set()
            await self._flowing.wait()

    async def _pump(self, reader: StreamReader, writer: StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                await self._pass()
                writer.write(data)
                await writer.drain()
        writer.close()
        self._writers.discard(writer)


@asynccontextmanager
async def breakable(url: str) -> AsyncIterator[Breakable]:
    """Runs a proxy to the server at a URL; it lets everything through at first."""
    proxy = Breakable(url)
    await proxy.repair()
    try:
        yield proxy
    finally:
        await proxy.refuse()


async def _connect(url: URL) -> tuple[StreamReader, StreamWriter]:
    """Connects to the server at a URL: a Unix socket, or a port."""
    host, port = url.query.get("host") or url.host, url.query.get("port") or url.port
    if not isinstance(host, str) or isinstance(port, tuple):
        raise TypeError("the tests' server has one address")
    number = int(port or _DEFAULT_PORT)
    if host.startswith("/"):
        return await asyncio.open_unix_connection(Path(host) / f".s.PGSQL.{number}")
    return await asyncio.open_connection(host, number)
