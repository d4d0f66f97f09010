"""Global ids (Relay): a type's name and a key, encoded so that clients treat them as opaque."""

import base64
import binascii
from typing import Final, NamedTuple

_SEPARATOR: Final = ":"


class GlobalId(NamedTuple):
    """What a global id identifies."""

    type_name: str
    key: str


def write_id(type_name: str, key: str | int) -> str:
    """Returns an object's global id."""
    return base64.urlsafe_b64encode(f"{type_name}{_SEPARATOR}{key}".encode()).decode()


def read_id(text: str) -> GlobalId | None:
    """Returns what a global id identifies, or None if this service cannot have made it."""
    try:
        type_name, separator, key = (
            base64.b64decode(text, altchars=b"-_", validate=True).decode().partition(_SEPARATOR)
        )
    except (binascii.Error, ValueError):
        return None
    # This service's ids contain printable characters only, and PostgreSQL rejects NUL in texts.
    return GlobalId(type_name, key) if separator and key.isprintable() else None


def key_of(text: str, type_name: str) -> str | None:
    """Returns the key in a global id of one type, or None if it is not such an id."""
    read = read_id(text)
    return read.key if read is not None and read.type_name == type_name else None
