"""Verifies the schema, the guards and the indexes of the service's tables."""

from audit.standalone.findings import Findings
from audit.verify.findings import reading_from
from db.engine.database import Session
from db.queries.trail_reading import actual_schema
from db.schema.expected import expected_schema
from db.schema.indexes import damaged_indexes, damaged_words
from db.schema.postgresql import is_off


async def check_guards(session: Session, findings: Findings) -> None:
    """Compares the schema of the database with the schema of a fresh database."""
    standing = await actual_schema(session)
    expected = expected_schema(session.get_bind().dialect.name)
    for name in sorted(expected.keys() - standing.keys()):
        findings.add("GUARD_MISSING", None, f"{name} is missing")
    for name in sorted(standing):
        if name in expected and is_off(standing[name]):
            findings.add("GUARD_MISSING", None, f"{name} is switched off")
        elif standing[name] != expected.get(name):
            findings.add("GUARD_ALTERED", None, f"{name} is not the service's own")
    async with reading_from(session, findings, "the indexes"):
        for message in await damaged_indexes(session):
            findings.add("SEARCH_DIFFERS", None, f"an index: {message}")
    async with reading_from(session, findings, "the search's index"):
        if await damaged_words(session):
            message = "the search's index leads from a word to other events than contain it"
            findings.add("SEARCH_DIFFERS", None, message)
