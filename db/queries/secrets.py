"""Queries on stored secrets and on the fingerprints that number their values."""

from collections.abc import Sequence
from typing import Final

from sqlmodel import col, func, select

from db.engine.database import Session
from db.queries.plain import plain_rows
from db.tables import EmailSettingsRow, SecretFingerprint, StoredSecret

_VERSIONS: Final = {
    "smtpPassword": col(EmailSettingsRow.smtp_password_version),
    "clientKey": col(EmailSettingsRow.client_key_version),
    "oauth2.clientSecret": col(EmailSettingsRow.oauth2_client_secret_version),
}
"""The columns of a revision that have the versions of its secrets."""


async def stored_secrets(session: Session, scope: str) -> dict[str, StoredSecret]:
    """Returns a scope's sealed secrets by name."""
    query = select(StoredSecret).where(StoredSecret.scope == scope)
    return {row.name: row for row in (await session.exec(query)).all()}


async def known_version(session: Session, scope: str, name: str, fingerprint: bytes) -> int | None:
    """Returns the version number that was assigned to a fingerprint, or None for a new one."""
    query = select(SecretFingerprint.version).where(
        SecretFingerprint.scope == scope,
        SecretFingerprint.name == name,
        SecretFingerprint.fingerprint == fingerprint,
    )
    return (await session.exec(query)).one_or_none()


async def newest_version(session: Session, scope: str, name: str) -> int:
    """Returns the highest version number that was assigned, or 0.

    No number may be assigned twice. So revisions count too: they have a higher number than the
    fingerprints if fingerprints were deleted directly in the database.
    """
    fingerprinted = select(func.max(col(SecretFingerprint.version))).where(
        SecretFingerprint.scope == scope, SecretFingerprint.name == name
    )
    saved = select(func.max(_VERSIONS[name])).where(EmailSettingsRow.scope == scope)
    found = [(await session.exec(query)).one() for query in (fingerprinted, saved)]
    return max(each or 0 for each in found)


async def fingerprint_rows(session: Session) -> Sequence[SecretFingerprint]:
    """Reads the fingerprints of all secrets, in order; the rows are read-only."""
    key = (SecretFingerprint.scope, SecretFingerprint.name, SecretFingerprint.version)
    return await plain_rows(session, SecretFingerprint, order=map(col, key))


async def fingerprint_of(session: Session, scope: str, name: str, version: int) -> bytes | None:
    """Returns the fingerprint to which a version number was assigned, or None."""
    row = await session.get(SecretFingerprint, (scope, name, version))
    return None if row is None else row.fingerprint
