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
    """The verifier keys before and after, and the size from which on the new key signs."""

    before: str
    after: str
    from_size: int


@dataclass(frozen=True, slots=True)
class NoNewKey:
    """There is no new key to change to; the message says what to do."""

    message: str


async def rotate_signing_key(runtime: Runtime, caller: Caller) -> KeyRotated | NoNewKey:
    """Changes the signing key to the newest key that is available.

    If the keys are stored in a file and the newest is in use already, it first adds a new key to
    the file. The old key signs the first checkpoint of the new key as well, so verifiers who trust
    the old key can trust the new one. A running service that can read the new key uses it without a
    restart.
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
                "services with both keys, and run this again. Afterwards, remove the old one."
            )
        newest = keys.signers(tip.origin)[0]
    async with runtime.database.transaction() as session:
        tip = Tip.of(await events.lock_head(session))
        after = str(newest.verifier)
        if after == tip.verifier_key:
            return NoNewKey("Another command has just changed to the newest key.")
        event = caller.event(
            AuditAction.SIGNING_KEY_CHANGED,
            AuditOutcome.SUCCEEDED,
            TARGET,
            detail={"before": tip.verifier_key, "after": after},
        )
        appended = await append(session, event, runtime.clock, next_signer=newest)
    return KeyRotated(tip.verifier_key, after, appended.seq + 1)
