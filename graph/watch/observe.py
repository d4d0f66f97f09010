"""What is told of operations to the log, the metrics and the traces.

Names, hashes, codes and durations: never a text, never a variable, never a value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Seen:
    """One operation that has ended.

    Attributes:
        kind: query, mutation or subscription.
        name: what the client calls it.
        document_hash: the hash of its text, string literals left out
            (`graph.operation.document_hash`).
        codes: of its errors, each once; none where it went well.
        began: nanoseconds since 1970.
        seconds: how long it took; a subscription's whole life.
        request_id: what the log knows the request by.
    """

    kind: str
    name: str | None
    document_hash: str
    codes: Sequence[str]
    began: int
    seconds: float
    request_id: str


class Observer(Protocol):
    """Somebody who is told."""

    def operation(self, seen: Seen) -> None:
        """An operation has ended."""
        ...

    def refusal(self, code: str) -> None:
        """A call was refused before it was an operation."""
        ...


class LogObserver:
    """Writes a line for each operation."""

    def operation(self, seen: Seen) -> None:
        """One line."""
        _log.info(
            "operation",
            kind=seen.kind,
            operation=seen.name,
            document_hash=seen.document_hash,
            codes=list(seen.codes),
            milliseconds=round(seen.seconds * 1000, 1),
            request_id=seen.request_id,
        )

    def refusal(self, code: str) -> None:
        """One line, for those who look closely."""
        _log.debug("call refused", code=code)


@dataclass(frozen=True, slots=True)
class Observers:
    """All of them."""

    each: Sequence[Observer] = (LogObserver(),)

    def operation(self, seen: Seen) -> None:
        """Tells everybody."""
        for observer in self.each:
            observer.operation(seen)

    def refusal(self, code: str) -> None:
        """Tells everybody."""
        for observer in self.each:
            observer.refusal(code)


LOG_ONLY: Final = Observers()
