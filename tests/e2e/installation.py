"""An installation of Postledger: a folder, a database, and the processes that use them."""

import asyncio
import contextlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from tests.e2e.client import Client
from tests.e2e.processes import COMMAND, Finished, Process, finish, running
from tests.support.canary import files_below, values_in

_ANSWERS = r"answers at (http://\S+)"
_TOKEN = r"(plg_\S+)"


@dataclass(frozen=True, slots=True)
class Service:
    """A running service, and a client of it with the administrator's token."""

    process: Process
    client: Client


@dataclass(slots=True)
class Installation:
    """A folder and a database. It keeps everything that its processes wrote and answered."""

    folder: Path
    database_url: str | None
    variables: dict[str, str]
    command: tuple[str, ...] = (COMMAND,)
    token: str | None = None
    received: list[bytes] = field(default_factory=list)
    processes: list[Process] = field(default_factory=list)

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.folder / "data"

    def run(self, *arguments: str, **variables: str) -> Finished:
        """Runs a command to its end."""
        with self.start(*arguments, **variables) as process:
            return finish(process)

    @contextlib.contextmanager
    def start(self, *arguments: str, **variables: str) -> Iterator[Process]:
        """Starts a command, and kills it at the end of the block if it still runs."""
        command = [*self.command, *arguments]
        with running(command, self.variables | variables, self.folder) as process:
            self.processes.append(process)
            try:
                yield process
            except BaseException as error:
                error.add_note(f"What {arguments[0]} wrote to stderr:\n{process.stderr.text}")
                raise

    @contextlib.contextmanager
    def serving(self, *arguments: str, **variables: str) -> Iterator[Service]:
        """Runs the service, and ends it as an operator does, unless the block has ended it.

        The token that the first start prints is kept for later starts.
        """
        with self.start("serve", "--port", "0", *arguments, **variables) as process:
            address = process.stdout.wait_for(_ANSWERS)
            if self.token is None:
                self.token = process.stdout.wait_for(_TOKEN)
            client = Client(address, self.token, self.received)
            with contextlib.closing(client):
                yield Service(process, client)
            if process.running and process.stop() != 0:
                raise AssertionError("the service did not end cleanly")

    def create_tokens(self, *commands: Sequence[str]) -> list[str]:
        """Creates tokens by parallel commands; each item is a role with further arguments."""
        with contextlib.ExitStack() as stack:
            processes = [
                stack.enter_context(
                    self.start("token", "create", "--name", f"A {role}", "--role", role, *others)
                )
                for role, *others in commands
            ]
            return [finish(process).stdout.strip() for process in processes]

    def written(self) -> bytes:
        """Returns everything that its processes wrote."""
        outputs = [out for each in self.processes for out in (each.stdout, each.stderr)]
        return b"\n".join(out.bytes for out in outputs)

    def answered(self) -> bytes:
        """Returns everything that its services answered, headers included."""
        return b"\n".join(self.received)

    def stored(self) -> bytes:
        """Returns the data directory's files, and on PostgreSQL every value of every row."""
        values = b"" if self.database_url is None else asyncio.run(_every_value(self.database_url))
        return files_below(self.data) + b"\n" + values


@contextlib.contextmanager
def postgresql_database(server: str, template: str = "template1") -> Iterator[str]:
    """Creates a database, empty or as a copy of another; yields its address."""
    name = f"e2e_{secrets.token_hex(6)}"
    original = make_url(template).database if "://" in template else template
    asyncio.run(_execute(server, f"CREATE DATABASE {name} TEMPLATE {original}"))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        asyncio.run(_execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


def _engine(url: str) -> AsyncEngine:
    address = make_url(url).set(drivername="postgresql+asyncpg")
    return create_async_engine(address, isolation_level="AUTOCOMMIT")


async def _execute(url: str, statement: str) -> None:
    engine = _engine(url)
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


async def _every_value(url: str) -> bytes:
    engine = _engine(url)
    try:
        return await values_in(engine)
    finally:
        await engine.dispose()
