"""Queries on stored secrets and on the fingerprints that number their values."""

from sqlmodel import col, func, select

from db.database import Session
from db.tables import SecretFingerprint, StoredSecret


async def stored_secrets(session: Session, scope: str) -> dict[str, StoredSecret]:
    """The scope's sealed secrets by name."""
    query = select(StoredSecret).where(StoredSecret.scope == scope)
    return {row.name: row for row in (await session.exec(query)).all()}


async def known_version(session: Session, scope: str, name: str, fingerprint: bytes) -> int | None:
    """The version number that a value with this fingerprint had before."""
    query = select(SecretFingerprint.version).where(
        SecretFingerprint.scope == scope,
        SecretFingerprint.name == name,
        SecretFingerprint.fingerprint == fingerprint,
    )
    return (await session.exec(query)).one_or_none()


async def newest_version(session: Session, scope: str, name: str) -> int:
    """The highest version number given out; 0 where none was."""
    query = select(func.max(col(SecretFingerprint.version))).where(
        SecretFingerprint.scope == scope, SecretFingerprint.name == name
    )
    return (await session.exec(query)).one() or 0


async def fingerprint_of(session: Session, scope: str, name: str, version: int) -> bytes | None:
    """The fingerprint that a version number stands for."""
    row = await session.get(SecretFingerprint, (scope, name, version))
    return None if row is None else row.fingerprint
