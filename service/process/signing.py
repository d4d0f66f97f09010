"""The sources of the trail's signing keys: the configuration, or a file in the data directory."""

from collections.abc import Sequence
from typing import Final

from audit.c2sp import Signer
from service.process.keys import KeyFile, KeyProblem, KeySource

SIGNING_KEY_FILE: Final = "signing.keys"
MEMORY_FILE: Final = "signer.memory"
DEFAULT_TRAIL_NAME: Final = "postledger.invalid"
"""Precedes the trail's id in its origin, unless configured. `.invalid` is reserved (RFC 2606)."""


class SourceKeys:
    """The signing keys of a key source: Ed25519 seeds of 32 bytes, newest first."""

    def __init__(self, source: KeySource) -> None:
        self._source = source

    def signers(self, origin: str) -> Sequence[Signer]:
        """Returns the available keys, named by the trail's origin; empty if there is a problem."""
        keys = self._source.current()
        if isinstance(keys, KeyProblem):
            return ()
        return [Signer.from_seed(origin, key.material) for key in keys.keys]

    @property
    def problem(self) -> str | None:
        """Why no key is available, or None."""
        keys = self._source.current()
        return keys.message if isinstance(keys, KeyProblem) else None

    def add(self) -> bool:
        """Adds a new key before the others if they are in a file; returns whether it did."""
        if not isinstance(self._source, KeyFile):
            return False
        self._source.add()
        return True
