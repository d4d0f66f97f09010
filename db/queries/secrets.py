"""Queries on stored secrets and on the fingerprints that number their values."""

from collections.abc import Sequence
from typing import Final

from sqlmodel import col, func, select

from db.engine.database import Session
from db.queries.plain import plain_rows
from db.tables import EmailSettingsRow, SecretFingerprint, StoredSecret

_VERSIONS: Final = {
    "smtpPassword": col(EmailSettingsRow.smtp_password_version),
    "oauth2.clientSecret": col(EmailSettingsRow.oauth2_client_secret_version),
}
"""Where revisions name the version of a secret."""


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
    """The highest version number given out; 0 where none was.

    A revision may name a higher one than the fingerprints do, where those were removed past the
    service: a number is never given out twice.
    """
    fingerprinted = select(func.max(col(SecretFingerprint.version))).where(
        SecretFingerprint.scope == scope, SecretFingerprint.name == name
    )
    saved = select(func.max(_VERSIONS[name])).where(EmailSettingsRow.scope == scope)
    found = [(await session.exec(query)).one() for query in (fingerprinted, saved)]
    return max(each or 0 for each in found)


async def fingerprint_rows(session: Session) -> Sequence[SecretFingerprint]:
    """All fingerprints, of whatever secrets, in order; to be read only."""
    key = (SecretFingerprint.scope, SecretFingerprint.name, SecretFingerprint.version)
    return await plain_rows(session, SecretFingerprint, order=map(col, key))


async def fingerprint_of(session: Session, scope: str, name: str, version: int) -> bytes | None:
    """The fingerprint that a version number stands for."""
    row = await session.get(SecretFingerprint, (scope, name, version))
    return None if row is None else row.fingerprint
