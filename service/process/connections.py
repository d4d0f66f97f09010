"""Connections that stay open, and that are closed when their caller's access ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from time import monotonic
from typing import Final

import structlog

from audit.event import ActorKind
from audit.trail import Clock
from db.engine.database import Database
from db.instant import write_instant
from db.queries.tokens import valid_ids
from service.process.caller import Caller
from service.process.signals import Signal

CHECK_SECONDS: Final = 2.0
PATIENCE_SECONDS: Final = 10.0
_CHECK_TIMEOUT_SECONDS: Final = 5.0
"""How long one check may take. While it waits, no revoked token is noticed."""

_log = structlog.get_logger()


class ConnectionEnd(Enum):
    """Why a connection is closed: its token ended, or could not be checked for too long."""

    TOKEN_ENDED = auto()
    UNCONFIRMED = auto()


@dataclass(eq=False, slots=True)
class OpenConnection:
    """An open connection. `ended` is set when it has to be closed, and `end` says why.

    `confirmed_at` is when the database last confirmed that its access token is valid.
    """

    caller: Caller
    clock: Clock
    patience: float
    confirmed_at: float = field(default_factory=monotonic)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    end: ConnectionEnd | None = None

    @property
    def token(self) -> str | None:
        """The access token's id; None for a person, who is not in the database."""
        actor = self.caller.actor
        return actor.id if actor.kind is ActorKind.ACCESS_TOKEN else None

    def close(self, end: ConnectionEnd) -> None:
        """Requests that the connection is closed; the first reason is kept."""
        self.end = self.end or end
        self.ended.set()

    def is_over(self) -> bool:
        """Returns whether it has to be closed, without asking the database."""
        if self.caller.until is not None and self.caller.until <= self.clock():
            self.close(ConnectionEnd.TOKEN_ENDED)
        elif self.token is not None and monotonic() - self.confirmed_at > self.patience:
            self.close(ConnectionEnd.UNCONFIRMED)
        return self.ended.is_set()


class OpenConnections:
    """All open connections of this process.

    Connections are closed at once if this process revokes their token, and within two seconds if
    another process revokes it or it expires: one query checks all tokens together. While the
    database does not answer, connections of access tokens stay open for `patience_seconds` only.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        check_seconds: float = CHECK_SECONDS,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._database = database
        self._clock = clock
        self._every = check_seconds
        self._patience = patience_seconds
        self._open: set[OpenConnection] = set()
        self._changed = Signal()
        self._watch: asyncio.Task[None] | None = None
        self._ticking: asyncio.TimerHandle | None = None

    def check(self) -> None:
        """Starts the next check now, because a token was revoked."""
        self._changed.send()

    @asynccontextmanager
    async def open(self, caller: Caller) -> AsyncIterator[OpenConnection]:
        """Registers the connection of a caller who has just been authenticated."""
        connection = OpenConnection(caller, self._clock, self._patience)
        self._open.add(connection)
        if self._ticking is None:
            self._tick()
        try:
            yield connection
        finally:
            self._open.discard(connection)
            if not self._open:
                await self._stop_watching()

    def _tick(self) -> None:
        """Checks what needs no database, so that expiry works while the database is silent."""
        loop = asyncio.get_running_loop()
        self._ticking = loop.call_later(self._every, self._tick)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._check_repeatedly())
        for each in self._open:
            each.is_over()

    async def _stop_watching(self) -> None:
        if self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None
        watch, self._watch = self._watch, None
        if watch is not None:
            # It is left to end, because canceling it would break off its query in the database.
            self.check()
            await asyncio.wait([watch], timeout=_CHECK_TIMEOUT_SECONDS)

    async def _check_repeatedly(self) -> None:
        while self._watch is asyncio.current_task():
            # Waiting begins before the check, so that no signal is lost in between.
            waiting = asyncio.create_task(self._changed.wait(self._every))
            try:
                async with asyncio.timeout(_CHECK_TIMEOUT_SECONDS):
                    await self._close_revoked()
            except Exception as error:  # noqa: BLE001 (any failure: the next check follows)
                _log.warning("could not check open connections", error=type(error).__name__)
            try:
                await waiting
            finally:
                waiting.cancel()

    async def _close_revoked(self) -> None:
        tokens = {each: each.token for each in self._open if each.token is not None}
        if not tokens:
            return
        began = monotonic()
        async with self._database.reading() as session:
            valid = await valid_ids(session, {*tokens.values()}, write_instant(self._clock()))
        for each, token in tokens.items():
            if token in valid:
                each.confirmed_at = began
            else:
                each.close(ConnectionEnd.TOKEN_ENDED)
