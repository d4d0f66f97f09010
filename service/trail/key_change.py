"""Changing the key that signs the trail: an event, and a checkpoint that both keys sign."""

from dataclasses import dataclass
from typing import Final

from audit.event import AuditAction, AuditOutcome
from audit.trail import Tip, append
from db.queries import events
from service.process.caller import Caller
from service.process.runtime import Runtime

TARGET: Final = "signing_key"


@dataclass(frozen=True, slots=True)
class KeyRotated:
    """The verifier keys before and after, and the size of trail from which on the new one signs."""

    before: str
    after: str
    from_size: int


@dataclass(frozen=True, slots=True)
class NoNewKey:
    """There is no key that could follow; the message says what to do."""

    message: str


async def rotate_signing_key(runtime: Runtime, caller: Caller) -> KeyRotated | NoNewKey:
    """Lets the newest key at hand follow the one in use; where keys lie in a file, makes it.

    The first checkpoint of the new key is signed by the old one too, so that whoever trusts the
    old one has its word for the new. A service that runs meanwhile takes the new key up by itself
    where it finds it.
    """
    async with runtime.database.reading() as session:
        tip = Tip.of(await events.head(session))
    keys = runtime.trail.keys
    newest = keys.signers(tip.origin)[0]
    if str(newest.verifier) == tip.verifier_key:
        if not keys.add():
            return NoNewKey(
                "The newest signing key is in use already: put a new one before it in "
                "POSTLEDGER_SIGNING_KEY (`postledger keys generate` makes one), restart the "
                "services with both, and run this again; remove the old one afterwards."
            )
        newest = keys.signers(tip.origin)[0]
    async with runtime.database.transaction() as session:
        tip = Tip.of(await events.lock_head(session))
        after = str(newest.verifier)
        if after == tip.verifier_key:
            return NoNewKey("Another command has just changed the key to the newest one.")
        event = caller.event(
            AuditAction.SIGNING_KEY_CHANGED,
            AuditOutcome.SUCCEEDED,
            TARGET,
            detail={"before": tip.verifier_key, "after": after},
        )
        appended = await append(session, event, runtime.clock, next_signer=newest)
    return KeyRotated(tip.verifier_key, after, appended.seq + 1)
