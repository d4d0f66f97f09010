"""Moves an ended trail into the archive: nothing is lost, and a new trail can begin."""

from typing import Final

from sqlalchemy import Connection, text

from db.engine.database import Session
from db.guards import create_guards, drop_guards

_KINDS: Final = {
    "event": ("seq", "body", "audit_event"),
    "checkpoint": ("size", "note", "audit_checkpoint"),
    "key": ("from_size", "verifier_key", "audit_key"),
}
_EMPTIED: Final = ("audit_event", "audit_node", "audit_search", "audit_checkpoint", "audit_key")


async def archive_trail(session: Session, log_id: str) -> None:
    """Moves the trail's rows into the archive, and creates the guards again afterwards.

    It links every revision to event 0, in which the new trail records the state that it begins
    with: no other event of the new trail can vouch for the revisions.
    """
    connection = await session.connection()
    await connection.run_sync(_archive, log_id)


def _archive(connection: Connection, log_id: str) -> None:
    for kind, (position, content, table) in _KINDS.items():
        moved = f"SELECT :log_id, :kind, {position}, {content} FROM {table}"  # noqa: S608 (fixed names)
        connection.execute(
            text(f"INSERT INTO audit_archive (log_id, kind, position, content) {moved}"),
            {"log_id": log_id, "kind": kind},
        )
    drop_guards(connection)
    for table in _EMPTIED:
        connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 (fixed names)
    connection.exec_driver_sql("UPDATE email_settings_revision SET audit_seq = 0")
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            "INSERT INTO audit_search_words (audit_search_words) VALUES ('rebuild')"
        )
    create_guards(connection)
