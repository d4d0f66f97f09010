"""Connections that stay open, and their end when whoever opened them may no longer call."""

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
_LOOK_SECONDS: Final = 5.0
"""How long one look may take: as long as it waits, nothing else is found out."""

_log = structlog.get_logger()


class ConnectionEnd(Enum):
    """Why somebody is let go: the token ended, or nobody could tell for too long whether it did."""

    TOKEN_ENDED = auto()
    UNCONFIRMED = auto()


@dataclass(eq=False, slots=True)
class OpenConnection:
    """A connection that somebody holds open; `ended` is set when it is to be closed, and `end` why.

    `confirmed_at` is when the database last said that its access token is valid.
    """

    caller: Caller
    clock: Clock
    patience: float
    confirmed_at: float = field(default_factory=monotonic)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    end: ConnectionEnd | None = None

    @property
    def token(self) -> str | None:
        """The access token's id; None for a person, whom the database does not know."""
        actor = self.caller.actor
        return actor.id if actor.kind is ActorKind.ACCESS_TOKEN else None

    def let_go(self, end: ConnectionEnd) -> None:
        """Has the connection closed."""
        self.end = self.end or end
        self.ended.set()

    def is_over(self) -> bool:
        """Whether it is to be closed, by what is known now: nobody is asked."""
        if self.caller.until is not None and self.caller.until <= self.clock():
            self.let_go(ConnectionEnd.TOKEN_ENDED)
        elif self.token is not None and monotonic() - self.confirmed_at > self.patience:
            self.let_go(ConnectionEnd.UNCONFIRMED)
        return self.ended.is_set()


class OpenConnections:
    """Who holds a connection open.

    A token that is revoked in this process ends its sessions at once; in another process, or when
    it expires, within two seconds: one query asks for all of them together. While the database
    does not answer, sessions of access tokens go on for `patience_seconds`, and are ended then.
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
        """Has the sessions looked through now: a token was revoked."""
        self._changed.send()

    @asynccontextmanager
    async def open(self, caller: Caller) -> AsyncIterator[OpenConnection]:
        """A session of a caller who has just been let in."""
        session = OpenConnection(caller, self._clock, self._patience)
        self._open.add(session)
        if self._ticking is None:
            self._tick()
        try:
            yield session
        finally:
            self._open.discard(session)
            if not self._open:
                await self._stop_watching()

    def _tick(self) -> None:
        """What needs no database, so that one that does not answer keeps nobody in."""
        loop = asyncio.get_running_loop()
        self._ticking = loop.call_later(self._every, self._tick)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._look_after())
        for each in self._open:
            each.is_over()

    async def _stop_watching(self) -> None:
        if self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None
        watch, self._watch = self._watch, None
        if watch is not None:
            # It ends by itself: cancelled, it would break off what it asks of the database.
            self.check()
            await asyncio.wait([watch], timeout=_LOOK_SECONDS)

    async def _look_after(self) -> None:
        while self._watch is asyncio.current_task():
            # Waiting begins before the look, so that no signal is lost in between.
            waiting = asyncio.create_task(self._changed.wait(self._every))
            try:
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._end_revoked()
            except Exception as error:  # noqa: BLE001 (whatever it is, the next look comes)
                _log.warning("could not check open connections", error=type(error).__name__)
            try:
                await waiting
            finally:
                waiting.cancel()

    async def _end_revoked(self) -> None:
        asked = {each: each.token for each in self._open if each.token is not None}
        if not asked:
            return
        began = monotonic()
        async with self._database.reading() as session:
            valid = await valid_ids(session, {*asked.values()}, write_instant(self._clock()))
        for each, token in asked.items():
            if token in valid:
                each.confirmed_at = began
            else:
                each.let_go(ConnectionEnd.TOKEN_ENDED)
