"""Where data and keys are stored, and whether they are there."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

from service.process.signing import DEFAULT_TRAIL_NAME, MEMORY_FILE

DATABASE_FILE: Final = "postledger.sqlite3"
KEY_FILE: Final = "encryption.keys"


class CannotStartError(Exception):
    """The service cannot start until an operator changes something; one sentence says what."""


@dataclass(frozen=True, slots=True)
class Storage:
    """Where data and keys are stored. `database_url` None means SQLite in the data directory."""

    data_directory: Path
    database_url: str | None = None
    encryption_keys: tuple[str, ...] = ()
    signing_keys: tuple[str, ...] = ()
    trail_name: str = DEFAULT_TRAIL_NAME


def database_url(storage: Storage) -> str:
    """Returns the URL of the database."""
    if storage.database_url is not None:
        return storage.database_url
    return f"sqlite:///{storage.data_directory.absolute() / DATABASE_FILE}"


def require_trail(storage: Storage, *, or_memory: bool = False) -> None:
    """Checks that there is a trail, so that a command does not start one in a wrong directory.

    Args:
        storage: where data and keys are stored.
        or_memory: whether the signer's memory is enough, because the database is lost.

    Raises:
        CannotStartError: the embedded database is missing, or cannot be seen. Nothing was created.
    """
    if storage.database_url is not None:
        return
    directory = storage.data_directory.absolute()
    signs = (DATABASE_FILE, MEMORY_FILE) if or_memory else (DATABASE_FILE,)
    try:
        there = {each.name for each in directory.iterdir()}
    except (FileNotFoundError, NotADirectoryError):
        there = set()
    except OSError as error:
        raise CannotStartError(f"Cannot look into {directory}: {error.strerror}.") from None
    if there.isdisjoint(signs):
        raise CannotStartError(
            f"There is no database in {directory}: set POSTLEDGER_DATA_DIRECTORY to the service's "
            "data directory."
        )


def make_private_directory(directory: Path) -> None:
    """Creates the data directory, readable by its owner only, and checks that it is writable.

    Raises:
        CannotStartError: it cannot be created or written.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A temporary name, because several processes may start at once.
        with TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise CannotStartError(
            f"Cannot write to the data directory {directory} ({error.strerror}): "
            "fix its permissions, or choose another with POSTLEDGER_DATA_DIRECTORY."
        ) from None
