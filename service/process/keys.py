"""The sources of encryption keys: the configuration, or a file in the data directory."""

import base64
import binascii
import secrets
import stat
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from db.durable_file import locked, replace_file
from db.keyring import KEY_BYTES, EncryptionKey, Keyring

_MODE: Final = stat.S_IRUSR | stat.S_IWUSR
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class KeyProblem:
    """Why no key can be used: a sentence that says what to do, and never shows a key."""

    message: str


KeysInUse: TypeAlias = Keyring | KeyProblem


class KeySource(Protocol):
    """A source of keys that may change while the service runs."""

    def current(self) -> KeysInUse:
        """Returns the keys, or why no key can be used."""
        ...


class GivenKeys:
    """Keys from the configuration: base64 of 32 bytes each, newest first."""

    def __init__(self, texts: Sequence[str], variable: str = "POSTLEDGER_ENCRYPTION_KEYS") -> None:
        self._keys = _read_keys(texts, variable)

    def current(self) -> KeysInUse:
        """Returns the keys as they were configured at start."""
        return self._keys


class KeyFile:
    """Keys in a file of mode 0600, one per line, newest first; read again when it changes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int, int, int] | None = None
        self._keys: KeysInUse = KeyProblem(f"The key file {path} has not been read yet.")

    def create(self) -> None:
        """Writes a first key, unless the file exists."""
        with self._locked():
            if not self.path.exists():
                self._write(f"{new_key()}\n")

    def add(self) -> None:
        """Adds a new key before the others; the file is replaced atomically."""
        with self._locked():
            self._write(f"{new_key()}\n{self.path.read_text(encoding='ascii')}")

    def current(self) -> KeysInUse:
        """Returns the keys that are in the file now."""
        try:
            state = self.path.stat()
            seen = (state.st_ino, state.st_mtime_ns, state.st_size, state.st_mode)
            if seen != self._seen:
                self._keys = self._read(state.st_mode)
                self._seen = seen
        except OSError as error:
            self._seen = None
            self._keys = KeyProblem(
                f"The key file {self.path} cannot be read ({error.strerror}): put it back, or "
                "make it readable."
            )
        return self._keys

    def _locked(self) -> AbstractContextManager[None]:
        # Without a lock, two processes that add a key at once could lose one of the keys.
        return locked(self.path.with_suffix(".lock"))

    def _write(self, text: str) -> None:
        # Sealed secrets survive a power failure, so the key has to be durable as well.
        replace_file(self.path, text, _MODE)

    def _read(self, mode: int) -> KeysInUse:
        if mode & _OTHERS:
            return KeyProblem(
                f"The key file {self.path} can be read by other users: run `chmod 600 {self.path}`."
            )
        lines = self.path.read_text(encoding="utf-8", errors="replace").split()
        return _read_keys(lines, f"The key file {self.path}")


def new_key() -> str:
    """Makes a new key as text: base64 of 32 random bytes."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _read_keys(texts: Sequence[str], source: str) -> KeysInUse:
    if not texts:
        return KeyProblem(f"{source} contains no key: make one with `postledger keys generate`.")
    keys: list[EncryptionKey] = []
    for number, text in enumerate(texts, start=1):
        try:
            material = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            material = b""
        if len(material) != KEY_BYTES:
            return KeyProblem(
                f"{source}: key {number} is not base64 of {KEY_BYTES} bytes; "
                "make one with `postledger keys generate`."
            )
        keys.append(EncryptionKey(material))
    return Keyring(keys)
