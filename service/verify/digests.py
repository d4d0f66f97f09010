"""Digests by which the first event of a reopened trail vouches for the rows that exist already.

Each is the hexadecimal SHA-256 of one line of JSON (RFC 8785) per row, in the rows' order. The rows
themselves could be too many for an event (docs/decisions.md).
"""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from hashlib import sha256
from typing import Final, NamedTuple, Self, TypeAlias

import rfc8785
from sqlmodel import SQLModel

from db.engine.database import Session
from db.queries.archive_reading import archived_rows
from db.queries.email_tests import RUNNING, email_tests
from db.queries.keyset import Window
from db.queries.settings import revision_cells
from db.tables import AccessTokenRow, EmailSettingsRow, EmailTestRow, SecretFingerprint
from service.process.marks import secret_mark

_BATCH: Final = 1_000
_BEFORE_ALL: Final = ("", -1)
Cell: TypeAlias = str | int | bool | None


class Columns(NamedTuple):
    """The columns of a table that its digest covers.

    `first` are the columns that the table had when its digest was defined. They are hashed for each
    row, and never change, because events contain digests of them. A column that was added later is
    in `later`. It is hashed as its name and value, and only if it is not null, so that it does not
    change the digest of a row from before it was added.
    """

    first: tuple[str, ...]
    later: tuple[str, ...]

    @classmethod
    def of(cls, row: type[SQLModel], *first: str, without: Collection[str]) -> Self:
        """Covers all columns of a table except those in `without`."""
        rest = set(row.model_fields) - set(first) - set(without)
        return cls(first, tuple(sorted(rest)))

    @property
    def names(self) -> tuple[str, ...]:
        """All columns, in the order in which `line` takes their cells."""
        return (*self.first, *self.later)

    def cells(self, row: object) -> list[Cell]:
        """Returns a row's cells in the order of `names`."""
        return [getattr(row, name) for name in self.names]

    def line(self, cells: Sequence[Cell]) -> bytes:
        """Writes the line of a row, given its cells in the order of `names`."""
        added = zip(self.later, cells[len(self.first) :], strict=True)
        present = [each for pair in added if pair[1] is not None for each in pair]
        return _line(*cells[: len(self.first)], *present)


REVISION_COLUMNS: Final = Columns.of(
    EmailSettingsRow,
    *("revision", "smtp_host", "smtp_domain", "smtp_port", "smtp_username"),
    *("smtp_password_version", "default_from_address", "default_from_display_name"),
    *("enable_secure_connection", "tls_mode", "trusted_certificates", "auth_mechanism"),
    *("oauth2_token_url", "oauth2_client_id", "oauth2_client_secret_version", "oauth2_scope"),
    *("ehlo_hostname", "timeout_seconds", "created_at", "actor_kind", "actor_id", "actor_name"),
    *("reason", "restored_from"),
    # Reopening the trail links every revision to another event.
    without=("scope", "audit_seq"),
)
_TOKEN: Final = Columns.of(
    AccessTokenRow,
    *("number", "id", "name", "role", "token_hash", "created_at"),
    *("actor_kind", "actor_id", "actor_name", "expires_at", "revoked_at"),
    without=("last_used_at",),
)
_TEST: Final = Columns.of(
    EmailTestRow,
    *("number", "id", "outcome", "depth", "recipient", "revision"),
    *("used_unsaved_changes", "values_digest", "report"),
    *("actor_kind", "actor_id", "actor_name", "started_at", "finished_at"),
    # These matter only while the test runs.
    without=("owner", "idempotency_key", "cancelled_by"),
)


async def revisions_digest(session: Session, scope: str, upto: int) -> str:
    """Hashes the revisions up to `upto`."""
    return await _digest(_revisions(session, scope, upto))


async def archive_digest(session: Session, log_id: str) -> str:
    """Hashes everything that the archive has of an ended trail."""
    return await _digest(_archived(session, log_id))


def tokens_digest(rows: Iterable[AccessTokenRow], revoked_since: Collection[str] = ()) -> str:
    """Hashes tokens in the order of their numbers.

    Args:
        rows: the tokens.
        revoked_since: the ids of tokens that were revoked after the digest was made; they are
            hashed as not revoked.
    """
    digest = sha256()
    for row in sorted(rows, key=lambda row: row.number):
        cells = _TOKEN.cells(row)
        if row.id in revoked_since:
            cells[_TOKEN.names.index("revoked_at")] = None
        digest.update(_TOKEN.line(cells))
    return digest.hexdigest()


def secrets_digest(rows: Iterable[SecretFingerprint]) -> str:
    """Hashes the versions of secrets, each with the mark of its value, in order."""
    lines = [_line(row.scope, row.name, row.version, secret_mark(row.fingerprint)) for row in rows]
    return sha256(b"".join(lines)).hexdigest()


async def tests_digest(session: Session, upto: int, since: Collection[str]) -> str:
    """Hashes the ended test emails up to a number.

    Args:
        session: the session.
        upto: the highest number.
        since: the ids of tests that ended after the digest was made; they are left out.
    """
    return await _digest(_tests(session, upto, since))


async def _tests(session: Session, upto: int, since: Collection[str]) -> AsyncIterator[bytes]:
    last = 0
    while rows := await email_tests(
        session, Window(_BATCH, above=last, below=upto + 1, newest=False)
    ):
        # The rows come newest first.
        last = rows[0].number
        yield b"".join(
            _TEST.line(_TEST.cells(row))
            for row in reversed(rows)
            if row.outcome != RUNNING and row.id not in since
        )


async def _revisions(session: Session, scope: str, upto: int) -> AsyncIterator[bytes]:
    for first in range(1, upto + 1, _BATCH):
        last = min(first + _BATCH - 1, upto)
        rows = await revision_cells(session, scope, REVISION_COLUMNS.names, first, last)
        yield b"".join(REVISION_COLUMNS.line(row) for row in rows)


async def _archived(session: Session, log_id: str) -> AsyncIterator[bytes]:
    after = _BEFORE_ALL
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
