"""Access tokens: creating, listing and revoking them, and authenticating callers by them."""

import asyncio
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError

from audit.event import SYSTEM, Actor, ActorKind, AuditAction, AuditOutcome, Change, Client, Event
from audit.trail import Clock, append
from db.engine.database import Session
from db.instant import read_instant, write_instant
from db.queries import tokens
from db.queries.keyset import Window
from db.tables import AccessTokenRow
from service.process.caller import Caller, Role
from service.process.marks import token_mark
from service.process.paging import Page, PageRequest, read_page
from service.process.runtime import Runtime
from service.values.names import has_hidden

TARGET = "access_token"
FIRST_TOKEN_NAME: Final = "First administrator"  # noqa: S105 (a name)
MAX_NAME: Final = 100
LAST_USED_EVERY: Final = timedelta(minutes=1)
_NOTE_SECONDS: Final = 2.0
_PREFIX: Final = "plg_"
_TOKEN: Final = re.compile(r"plg_[A-Za-z0-9_-]{43}")

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What is shown of a token: never its text."""

    id: str
    number: int
    name: str
    role: Role
    created_at: datetime
    created_by: Actor
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class CreatedToken:
    """A new token. `text` is shown only now; the database has only its hash."""

    token: AccessToken
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class InvalidToken:
    """A token that cannot be created as requested: the input field, and why."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class TokenRefused:
    """A token that is refused. The reason is for the log only."""

    reason: str


@dataclass(frozen=True, slots=True)
class TokenUnchecked:
    """A token that could not be checked: `asked`, for the log, is what did not answer."""

    asked: str


@dataclass(frozen=True, slots=True)
class TokenNotFound:
    """There is no token with this id."""


async def authenticate(
    runtime: Runtime, text: str, client: Client, seconds: float | None = None
) -> Caller | TokenRefused | TokenUnchecked:
    """Returns whose token it is, why it is refused, or that it cannot be checked.

    Tokens are looked up by their hash, so response times disclose nothing about stored tokens.

    Args:
        runtime: the running service.
        text: the token as the client sent it.
        client: where the request came from.
        seconds: how long the database may take; None means no limit.
    """
    if not _TOKEN.fullmatch(text):
        return TokenRefused("malformed")
    try:
        async with asyncio.timeout(seconds), runtime.database.reading() as session:
            row = await tokens.token_by_hash(session, _hash(text))
    except TimeoutError:
        return TokenUnchecked("database")
    if row is None:
        return TokenRefused("unknown")
    if row.revoked_at is not None:
        return TokenRefused("revoked")
    until = None if row.expires_at is None else read_instant(row.expires_at)
    if until is not None and until <= runtime.clock():
        return TokenRefused("expired")
    await _note_use(runtime, row)
    role = Role(row.role)
    actor = Actor(ActorKind.ACCESS_TOKEN, row.id, row.name, role.value)
    return Caller(actor, role, client, until)


async def _note_use(runtime: Runtime, row: AccessTokenRow) -> None:
    """Records when the token was last used, at most once a minute."""
    now = runtime.clock()
    before = write_instant(now - LAST_USED_EVERY)
    if row.last_used_at is not None and row.last_used_at > before:
        return
    try:
        async with asyncio.timeout(_NOTE_SECONDS), runtime.database.transaction() as session:
            await tokens.note_use(session, row.id, write_instant(now), before)
    except (SQLAlchemyError, TimeoutError) as error:
        # A caller who only reads is still served while the database accepts no writes.
        _log.warning("could not note a token's use", error=type(error).__name__)


async def create_token(
    runtime: Runtime, caller: Caller, name: str, role: Role, expires_at: datetime | None = None
) -> CreatedToken | InvalidToken:
    """Creates a token of 256 random bits, and records its event."""
    wrong = _check(name, expires_at, runtime.clock())
    if wrong is not None:
        return wrong
    async with runtime.database.transaction() as session:
        # Locked, because the new token gets the next number.
        await tokens.lock_tokens(session)
        new = _New(name.strip(), role, expires_at)
        return await _create(session, caller, new, runtime.clock)


