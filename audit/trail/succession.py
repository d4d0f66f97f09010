"""Decides whether a trail succeeds an ended trail.

`postledger audit reopen` runs on one machine. The other machines remember the ended trail. They
follow the new trail if its first event, which is under its signed root hash, names the ended trail.
"""

from audit.c2sp import tree
from audit.c2sp.checkpoint import Checkpoint, stated_by
from audit.event import AuditAction
from audit.standalone.formats.tree import verify_inclusion
from audit.trail.appending import Tip, read_nodes
from audit.trail.body import read_body
from db.engine.database import Session
from db.queries import events


async def begins_after(session: Session, tip: Tip, ended: Checkpoint) -> bool:
    """Returns whether the trail's first event says that it succeeds the trail of `ended`.

    The caller checks that the end of the trail is signed.
    """
    first = await events.event(session, 0)
    if first is None or ended.origin == tip.origin:
        return False
    leaf = tree.leaf_hash(first.body.encode())
    try:
        event = read_body(first.body)
        nodes = await read_nodes(session, tree.inclusion_coordinates(0, tip.size))
        path = tree.inclusion_path(0, tip.size, nodes)
    except (ValueError, KeyError):
        return False
    if not verify_inclusion(leaf, 0, tip.size, path, tip.checkpoint.root):
        return False
    notes = (event.detail.get("database_checkpoint"), event.detail.get("remembered_checkpoint"))
    stated = [stated_by(note) for note in notes if isinstance(note, str)]
    return event.action is AuditAction.TRAIL_REOPENED and any(
        isinstance(each, Checkpoint) and each.origin == ended.origin for each in stated
    )
