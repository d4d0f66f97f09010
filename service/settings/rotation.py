"""Changing the encryption key: everything sealed is sealed again, which the trail records."""

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
    """The key now in use, and the secrets that could or could not be sealed under it."""

    key_id: str
    resealed: Resealed


async def rotate_keys(runtime: Runtime, caller: Caller, *, fresh: bool) -> Rotated | KeyProblem:
    """Seals every stored secret under the newest key, in one transaction with its event.

    It is safe to repeat: what is sealed under the newest key already stays as it is, and without
    any change there is no event. Older keys open what they sealed until they are removed.

    Args:
        runtime: a running service, or a command that runs at the same time.
        caller: who requests the change.
        fresh: whether to make a new key first, which is possible only with a key file.
    """
    # The new key is stored before anything is sealed under it, so that a running service finds the
    # key when it reads the first secret that was sealed again.
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
    """Adds a new key, if the keys are in a usable file; returns whether it did."""
    if not isinstance(source, KeyFile) or isinstance(source.current(), KeyProblem):
        return False
    source.add()
    return True
