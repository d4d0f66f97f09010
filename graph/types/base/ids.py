"""Global ids (Relay): opaque to clients, the type and the key to us."""

import base64
import binascii
from typing import Final, NamedTuple

_SEPARATOR: Final = ":"


class GlobalId(NamedTuple):
    """What an id names."""

    type_name: str
    key: str


def write_id(type_name: str, key: str | int) -> str:
    """The id of an object."""
    return base64.urlsafe_b64encode(f"{type_name}{_SEPARATOR}{key}".encode()).decode()


def read_id(text: str) -> GlobalId | None:
    """What an id names; None where it is not one of ours."""
    try:
        type_name, separator, key = (
            base64.b64decode(text, altchars=b"-_", validate=True).decode().partition(_SEPARATOR)
        )
    except (binascii.Error, ValueError):
        return None
    # What cannot be printed stands in no id of ours, and PostgreSQL takes no NUL.
    return GlobalId(type_name, key) if separator and key.isprintable() else None


def key_of(text: str, type_name: str) -> str | None:
    """The key in an id of one type; None where it is not one."""
    read = read_id(text)
    return read.key if read is not None and read.type_name == type_name else None
