"""Where everything is kept, and whether it is there."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

from service.process.signing import DEFAULT_TRAIL_NAME, MEMORY_FILE

DATABASE_FILE: Final = "postledger.sqlite3"
KEY_FILE: Final = "encryption.keys"


class CannotStartError(Exception):
    """Something outside has to change before the service can start; one sentence says what."""


@dataclass(frozen=True, slots=True)
class Storage:
    """Where everything is kept: `database_url` None means SQLite in the data directory."""

    data_directory: Path
    database_url: str | None = None
    encryption_keys: tuple[str, ...] = ()
    signing_keys: tuple[str, ...] = ()
    trail_name: str = DEFAULT_TRAIL_NAME


def database_url(storage: Storage) -> str:
    """Where the database is."""
    if storage.database_url is not None:
        return storage.database_url
    return f"sqlite:///{storage.data_directory.absolute() / DATABASE_FILE}"


def require_trail(storage: Storage, *, or_memory: bool = False) -> None:
    """Sees that there is a trail, for commands that would only begin one in a wrong directory.

    Args:
        storage: where everything is kept.
        or_memory: whether the signer's memory will do, of a database that is lost.

    Raises:
        CannotStartError: the embedded database is not there, or cannot be seen. Nothing was made.
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
            f"There is no database in {directory}: name the service's data directory with "
            "POSTLEDGER_DATA_DIRECTORY."
        )


def make_private_directory(directory: Path) -> None:
    """Makes the data directory, for its owner's eyes only, and sees that it can be written.

    Raises:
        CannotStartError: it cannot.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Under no name of ours: several processes may start at once.
        with TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise CannotStartError(
            f"Cannot write to the data directory {directory} ({error.strerror}): "
            "mend its permissions, or choose another with POSTLEDGER_DATA_DIRECTORY."
        ) from None
