"""What a service does before it answers: opens, checks, mends what a stop left behind."""

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
    """How tests may be run: where to, how long, how many."""

    allowed_destinations: tuple[str, ...] = ()
    blocked_destinations: tuple[str, ...] = ()
    limit_seconds: float = 120
    limits: EmailTestLimits = field(default_factory=EmailTestLimits)

    def tools(self) -> Tools:
        """What attempts are made with.

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
    """What the start found: an administrator's token where it is the first one.

    `checkpoint` is the trail's newest signed note; a log that is kept elsewhere anchors it.
    """

    runtime: Runtime
    first_token: CreatedToken | None
    interrupted_tests: Sequence[str]
    warnings: tuple[str, ...]
    checkpoint: str | None


@asynccontextmanager
async def open_runtime(storage: Storage) -> AsyncIterator[Runtime]:
    """Opens the database and the keys for a command.

    Raises:
        CannotStartError: the database cannot be reached, lacks migrations, or does not continue
            what its trail's signer remembers; or the data directory cannot be written.
    """
    async with open_closed_trail(storage) as runtime:
        await _open_trail(runtime, storage)
        yield runtime


@asynccontextmanager
async def open_closed_trail(storage: Storage, *, as_it_is: bool = False) -> AsyncIterator[Runtime]:
    """As `open_runtime`, but the trail is not compared with its signer's memory, nor opened.

    For commands that look at a trail that cannot be opened, or begin a new one.

    Args:
        storage: where everything is kept.
        as_it_is: whether nothing may be made or migrated: what is judged is left as it was found.
    """
    keys = _keys(storage, making=not as_it_is)
    trail = new_trail(storage, making=not as_it_is)
    try:
        database = Database(database_url(storage))
    except DatabaseUnavailableError as error:
        raise CannotStartError(str(error)) from None
    try:
        await prepare(database, upgrading=not as_it_is)
        trail.attach(database)
        yield Runtime(database, keys, trail, OpenConnections(database, utc_now))
    except SQLAlchemyError as error:
        # An outage in the middle is no finding: nothing can be said of the trail.
        reason = reason_of(error) if isinstance(error, DBAPIError) else str(error).splitlines()[0]
        raise CannotStartError(f"The database failed: {reason}.") from None
    except SignerRefusedError as error:
        raise CannotStartError(str(error)) from None
    finally:
        await database.close()


async def can_go_on(storage: Storage) -> bool:
    """Whether the trail can be opened as it is, so that there is no need to begin a new one."""
    try:
        async with open_runtime(storage):
            return True
    except CannotStartError:
        return False


@asynccontextmanager
async def stopped(storage: Storage) -> AsyncIterator[Runtime]:
    """As `open_closed_trail`, while no service uses the data directory.

    Raises:
        CannotStartError: as there; or a service uses it.
    """
    async with open_closed_trail(storage) as runtime:
        try:
            async with presence(runtime.database, storage.data_directory):
                yield runtime
        except DatabaseUnavailableError as error:
            raise CannotStartError(str(error)) from None


@asynccontextmanager
async def started(storage: Storage, testing: EmailTestRules) -> AsyncIterator[Started]:
    """Opens everything for the service.

    Raises:
        CannotStartError: as `open_runtime`; or another service uses the data directory.
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


def _keys(storage: Storage, *, making: bool) -> KeySource:
    if making:
        make_private_directory(storage.data_directory)
    if storage.encryption_keys:
        return GivenKeys(storage.encryption_keys)
    if storage.database_url is not None:
        # Many processes share the database, so a file on this machine would not do.
        return GivenKeys(())
    file = KeyFile(storage.data_directory / KEY_FILE)
    if making:
        file.create()
    return file


def new_trail(storage: Storage, *, making: bool = True) -> Trail:
    """The trail's signer and its memory; the embedded default makes its key at first start."""
    if making:
        make_private_directory(storage.data_directory)
    memory = SignerMemory(storage.data_directory / MEMORY_FILE)
    if storage.signing_keys or storage.database_url is not None:
        source: KeySource = GivenKeys(storage.signing_keys, "POSTLEDGER_SIGNING_KEY")
    else:
        source = file = KeyFile(storage.data_directory / SIGNING_KEY_FILE)
        if making:
            file.create()
    return Trail(SourceKeys(source), memory)


async def _open_trail(runtime: Runtime, storage: Storage) -> None:
    keys = runtime.trail.keys
    if isinstance(keys, SourceKeys) and keys.problem is not None:
        raise CannotStartError(keys.problem)
    async with runtime.database.transaction() as session:
        problem = await open_trail(session, runtime.trail, storage.trail_name)
        if problem is not None:
            # Raised inside, so that nothing of a trail that is not opened is written.
            raise CannotStartError(f"{problem.code}: {problem.message}")


async def _warnings(runtime: Runtime) -> tuple[str, ...]:
    """What an operator must hear of, though the service runs."""
    keys = runtime.keys.current()
    if isinstance(keys, KeyProblem):
        return (keys.message,)
    state = await email_settings(runtime)
    unreadable = () if state is None else state.unreadable_secrets
    return tuple(
        f"The stored {name} cannot be opened with the encryption keys in use: put the missing key "
        "back, or enter it again."
        for name in unreadable
    )


async def prepare(database: Database, *, upgrading: bool = True) -> None:
    """Sees that the database can be used and has this version's tables.

    Args:
        database: the database.
        upgrading: whether an embedded one is brought to this version's state.

    Raises:
        CannotStartError: it does not.
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
