"""Queries on access tokens."""

from collections.abc import Collection, Sequence

from sqlalchemy import desc, text, update
from sqlmodel import col, func, or_, select

from db.engine.database import Session
from db.queries.keyset import Window, rows_in_window
from db.queries.plain import plain_rows
from db.tables import AccessTokenRow

_NUMBER = col(AccessTokenRow.number)


async def token_by_hash(session: Session, token_hash: str) -> AccessTokenRow | None:
    """Returns the token with this SHA-256 hash (hexadecimal)."""
    query = select(AccessTokenRow).where(AccessTokenRow.token_hash == token_hash)
    return (await session.exec(query)).one_or_none()


async def token(session: Session, token_id: str) -> AccessTokenRow | None:
    """Returns a token by its id, and locks it until the transaction ends."""
    query = select(AccessTokenRow).where(AccessTokenRow.id == token_id).with_for_update()
    return (await session.exec(query)).one_or_none()


async def tokens(session: Session) -> list[AccessTokenRow]:
    """Reads all tokens, newest first."""
    query = select(AccessTokenRow).order_by(desc(_NUMBER))
    return list((await session.exec(query)).all())


async def token_rows(session: Session) -> Sequence[AccessTokenRow]:
    """Reads all rows of tokens, read-only; rows with the same id are all returned."""
    return await plain_rows(session, AccessTokenRow)


async def tokens_between(session: Session, window: Window) -> list[AccessTokenRow]:
    """Reads the tokens of a window, newest first."""
    return await rows_in_window(session, select(AccessTokenRow), _NUMBER, window)


async def next_number(session: Session) -> int:
    """Returns the number of the next token.

    The caller has called `lock_tokens`, so that no other transaction takes the same number.
    """
    return ((await session.exec(select(func.max(_NUMBER)))).one() or 0) + 1


async def note_use(session: Session, token_id: str, now: str, before: str) -> None:
    """Sets a token's last use, unless a use after `before` is recorded already."""
    last_used = col(AccessTokenRow.last_used_at)
    await session.exec(
        update(AccessTokenRow)
        .where(col(AccessTokenRow.id) == token_id, or_(last_used.is_(None), last_used <= before))
        .values(last_used_at=now)
    )


async def valid_ids(session: Session, ids: Collection[str], now: str) -> set[str]:
    """Returns the ids, among some, of tokens that exist and neither expired nor were revoked."""
    expires = col(AccessTokenRow.expires_at)
    query = select(AccessTokenRow.id).where(
        col(AccessTokenRow.id).in_(ids),
        col(AccessTokenRow.revoked_at).is_(None),
        or_(expires.is_(None), expires > now),
    )
    return set((await session.exec(query)).all())


async def lock_tokens(session: Session) -> None:
    """Waits for the lock on the list of tokens, and holds it until the transaction ends.

    On SQLite there is nothing to do, because transactions that write run one at a time.
    """
    if session.get_bind().dialect.name == "postgresql":
        connection = await session.connection()
        await connection.execute(text("SELECT pg_advisory_xact_lock(5713846202)"))
