"""Connections that stay open, and their end when whoever opened them may no longer call."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from audit.event import ActorKind
from db.instant import write_instant
from db.tokens import valid_ids
from service.caller import Caller
from service.signals import Signal

if TYPE_CHECKING:
    from service.runtime import Runtime

CHECK_SECONDS: Final = 2.0

_log = structlog.get_logger()


@dataclass(eq=False, slots=True)
class _Session:
    caller: Caller
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Sessions:
    """Who holds a connection open.

    A token that is revoked in this process ends its sessions at once; in another process, or when
    it expires, within two seconds: one query asks for all of them together.
    """

    def __init__(self) -> None:
        self._open: set[_Session] = set()
        self._changed = Signal()
        self._watch: asyncio.Task[None] | None = None

    def check(self) -> None:
        """Has the sessions looked through now: a token was revoked."""
        self._changed.send()

    @asynccontextmanager
    async def open(self, runtime: "Runtime", caller: Caller) -> AsyncIterator[asyncio.Event]:
        """A session of a caller; the event that it gives is set when the caller is to be let go."""
        session = _Session(caller)
        self._open.add(session)
        if self._watch is None:
            self._watch = asyncio.create_task(self._look_after(runtime))
        try:
            yield session.ended
        finally:
            self._open.discard(session)
            if not self._open and self._watch is not None:
                # It ends by itself: cancelled, it would break off what it asks of the database.
                watch, self._watch = self._watch, None
                self.check()
                await asyncio.wait([watch])

    async def _look_after(self, runtime: "Runtime") -> None:
        while self._watch is asyncio.current_task():
            # Waiting begins before the look, so that no signal is lost in between.
            waiting = asyncio.create_task(self._changed.wait(CHECK_SECONDS))
            try:
                await self._end_invalid(runtime)
                await waiting
            except SQLAlchemyError as error:
                _log.warning("could not look after open sessions", error=type(error).__name__)
                await waiting
            finally:
                waiting.cancel()

    async def _end_invalid(self, runtime: "Runtime") -> None:
        now = runtime.clock()
        ids = {
            each.caller.actor.id
            for each in self._open
            if each.caller.actor.kind is ActorKind.ACCESS_TOKEN and each.caller.actor.id
        }
        valid: set[str] = set()
        if ids:
            async with runtime.database.reading() as session:
                valid = await valid_ids(session, ids, write_instant(now))
        for each in self._open:
            until, token = each.caller.until, each.caller.actor.id
            if (until is not None and until <= now) or (token in ids and token not in valid):
                each.ended.set()
