"""What a verification may find, and how damage becomes a finding."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import structlog
from sqlalchemy.exc import DBAPIError, MultipleResultsFound, NoResultFound, SQLAlchemyError

from audit.standalone.findings import Findings
from db.engine.damage import apart, is_damage, reason_of
from db.engine.database import Session

MEANINGS: Final = {
    "NOT_CANONICAL": "An event's bytes are not the one text that RFC 8785 gives its value.",
    "MALFORMED_EVENT": "An event lacks something that every event has, or holds what none has.",
    "UNKNOWN_VERSION": "An event is of a version that this program does not know.",
    "LEAF_MISMATCH": "An event's bytes do not have the hash that stands beside them.",
    "SEQUENCE_GAP": "Events are missing, or moved.",
    "SEQUENCE_ORDER": "An event stands twice, or out of order.",
    "PREV_MISMATCH": "An event does not carry the hash of the event before it.",
    "TIME_BACKWARDS": "An event is older than the one before it.",
    "ORIGIN_MISMATCH": "An event or a checkpoint belongs to another trail.",
    "TREE_DIFFERS": "The stored hash tree is not the one of the events.",
    "HEAD_DIFFERS": "The record of the trail's end is not that of its last event.",
    "ROOT_MISMATCH": "The events are not those that a stored checkpoint states.",
    "CHECKPOINT_MISMATCH": "The events are not those that your checkpoint states.",
    "CHECKPOINT_MISSING": "A checkpoint that was signed is gone.",
    "CHECKPOINT_MALFORMED": "A checkpoint is not in its format.",
    "BEYOND_CHECKPOINT": "There are events that no checkpoint covers.",
    "SHORTER_THAN_CHECKPOINT": "There are fewer events than a checkpoint states.",
    "SIGNATURE_INVALID": "A checkpoint's signature is not one of the trail's key.",
    "KEYS_DIFFER": "The list of keys is not the one that the events record.",
    "PROJECTION_DIFFERS": "A shown column says something else than the event.",
    "SEARCH_DIFFERS": "The search, or an index, finds something else than what stands there.",
    "GUARD_MISSING": "A guard against changes, or a part of a table, is gone or switched off.",
    "GUARD_ALTERED": "A guard or a table was changed, or got something that is not ours.",
    "SETTINGS_DIFFER": "The settings in force are not those that the trail led to.",
    "REVISION_DIFFERS": "An earlier revision of the settings is not what the trail says.",
    "TOKENS_DIFFER": "The access tokens are not those that the trail records.",
    "TESTS_DIFFER": "The test emails are not what the trail says of them.",
    "ARCHIVE_DIFFERS": "The archive of an ended trail is not what it was when that ended.",
    "UNREADABLE": "Something cannot be read at all, and what follows from it was not checked.",
}
"""Every code that a verification may find, in words; the documentation has the same table."""


_log = structlog.get_logger()


@contextmanager
def reading(findings: Findings, what: str) -> Iterator[None]:
    """Adds a finding for what cannot be read, because damage must not stop a verification.

    A database that does not answer is not damage, so its error passes through.
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
    """Does the same for what is read from a database, so that the session can read on."""
    with reading(findings, what):
        async with apart(session):
            yield
