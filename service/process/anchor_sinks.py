"""Where anchors go, and how far each has come."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

import httpx2

_TIMEOUT_SECONDS: Final = 10.0
_MAX_PORT: Final = 2**16 - 1


class Sink(Protocol):
    """Somewhere else."""

    @property
    def name(self) -> str:
        """How it is called in the log and to clients; no secret."""
        ...

    async def deliver(self, note: str) -> None:
        """Brings a checkpoint there.

        Raises:
            OSError: it cannot be written there.
            httpx2.HTTPError: it was not taken there.
        """
        ...


@dataclass(frozen=True, slots=True)
class FileSink:
    """Appends each checkpoint to a file, best on a mount that can only be appended to."""

    path: Path

    @property
    def name(self) -> str:
        """The file."""
        return f"file {self.path}"

    async def deliver(self, note: str) -> None:
        """Appends the note and a blank line."""
        await asyncio.to_thread(self._append, note)

    def _append(self, note: str) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(note + "\n")


@dataclass(frozen=True, slots=True)
class WebhookSink:
    """Posts each checkpoint as text/plain; any 2xx answer is a receipt.

    `timeout_seconds` is for all of it: an answer may come drop by drop, for ever.
    """

    url: str = field(repr=False)
    timeout_seconds: float = _TIMEOUT_SECONDS

    @property
    def name(self) -> str:
        """The host alone: the rest of the address may hold a secret."""
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


def told(error: Exception) -> str:
    """What went wrong. Never the error's own words: an address in them may hold a secret."""
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
    """Whether checkpoints can be posted there: a whole http or https address."""
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
    """How far a sink has come: the size last delivered, when, and what went wrong since."""

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
