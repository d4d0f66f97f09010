"""Starting a service or a command: opens the database, keys and trail, and closes open tests."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from audit.trail import SignerMemory, SignerRefusedError, Trail, open_trail
from db import migrate
from db.engine.damage import reason_of
from db.engine.database import Database, DatabaseUnavailableError
from db.engine.presence import presence
from mail.network import DestinationRules, Network
from mail.session import Tools
from service.access.tokens import CreatedToken, create_first_token
from service.email_tests.running import close_interrupted
from service.process.connections import OpenConnections
from service.process.email_test_limits import EmailTestLimits
from service.process.keys import GivenKeys, KeyFile, KeyProblem, KeySource
from service.process.runtime import Runtime, utc_now
from service.process.signing import MEMORY_FILE, SIGNING_KEY_FILE, SourceKeys
from service.process.storage import (
    KEY_FILE,
    CannotStartError,
    Storage,
    database_url,
    make_private_directory,
)
from service.settings.current import email_settings


@dataclass(frozen=True, slots=True)
class EmailTestRules:
    """How tests may be run: to which destinations, how long, and how many."""

    allowed_destinations: tuple[str, ...] = ()
    blocked_destinations: tuple[str, ...] = ()
    limit_seconds: float = 120
    limits: EmailTestLimits = field(default_factory=EmailTestLimits)

    def tools(self) -> Tools:
        """Builds the tools that attempts use.

        Raises:
            CannotStartError: a destination is neither a network, an address nor a name.
        """
        try:
            rules = DestinationRules.parse(self.allowed_destinations, self.blocked_destinations)
        except ValueError as error:
            raise CannotStartError(f"A destination rule cannot be read: {error}.") from None
        return Tools(Network(rules=rules), limit_seconds=self.limit_seconds)


@dataclass(frozen=True, slots=True)
class Started:
    """A started service, and what its operator should know.

    `first_token` is an administrator's token, created if there was no token yet. `checkpoint` is
    the trail's newest signed note: a log that is stored on another system thus keeps a copy.
    """

    runtime: Runtime
    first_token: CreatedToken | None
    interrupted_tests: Sequence[str]
    warnings: tuple[str, ...]
    checkpoint: str | None


@asynccontextmanager
async def open_runtime(storage: Storage) -> AsyncIterator[Runtime]:
    """Opens the database, the keys and the trail for a command.

    Raises:
        CannotStartError: the database cannot be reached, lacks migrations, or does not continue
            what its trail's signer remembers; or the data directory cannot be written.
    """
    async with open_closed_trail(storage) as runtime:
        await _open_trail(runtime, storage)
        yield runtime


@asynccontextmanager
async def open_closed_trail(storage: Storage, *, as_it_is: bool = False) -> AsyncIterator[Runtime]:
    """Opens the database and the keys, but neither opens the trail nor checks the signer's memory.

    It is for commands that verify a trail that cannot be opened, or reopen it.

    Args:
        storage: where everything is stored.
        as_it_is: whether to create and migrate nothing, so that a verification changes nothing.

    Raises:
        CannotStartError: the database cannot be reached or lacks migrations, the data directory
            cannot be written, or the database fails or the signer refuses during the block.
    """
    keys = _keys(storage, create=not as_it_is)
    trail = new_trail(storage, create=not as_it_is)
    try:
        database = Database(database_url(storage))
    except DatabaseUnavailableError as error:
        raise CannotStartError(str(error)) from None
    try:
        await prepare(database, upgrading=not as_it_is)
        trail.attach(database)
        yield Runtime(database, keys, trail, OpenConnections(database, utc_now))
    except SQLAlchemyError as error:
        # An outage says nothing about the trail, so it ends the command instead of being a finding.
        reason = reason_of(error) if isinstance(error, DBAPIError) else str(error).splitlines()[0]
        raise CannotStartError(f"The database failed: {reason}.") from None
    except SignerRefusedError as error:
        raise CannotStartError(str(error)) from None
    finally:
        await database.close()


async def can_go_on(storage: Storage) -> bool:
    """Returns whether the trail can be opened, so that it need not be reopened."""
    try:
        async with open_runtime(storage):
            return True
    except CannotStartError:
        return False


@asynccontextmanager
async def stopped(storage: Storage) -> AsyncIterator[Runtime]:
    """Opens what `open_closed_trail` opens; on SQLite, no service can run during the block.

    Raises:
        CannotStartError: as for `open_closed_trail`, or a service uses the data directory.
    """
    async with open_closed_trail(storage) as runtime:
        try:
            async with presence(runtime.database, storage.data_directory):
                yield runtime
        except DatabaseUnavailableError as error:
            raise CannotStartError(str(error)) from None


@asynccontextmanager
async def started(storage: Storage, testing: EmailTestRules) -> AsyncIterator[Started]:
    """Opens everything for the service, and closes the tests that a stopped service left open.

    Raises:
        CannotStartError: as for `open_runtime`, or another service uses the data directory.
    """
    tools = testing.tools()
    async with open_runtime(storage) as opened:
        try:
            async with presence(opened.database, storage.data_directory) as owner:
                runtime = replace(opened, owner=owner, mail_tools=tools, test_limits=testing.limits)
                yield Started(
                    runtime=runtime,
                    first_token=await create_first_token(runtime),
                    interrupted_tests=await close_interrupted(runtime),
                    warnings=await _warnings(runtime),
                    checkpoint=runtime.trail.memory.note,
                )
        except DatabaseUnavailableError as error:
            raise CannotStartError(str(error)) from None


async def upgrade_database(storage: Storage) -> None:
    """Runs the missing migrations.

    Raises:
        CannotStartError: the database cannot be reached or changed.
    """
    if storage.database_url is None:
        make_private_directory(storage.data_directory)
    database = Database(database_url(storage))
    try:
        await database.check()
        await migrate.upgrade(database)
    except (DatabaseUnavailableError, SQLAlchemyError) as error:
        raise CannotStartError(str(error).splitlines()[0]) from None
    finally:
        await database.close()


def _keys(storage: Storage, *, create: bool) -> KeySource:
    if create:
        make_private_directory(storage.data_directory)
    if storage.encryption_keys:
        return GivenKeys(storage.encryption_keys)
    if storage.database_url is not None:
        # Processes on several machines share the database, so a key file on one is not enough.
        return GivenKeys(())
    file = KeyFile(storage.data_directory / KEY_FILE)
    if create:
        file.create()
    return file


def new_trail(storage: Storage, *, create: bool = True) -> Trail:
    """Builds the trail with its signing keys and the signer's memory.

    On SQLite, the first start creates the key file.

    Args:
        storage: where everything is stored.
        create: whether to create the data directory and the key file if they are missing.
    """
    if create:
        make_private_directory(storage.data_directory)
    memory = SignerMemory(storage.data_directory / MEMORY_FILE)
    if storage.signing_keys or storage.database_url is not None:
        source: KeySource = GivenKeys(storage.signing_keys, "POSTLEDGER_SIGNING_KEY")
    else:
        source = file = KeyFile(storage.data_directory / SIGNING_KEY_FILE)
        if create:
            file.create()
    return Trail(SourceKeys(source), memory)


async def _open_trail(runtime: Runtime, storage: Storage) -> None:
    keys = runtime.trail.keys
    if isinstance(keys, SourceKeys) and keys.problem is not None:
        raise CannotStartError(keys.problem)
    async with runtime.database.transaction() as session:
        problem = await open_trail(session, runtime.trail, storage.trail_name)
        if problem is not None:
            # Raised inside the transaction, which rolls back what opening the trail wrote.
            raise CannotStartError(f"{problem.code}: {problem.message}")


async def _warnings(runtime: Runtime) -> tuple[str, ...]:
    """Returns what an operator must know although the service can run."""
    keys = runtime.keys.current()
    if isinstance(keys, KeyProblem):
        return (keys.message,)
    state = await email_settings(runtime)
    unreadable = () if state is None else state.unreadable_secrets
    return tuple(
        f"The stored {name} cannot be opened with the encryption keys in use: put the missing key "
        f"back, or enter the {name} again."
        for name in unreadable
    )


async def prepare(database: Database, *, upgrading: bool = True) -> None:
    """Checks that the database can be used and has the tables of this version.

    Args:
        database: the database.
        upgrading: whether to run missing migrations on SQLite.

    Raises:
        CannotStartError: the database cannot be reached, or lacks migrations.
    """
    try:
        await database.check()
        if upgrading and database.kind == "sqlite":
            await migrate.upgrade(database)
        elif await migrate.pending(database):
            raise CannotStartError(
                f"The database {database.address} does not have the tables of this version: "
                "run `postledger db upgrade`."
            )
    except DatabaseUnavailableError as error:
        raise CannotStartError(str(error)) from None
