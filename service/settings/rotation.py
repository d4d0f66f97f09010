"""Changing the encryption key: everything sealed is sealed anew, and the trail notes it."""

from dataclasses import dataclass
from typing import Final

from audit.event import AuditAction, AuditOutcome
from audit.trail import append
from db.queries.settings import lock_head
from service.process.caller import Caller
from service.process.keys import KeyFile, KeyProblem, KeySource
from service.process.runtime import Runtime
from service.settings.secrets import Resealed
from service.settings.state import load_current

TARGET: Final = "encryption_key"


@dataclass(frozen=True, slots=True)
class Rotated:
    """What was done: the key now in use, and the secrets that were sealed under it, or not."""

    key_id: str
    resealed: Resealed


async def rotate_keys(runtime: Runtime, caller: Caller, *, fresh: bool) -> Rotated | KeyProblem:
    """Seals every stored secret under the newest key, in one transaction with its event.

    May be run again at any time: what is sealed under the newest key already stays as it is. With
    nothing to do there is no event. The older keys open what they sealed until they are removed.

    Args:
        runtime: a running service, or a command beside it.
        caller: who asks.
        fresh: whether to make a new key first; only where the keys lie in a file.
    """
    # In place before anything is sealed under it, so that a service that runs meanwhile finds it
    # when it meets the first secret sealed anew.
    made = fresh and _make_key(runtime.keys)
    keys = runtime.keys.current()
    if isinstance(keys, KeyProblem):
        return keys
    async with runtime.database.transaction() as session:
        await lock_head(session, runtime.scope)
        current = await load_current(session, runtime.scope, runtime.keys)
        resealed = await current.secrets.reseal(current.values)
        if made or resealed.done:
            event = caller.event(
                AuditAction.ENCRYPTION_KEY_CHANGED,
                AuditOutcome.SUCCEEDED,
                TARGET,
                detail={
                    "key_id": keys.sealing_key_id,
                    "resealed": len(resealed.done),
                    "unreadable": len(resealed.unreadable),
                },
            )
            await append(session, event, runtime.clock)
    return Rotated(keys.sealing_key_id, resealed)


def _make_key(source: KeySource) -> bool:
    """Makes a new key, where the keys lie in a file and that is in order; whether it did."""
    if not isinstance(source, KeyFile) or isinstance(source.current(), KeyProblem):
        return False
    source.add()
    return True
