"""Appending to the trail, inside the caller's transaction. Nothing here commits."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from audit.body import Place, write_body
from audit.event import Event
from db import events
from db.database import Session
from db.instant import write_instant


@dataclass(frozen=True, slots=True)
class Appended:
    """Where an event came to stand."""

    seq: int
    ts: str


async def append(session: Session, event: Event, now: datetime) -> Appended:
    """Appends an event; it stands when the caller's transaction commits.

    Call it late in the transaction: it locks the trail's end until then. Sequence numbers are
    taken from the locked row and so have no gaps. Times never go back: where the clock did,
    the event carries the time of the one before and says so in `detail`.

    Args:
        session: the caller's transaction.
        event: what is to be recorded.
        now: the time by the clock.
    """
    head = await events.lock_head(session)
    ts = write_instant(now)
    if head.last_ts is not None and ts < head.last_ts:
        event = replace(event, detail={**event.detail, "clock_went_back_to": ts})
        ts = head.last_ts
    place = Place(head.log_id, head.size, head.last_leaf, ts)
    body = write_body(event, place)
    leaf = leaf_hash(body)
    await events.insert_event(session, place.seq, body, leaf, place.prev)
    head.size += 1
    head.last_leaf = leaf
    head.last_ts = ts
    session.add(head)
    return Appended(place.seq, ts)


def leaf_hash(body: str) -> str:
    """SHA-256 of 0x00 and the body (RFC 6962, section 2.1), hexadecimal."""
    return hashlib.sha256(b"\0" + body.encode()).hexdigest()
