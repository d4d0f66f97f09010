"""The codes of findings, and how damage becomes a finding."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import structlog
from sqlalchemy.exc import DBAPIError, MultipleResultsFound, NoResultFound, SQLAlchemyError

from audit.standalone.findings import Findings
from db.engine.damage import apart, is_damage, reason_of
from db.engine.database import Session

MEANINGS: Final = {
    "NOT_CANONICAL": "An event's bytes are not canonical JSON (RFC 8785).",
    "MALFORMED_EVENT": "An event lacks a part, has an unknown part, or a part has the wrong type.",
    "UNKNOWN_VERSION": "An event has a version that this program does not support.",
    "LEAF_MISMATCH": "An event's bytes do not have the leaf hash that is stored or proven for it.",
    "SEQUENCE_GAP": "Events are missing, or out of order.",
    "SEQUENCE_ORDER": "An event is repeated, or out of order.",
    "PREV_MISMATCH": "An event does not contain the leaf hash of the event before it.",
    "TIME_BACKWARDS": "An event's time is before that of an earlier event.",
    "ORIGIN_MISMATCH": "An event or a checkpoint belongs to another trail.",
    "TREE_DIFFERS": "The stored Merkle tree is not the tree of the events.",
    "HEAD_DIFFERS": "The head row, which records the end of the trail, differs from the events.",
    "ROOT_MISMATCH": "The events do not have the root hash that a stored checkpoint states.",
    "CHECKPOINT_MISMATCH": "The events do not have the root hash that your checkpoint states.",
    "CHECKPOINT_MISSING": "A signed checkpoint is missing.",
    "CHECKPOINT_MALFORMED": "A checkpoint does not have the required format.",
    "BEYOND_CHECKPOINT": "There are events that no checkpoint covers.",
    "SHORTER_THAN_CHECKPOINT": "There are fewer events than a checkpoint states.",
    "SIGNATURE_INVALID": "A checkpoint is not signed, or not validly signed, by the trail's key.",
    "KEYS_DIFFER": "The list of keys differs from the key changes that the events record.",
    "PROJECTION_DIFFERS": "A column of an event differs from its body.",
    "SEARCH_DIFFERS": "The search, or an index, does not find exactly what is stored.",
    "GUARD_MISSING": "A guard against changes, or a part of a table, is missing or switched off.",
    "GUARD_ALTERED": "A guard or a table differs from the service's own, or has an addition.",
    "SETTINGS_DIFFER": "The settings in force are not those that the trail leads to.",
    "REVISION_DIFFERS": "An earlier revision of the settings differs from the trail.",
    "TOKENS_DIFFER": "The access tokens are not those that the trail records.",
    "TESTS_DIFFER": "The test emails differ from what the trail records.",
    "ARCHIVE_DIFFERS": "The archive of an ended trail differs from its state when the trail ended.",
    "UNREADABLE": "Something cannot be read, and what depends on it was not checked.",
}
"""What each code of a finding means; the documentation has the same table."""


_log = structlog.get_logger()


@contextmanager
def reading(findings: Findings, what: str) -> Iterator[None]:
    """Adds a finding if the block cannot read something: damage must not stop a verification.

    A database that does not answer is not damage, so its error is raised.
    """
    try:
        yield
    except DBAPIError as error:
        if not is_damage(error):
            raise
        findings.add("UNREADABLE", None, f"{what}: {reason_of(error)}")
    except (NoResultFound, MultipleResultsFound) as error:
        findings.add("UNREADABLE", None, f"{what}: {type(error).__name__}")
    except (SQLAlchemyError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 (a damaged database may contain anything)
        _log.warning("something cannot be read", what=what, exc_info=True)
        findings.add("UNREADABLE", None, f"{what}: {type(error).__name__}")


@asynccontextmanager
async def reading_from(session: Session, findings: Findings, what: str) -> AsyncIterator[None]:
    """Does the same for a database, and keeps the session usable after an error."""
    with reading(findings, what):
        async with apart(session):
            yield