async def create_first_token(runtime: Runtime) -> CreatedToken | None:
    """Creates an administrator's token if there has never been a token; returns None otherwise."""
    async with runtime.database.transaction() as session:
        # Locked, so that only one of several services that start at once creates the token.
        await tokens.lock_tokens(session)
        if await tokens.tokens(session):
            return None
        caller = Caller(SYSTEM, Role.ADMINISTRATOR)
        new = _New(FIRST_TOKEN_NAME, Role.ADMINISTRATOR, None)
        return await _create(session, caller, new, runtime.clock)


async def list_tokens(runtime: Runtime) -> list[AccessToken]:
    """Lists all tokens, newest first."""
    async with runtime.database.reading() as session:
        return [_shown(row) for row in await tokens.tokens(session)]


async def page_of_tokens(runtime: Runtime, page: PageRequest) -> Page[AccessToken]:
    """Returns a page of the tokens, newest first; `AccessToken.number` is a token's position."""
    async with runtime.database.reading() as session:

        async def read(window: Window) -> list[AccessToken]:
            return [_shown(row) for row in await tokens.tokens_between(session, window)]

        return await read_page(page, read)


async def access_token(runtime: Runtime, token_id: str) -> AccessToken | None:
    """Returns a token, or None if there is no token with this id."""
    async with runtime.database.reading() as session:
        row = await session.get(AccessTokenRow, token_id)
        return None if row is None else _shown(row)


async def revoke_token(
    runtime: Runtime, caller: Caller, token_id: str
) -> AccessToken | TokenNotFound:
    """Revokes a token at once. An already revoked token stays as it is, without another event."""
    async with runtime.database.transaction() as session:
        row = await tokens.token(session, token_id)
        if row is None:
            return TokenNotFound()
        if row.revoked_at is None:
            event = _event(AuditAction.ACCESS_TOKEN_REVOKED, caller, row, ())
            appended = await append(session, event, runtime.clock)
            row.revoked_at = appended.ts
            session.add(row)
    runtime.connections.check()
    return _shown(row)


@dataclass(frozen=True, slots=True)
class _New:
    name: str
    role: Role
    expires_at: datetime | None


async def _create(session: Session, caller: Caller, new: _New, clock: Clock) -> CreatedToken:
    text = _PREFIX + secrets.token_urlsafe(32)
    row = AccessTokenRow(
        id=str(uuid4()),
        number=await tokens.next_number(session),
        name=new.name,
        role=new.role.value,
        token_hash=_hash(text),
        created_at="",
        actor_kind=caller.actor.kind.value,
        actor_id=caller.actor.id,
        actor_name=caller.actor.name,
        expires_at=None if new.expires_at is None else write_instant(new.expires_at),
        last_used_at=None,
        revoked_at=None,
    )
    changes = (
        Change("name", None, row.name),
        Change("role", None, row.role),
        Change("expiresAt", None, row.expires_at),
    )
    event = _event(AuditAction.ACCESS_TOKEN_CREATED, caller, row, changes)
    appended = await append(session, event, clock)
    row.created_at = appended.ts
    session.add(row)
    return CreatedToken(_shown(row), text)


def _check(name: str, expires_at: datetime | None, now: datetime) -> InvalidToken | None:
    if not name.strip() or len(name) > MAX_NAME or has_hidden(name):
        return InvalidToken(
            "name",
            f"Enter a name of 1 to {MAX_NAME} characters, without control or invisible characters.",
        )
    if expires_at is not None and expires_at <= now:
        return InvalidToken("expiresAt", "Enter a time in the future.")
    return None


def _event(
    action: AuditAction, caller: Caller, row: AccessTokenRow, changes: tuple[Change, ...]
) -> Event:
    return caller.event(
        action,
        AuditOutcome.SUCCEEDED,
        TARGET,
        changes=changes,
        detail={
            "token_id": row.id,
            "token_name": row.name,
            "token_role": row.role,
            "token_mark": token_mark(row),
        },
    )


def _shown(row: AccessTokenRow) -> AccessToken:
    def instant(text: str | None) -> datetime | None:
        return None if text is None else read_instant(text)

    return AccessToken(
        id=row.id,
        number=row.number,
        name=row.name,
        role=Role(row.role),
        created_at=read_instant(row.created_at),
        created_by=Actor(ActorKind(row.actor_kind), row.actor_id, row.actor_name),
        expires_at=instant(row.expires_at),
        last_used_at=instant(row.last_used_at),
        revoked_at=instant(row.revoked_at),
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
