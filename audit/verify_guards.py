"""Verifying what keeps the trail's tables as they are: the guards, and the events' own indexes."""

from audit.findings import Findings
from db.database import Session
from db.guards import expected_guards
from db.guards_standing import is_off
from db.trail_reading import damaged_indexes, standing_guards


async def check_guards(session: Session, findings: Findings) -> None:
    """Compares the guards that stand with those that must."""
    standing = await standing_guards(session)
    expected = expected_guards(session.get_bind().dialect.name)
    for name in sorted(expected.keys() - standing.keys()):
        findings.add("GUARD_MISSING", None, f"{name} does not stand")
    for name in sorted(standing):
        if name in expected and is_off(standing[name]):
            findings.add("GUARD_MISSING", None, f"{name} was switched off")
        elif standing[name] != expected.get(name):
            findings.add("GUARD_ALTERED", None, f"{name} is not the service's own")
    for message in await damaged_indexes(session):
        findings.add("SEARCH_DIFFERS", None, f"an index: {message}")
