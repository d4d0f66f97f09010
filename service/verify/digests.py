"""Digests by which the trail vouches for rows: what a new trail found, reports, tokens, secrets.

Each is SHA-256, hexadecimal, over one line of RFC 8785 JSON a row, in the rows' order.
"""

from collections.abc import AsyncIterator, Collection, Iterable
from hashlib import sha256
from typing import Final, TypeAlias

import rfc8785

from db.engine.database import Session
from db.queries.archive_reading import archived_rows
from db.queries.email_tests import RUNNING, test_emails
from db.queries.settings import revision_cells
from db.tables import AccessTokenRow, SecretFingerprint
from service.process.marks import secret_mark

_BATCH: Final = 1_000
_FIRST: Final = ("", -1)
# For ever: a column that is added later has nothing to say of a revision from before it.
_REVISION: Final = (
    *("revision", "smtp_host", "smtp_domain", "smtp_port", "smtp_username"),
    *("smtp_password_version", "default_from_address", "default_from_display_name"),
    *("enable_secure_connection", "tls_mode", "trusted_certificates", "auth_mechanism"),
    *("oauth2_token_url", "oauth2_client_id", "oauth2_client_secret_version", "oauth2_scope"),
    *("ehlo_hostname", "timeout_seconds", "created_at", "actor_kind", "actor_id", "actor_name"),
    *("reason", "restored_from"),
)

Cell: TypeAlias = str | int | bool | None


async def revisions_digest(session: Session, scope: str, upto: int) -> str:
    """Of the revisions up to one. Their links into the trail are not in it: they change with it."""
    return await _digest(_revisions(session, scope, upto))


async def archive_digest(session: Session, log_id: str) -> str:
    """Of everything that the archive has of an ended trail."""
    return await _digest(_archived(session, log_id))


def tokens_digest(rows: Iterable[AccessTokenRow], revoked_since: Collection[str] = ()) -> str:
    """Of tokens, by their numbers; those that were revoked since then are taken as they were."""
    lines = [
        _line(
            *(row.number, row.id, row.name, row.role, row.token_hash, row.created_at),
            *(row.actor_kind, row.actor_id, row.actor_name, row.expires_at),
            None if row.id in revoked_since else row.revoked_at,
        )
        for row in sorted(rows, key=lambda row: row.number)
    ]
    return sha256(b"".join(lines)).hexdigest()


def secrets_digest(rows: Iterable[SecretFingerprint]) -> str:
    """Of the numbers that secrets' values have, in order."""
    lines = [_line(row.scope, row.name, row.version, secret_mark(row.fingerprint)) for row in rows]
    return sha256(b"".join(lines)).hexdigest()


async def tests_digest(session: Session, upto: int, since: Collection[str]) -> str:
    """Of the tests up to a number that have ended; not of those in `since`, which ended later."""
    return await _digest(_tests(session, upto, since))


async def _tests(session: Session, upto: int, since: Collection[str]) -> AsyncIterator[bytes]:
    last = 0
    while rows := await test_emails(
        session, above=last, below=upto + 1, newest=False, limit=_BATCH
    ):
        last = rows[-1].number
        yield b"".join(
            _line(
                *(row.number, row.id, row.outcome, row.depth, row.recipient, row.revision),
                *(row.used_unsaved_changes, row.values_digest, row.report),
                *(row.actor_kind, row.actor_id, row.actor_name, row.started_at, row.finished_at),
            )
            for row in rows
            if row.outcome != RUNNING and row.id not in since
        )


async def _revisions(session: Session, scope: str, upto: int) -> AsyncIterator[bytes]:
    for first in range(1, upto + 1, _BATCH):
        last = min(first + _BATCH - 1, upto)
        rows = await revision_cells(session, scope, _REVISION, first, last)
        yield b"".join(_line(*row) for row in rows)


async def _archived(session: Session, log_id: str) -> AsyncIterator[bytes]:
    after = _FIRST
    while rows := await archived_rows(session, log_id, after, _BATCH):
        after = rows[-1].kind, rows[-1].position
        yield b"".join(_line(*row) for row in rows)


async def _digest(chunks: AsyncIterator[bytes]) -> str:
    digest = sha256()
    async for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def _line(*cells: Cell) -> bytes:
    return rfc8785.dumps(list(cells)) + b"\n"
