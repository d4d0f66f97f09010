"""The events that the log, the metrics and the traces receive.

They contain names, hashes, codes and durations, but never a query's text, a variable or a value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class FinishedOperation:
    """An operation that has ended.

    Attributes:
        kind: query, mutation or subscription.
        name: the name that the client gave it.
        document_hash: the hash of its text without string literals
            (`graph.operation.document_hash`).
        codes: the codes of its errors, each once; empty if it succeeded.
        began: when it began, in nanoseconds since 1970.
        seconds: how long it took; for a subscription, from its start to its end.
        request_id: the id of the request, as in the log.
    """

    kind: str
    name: str | None
    document_hash: str
    codes: Sequence[str]
    began: int
    seconds: float
    request_id: str


class Observer(Protocol):
    """Receives operations and refusals."""

    def operation(self, finished: FinishedOperation) -> None:
        """Receives an operation that has ended."""
        ...

    def refusal(self, code: str) -> None:
        """Receives the error code of a call that was refused before an operation began."""
        ...


class LogObserver:
    """Writes a line for each operation."""

    def operation(self, finished: FinishedOperation) -> None:
        """Logs an operation."""
        _log.info(
            "operation",
            kind=finished.kind,
            operation=finished.name,
            document_hash=finished.document_hash,
            codes=list(finished.codes),
            milliseconds=round(finished.seconds * 1000, 1),
            request_id=finished.request_id,
        )

    def refusal(self, code: str) -> None:
        """Logs a refusal at level debug."""
        _log.debug("call refused", code=code)


@dataclass(frozen=True, slots=True)
class Observers:
    """Several observers as one."""

    members: Sequence[Observer] = (LogObserver(),)

    def operation(self, finished: FinishedOperation) -> None:
        """Passes a finished operation to every observer."""
        for observer in self.members:
            observer.operation(finished)

    def refusal(self, code: str) -> None:
        """Passes a refusal to every observer."""
        for observer in self.members:
            observer.refusal(code)


LOG_ONLY: Final = Observers()
