"""Where the trail's signing keys come from: the configuration, or a file beside the data."""

from collections.abc import Sequence
from typing import Final

from audit.c2sp import Signer
from service.process.keys import KeyFile, KeyProblem, KeySource

SIGNING_KEY_FILE: Final = "signing.keys"
MEMORY_FILE: Final = "signer.memory"
DEFAULT_TRAIL_NAME: Final = "postledger.invalid"
"""Before the trail's id in its origin, unless configured. `.invalid` is nobody's (RFC 2606)."""


class SourceKeys:
    """The signing keys of a key source: Ed25519 seeds of 32 bytes, the newest first."""

    def __init__(self, source: KeySource) -> None:
        self._source = source

    def signers(self, origin: str) -> Sequence[Signer]:
        """The keys at hand, under the trail's name; none where the source has a problem."""
        keys = self._source.current()
        if isinstance(keys, KeyProblem):
            return ()
        return [Signer.from_seed(origin, key.material) for key in keys.keys]

    @property
    def problem(self) -> str | None:
        """Why there are none."""
        keys = self._source.current()
        return keys.message if isinstance(keys, KeyProblem) else None

    def add(self) -> bool:
        """Puts a new key before the others, where they lie in a file; else the operator does."""
        if not isinstance(self._source, KeyFile):
            return False
        self._source.add()
        return True
