"""Sinks to which checkpoints are anchored, and the state of each."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

import httpx2

_TIMEOUT_SECONDS: Final = 10.0
_MAX_PORT: Final = 2**16 - 1


class Sink(Protocol):
    """A place outside the service that keeps checkpoints."""

    @property
    def name(self) -> str:
        """Its name in the log and for clients, without secrets."""
        ...

    async def deliver(self, note: str) -> None:
        """Delivers a checkpoint.

        Raises:
            OSError: it cannot be written.
            httpx2.HTTPError: it was not accepted.
        """
        ...


@dataclass(frozen=True, slots=True)
class FileSink:
    """Appends each checkpoint to a file, ideally on an append-only mount."""

    path: Path

    @property
    def name(self) -> str:
        """The file's path."""
        return f"file {self.path}"

    async def deliver(self, note: str) -> None:
        """Appends the note and a blank line."""
        await asyncio.to_thread(self._append, note)

    def _append(self, note: str) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(note + "\n")


@dataclass(frozen=True, slots=True)
class WebhookSink:
    """Posts each checkpoint as text/plain; any 2xx answer confirms its delivery.

    `timeout_seconds` limits the whole request, because an answer could trickle in forever.
    """

    url: str = field(repr=False)
    timeout_seconds: float = _TIMEOUT_SECONDS

    @property
    def name(self) -> str:
        """The host only: the rest of the URL may contain a secret."""
        return f"webhook {httpx2.URL(self.url).host}"

    async def deliver(self, note: str) -> None:
        """Posts the note."""
        async with (
            asyncio.timeout(self.timeout_seconds),
            httpx2.AsyncClient(timeout=self.timeout_seconds) as client,
        ):
            answer = await client.post(
                self.url,
                content=note.encode(),
                headers={"Content-Type": "text/plain; charset=utf-8"},
            )
            answer.raise_for_status()


def failure_reason(error: Exception) -> str:
    """Describes a failed delivery, without the error's message: its URL may contain a secret."""
    match error:
        case httpx2.HTTPStatusError():
            return f"it answered {error.response.status_code}"
        case TimeoutError() | httpx2.TimeoutException():
            return "it did not answer in time"
        case httpx2.ConnectError():
            return "it cannot be reached"
        case OSError(strerror=str(reason)):
            return reason
        case _:
            return type(error).__name__


def is_webhook(address: str) -> bool:
    """Returns whether checkpoints can be posted to an address: a complete http or https URL."""
    if any(character.isspace() for character in address):
        return False
    try:
        url = httpx2.URL(address)
    except (httpx2.InvalidURL, ValueError):
        return False
    port = url.port
    in_range = port is None or 0 < port <= _MAX_PORT
    return url.scheme in {"http", "https"} and url.host != "" and in_range


@dataclass(slots=True)
class AnchorState:
    """The state of a sink: the size last delivered, when, and what has failed since."""

    name: str
    size: int | None = None
    delivered_at: datetime | None = None
    problem: str | None = None


@dataclass(slots=True)
class Anchors:
    """The sinks with their states."""

    sinks: tuple[Sink, ...] = ()
    states: tuple[AnchorState, ...] = ()

    def __post_init__(self) -> None:
        self.states = tuple(AnchorState(sink.name) for sink in self.sinks)
