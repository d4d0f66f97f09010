"""Queries on access tokens."""

from sqlalchemy import desc, text
from sqlmodel import col, select

from db.database import Session
from db.tables import AccessTokenRow


async def token_by_hash(session: Session, token_hash: str) -> AccessTokenRow | None:
    """The token with this SHA-256 (hexadecimal)."""
    query = select(AccessTokenRow).where(AccessTokenRow.token_hash == token_hash)
    return (await session.exec(query)).one_or_none()


async def token(session: Session, token_id: str) -> AccessTokenRow | None:
    """One token, locked until the transaction ends."""
    query = select(AccessTokenRow).where(AccessTokenRow.id == token_id).with_for_update()
    return (await session.exec(query)).one_or_none()


async def tokens(session: Session) -> list[AccessTokenRow]:
    """All tokens, newest first."""
    query = select(AccessTokenRow).order_by(
        desc(col(AccessTokenRow.created_at)), desc(col(AccessTokenRow.id))
    )
    return list((await session.exec(query)).all())


async def lock_tokens(session: Session) -> None:
    """Holds back every other transaction that asks for this lock, until this one ends."""
    if session.get_bind().dialect.name == "postgresql":
        connection = await session.connection()
        await connection.execute(text("SELECT pg_advisory_xact_lock(5713846202)"))
