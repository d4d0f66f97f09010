"""An open trail for tests, with keys that the test chooses."""

from pathlib import Path
from typing import Final

from audit.c2sp.note_keys import Signer
from audit.trail.appending import Trail
from audit.trail.memory import SignerMemory
from audit.trail.opening import open_trail
from db.engine.database import Database

SEED: Final = bytes(range(32))
NAME: Final = "audit.example"


class HeldKeys:
    """Signing keys: seeds of 32 bytes, the newest first."""

    def __init__(self, *seeds: bytes) -> None:
        self.seeds = seeds

    def signers(self, origin: str) -> list[Signer]:
        """Returns the keys, under the trail's name."""
        return [Signer.from_seed(origin, seed) for seed in self.seeds]

    def add(self) -> bool:
        """Makes no key, because the test does."""
        return False


async def opened_trail(database: Database, folder: Path) -> Trail:
    """Returns an open trail that is attached to the database, with its memory in the folder."""
    trail = Trail(HeldKeys(SEED), SignerMemory(folder / "signer.memory"))
    trail.attach(database)
    async with database.transaction() as session:
        problem = await open_trail(session, trail, NAME)
    if problem is not None:
        raise AssertionError(problem.message)
    return trail
