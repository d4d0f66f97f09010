"""The messages of graphql-transport-ws.

https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, TypeAlias

from graph.operation.request import GraphQLRequest, Json, read_json, request_of
from graph.refusal import HttpRefusal

PROTOCOL: Final = "graphql-transport-ws"
MAX_ID: Final = 200


class Close(IntEnum):
    """Why the service closes a connection: the code of the close frame."""

    TOO_LARGE = 1009
    FAILED = 1011
    TRY_AGAIN_LATER = 1013
    BAD_MESSAGE = 4400
    NOT_INITIALIZED = 4401
    FORBIDDEN = 4403
    BAD_PROTOCOL = 4406
    INITIALIZATION_TIMEOUT = 4408
    ID_IN_USE = 4409
    TOO_MANY_INITIALIZATIONS = 4429


@dataclass(frozen=True, slots=True)
class Init:
    """connection_init: the client's credentials, in the form of the `Authorization` header."""

    authorization: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ping:
    """The client checks whether the service still answers."""


@dataclass(frozen=True, slots=True)
class Pong:
    """The client answers a ping."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """The client requests an operation; a refusal if its payload is not a valid request."""

    id: str
    request: GraphQLRequest | HttpRefusal


@dataclass(frozen=True, slots=True)
class Complete:
    """The client ends an operation."""

    id: str


@dataclass(frozen=True, slots=True)
class InvalidMessage:
    """Any other message, which closes the connection."""

    reason: str


Message: TypeAlias = Init | Ping | Pong | Subscribe | Complete | InvalidMessage


def read_message(text: str) -> Message:
    """Parses a client's message."""
    message = read_json(text)
    if not isinstance(message, dict):
        return InvalidMessage("A message must be a JSON object.")
    kind = message.get("type")
    read = _READERS.get(kind) if isinstance(kind, str) else None
    return InvalidMessage("Unknown message type.") if read is None else read(message)


def _read_init(message: Mapping[str, Json]) -> Message:
    payload = message.get("payload")
    if not isinstance(payload, dict | None):
        return InvalidMessage("The payload must be an object.")
    return Init(_authorization(payload or {}))


def _read_subscribe(message: Mapping[str, Json]) -> Message:
    identifier = _id(message)
    if identifier is None:
        return _NO_ID
    return Subscribe(identifier, request_of(message.get("payload")))


def _read_complete(message: Mapping[str, Json]) -> Message:
    identifier = _id(message)
    return _NO_ID if identifier is None else Complete(identifier)


_NO_ID: Final = InvalidMessage(f"The id must be a string of 1 to {MAX_ID} characters.")
_READERS: Final[Mapping[str, Callable[[Mapping[str, Json]], Message]]] = {
    "connection_init": _read_init,
    "ping": lambda _: Ping(),
    "pong": lambda _: Pong(),
    "subscribe": _read_subscribe,
    "complete": _read_complete,
}


def _id(message: Mapping[str, Json]) -> str | None:
    found = message.get("id")
    return found if isinstance(found, str) and 0 < len(found) <= MAX_ID else None


def _authorization(payload: Mapping[str, Json]) -> str | None:
    """Returns the credentials. The key's case does not matter, as in HTTP."""
    for key, value in payload.items():
        if key.casefold() == "authorization" and isinstance(value, str):
            return value
    return None
