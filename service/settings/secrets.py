"""Stored secrets: sealing, opening and numbering.

Only this module, `client_keys`, `secret_review` and `mail` reveal a `Secret`.
"""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from db.engine.database import Session
from db.instant import read_instant, write_instant
from db.keyring import KEY_BYTES, Keyring, Sealed, Unreadable, fingerprint
from db.queries.secrets import fingerprint_of, known_version, newest_version, stored_secrets
from db.tables import SecretFingerprint, StoredSecret
from mail.secret import Secret
from service.process.keys import KeyProblem, KeySource
from service.values.binding import associated_data
from service.values.secret_names import MAX_SECRET, SecretName
from service.values.settings_values import SettingsValues

FINGERPRINT_KEY: Final = "fingerprintKey"
"""The name under which the key of the fingerprints is stored, sealed like the secrets."""
_FORBIDDEN: Final = frozenset("\0\r\n")


class SecretState(StrEnum):
    """UNREADABLE: a secret is stored, but the encryption keys in use cannot open it."""

    UNSET = "UNSET"
    SET = "SET"
    UNREADABLE = "UNREADABLE"


@dataclass(frozen=True, slots=True)
class SecretStatus:
    """What may be shown of a secret. `version` counts the distinct values that it has had."""

    state: SecretState
    version: int | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class InvalidSecret:
    """A secret that cannot be sent to any server, and a message that says why."""

    message: str


def check_secret(secret: Secret) -> InvalidSecret | None:
    """Checks that a secret can be stored and sent; it is never trimmed or changed."""
    value = secret.reveal()
    if len(value) > MAX_SECRET:
        return InvalidSecret(f"This is too long: enter at most {MAX_SECRET:,} characters.")
    if _FORBIDDEN.intersection(value) or any("\ud800" <= c <= "\udfff" for c in value):
        return InvalidSecret(
            "Remove line breaks, NUL characters and incomplete characters (lone surrogates)."
        )
    return None


def _is_equal(one: Secret, other: Secret) -> bool:
    """Compares secrets in a time that does not depend on where they differ."""
    return hmac.compare_digest(one.reveal().encode(), other.reveal().encode())


def looks_like_google_app_password(secret: Secret) -> bool:
    """Returns whether a secret is 16 letters, as Google's app passwords are (without spaces)."""
    value = secret.reveal()
    return len(value) == 16 and value.isascii() and value.isalpha()  # noqa: PLR2004 (said above)


@dataclass(frozen=True, slots=True)
class Resealed:
    """The names of the secrets that were sealed again, and of those that no key opens."""

    done: tuple[str, ...]
    unreadable: tuple[str, ...]


def status_then(name: SecretName, values: SettingsValues) -> SecretStatus:
    """Returns the status of an earlier revision's secret, whose value is no longer stored."""
    version = values.secret_version(name)
    state = SecretState.UNSET if version is None else SecretState.SET
    return SecretStatus(state, version, None)


class SecretStore:
    """The stored secrets of one scope, within one transaction."""

    def __init__(
        self, session: Session, scope: str, keys: KeySource, rows: dict[str, StoredSecret]
    ) -> None:
        self._session = session
        self._scope = scope
        self._keys = keys
        self._rows = rows
        self._mark_key: bytes | None = None

    @classmethod
    async def load(cls, session: Session, scope: str, keys: KeySource) -> "SecretStore":
        """Reads what is stored, still sealed."""
        return cls(session, scope, keys, await stored_secrets(session, scope))

    def status(self, name: SecretName, values: SettingsValues) -> SecretStatus:
        """Returns the status of a secret of the values in force."""
        row = self._rows.get(name)
        version = values.secret_version(name)
        if version is None:
            return status_then(name, values)
        state = SecretState.UNREADABLE if self.is_unreadable(name, values) else SecretState.SET
        # A missing row was deleted in the database, not by the service: the secret is unreadable.
        given = None if row is None else read_instant(row.updated_at)
        return SecretStatus(state, version, given)

    def open(self, name: SecretName, values: SettingsValues) -> Secret | None:
        """Opens a stored secret; returns None if it is not sealed for these values."""
        row = self._rows.get(name)
        if row is None or row.version != values.secret_version(name):
            return None
        opened = self._unseal(row, self._associated(row, values))
        return None if opened is None else Secret(opened.decode())

    def is_unreadable(self, name: SecretName, values: SettingsValues) -> bool:
        """Returns whether these values have a secret that cannot be opened."""
        return values.secret_version(name) is not None and self.open(name, values) is None

    async def version_of(self, name: SecretName, secret: Secret, in_force: SettingsValues) -> int:
        """Returns the version number of a value: the number that it had before, or the next one.

        The value in force is compared directly. If only fingerprints were compared, an attacker
        who changes their numbers in the database could have another value pass as unchanged.
        """
        current = in_force.secret_version(name)
        opened = self.open(name, in_force)
        if current is not None and opened is not None and _is_equal(opened, secret):
            return current
        mark = self.fingerprint(name, secret)
        known = await known_version(self._session, self._scope, name, mark)
        if known is None or (known == current and opened is not None):
            return await newest_version(self._session, self._scope, name) + 1
        return known

    def is_broken(self, values: SettingsValues) -> bool:
        """Returns whether a secret does not open with its own key: a sign of tampering."""
        keys = self._keys.current()
        return not isinstance(keys, KeyProblem) and any(
            row.key_id in {key.id for key in keys.keys}
            and self._unseal(row, self._associated(row, values)) is None
            for name, row in self._rows.items()
            if name in {FINGERPRINT_KEY, *SecretName}
        )

    async def store(
        self, name: SecretName, secret: Secret, values: SettingsValues, now: datetime
    ) -> None:
        """Seals a secret for the destination of these values, and replaces the stored secret.

        The time of an unchanged value stays, until `set_updated_at` sets it to an event's time.
        """
        version = values.secret_version(name)
        before = self._rows.get(name)
        given = now
        if before is not None and before.version == version:
            given = read_instant(before.updated_at)
        if version is None:
            raise ValueError("the values have no version of the secret to store")
        associated = associated_data(self._scope, name, version, values)
        sealed = self._keyring().seal(secret.reveal().encode(), associated)
        await self._put(name, version, sealed, given)
        await self.keep_fingerprint_key(now)
        mark = self.fingerprint(name, secret)
        known = await known_version(self._session, self._scope, name, mark)
        if known is None and await self.stored_fingerprint(name, version) is None:
            row = SecretFingerprint(scope=self._scope, name=name, version=version, fingerprint=mark)
            self._session.add(row)

    def set_updated_at(self, names: Iterable[SecretName], ts: str) -> None:
        """Sets the time of new secrets to the time of the event that records them."""
        for name in names:
            self._rows[name].updated_at = ts

    async def reseal(self, values: SettingsValues) -> Resealed:
        """Seals again what is not under the newest key; `values` are those in force."""
        done: list[str] = []
        unreadable: list[str] = []
        newest = self._keyring().sealing_key_id
        for name, row in list(self._rows.items()):
            if row.key_id == newest:
                continue
            associated = self._associated(row, values)
            opened = self._unseal(row, associated)
            if opened is None:
                # The service made the fingerprints' key, so administrators cannot enter it again.
                unreadable += [] if name == FINGERPRINT_KEY else [name]
            else:
                sealed = self._keyring().seal(opened, associated)
                await self._put(name, row.version, sealed, read_instant(row.updated_at))
                done.append(name)
        return Resealed(tuple(done), tuple(unreadable))

    async def clear(self, name: SecretName) -> None:
        """Deletes a stored secret."""
        row = self._rows.pop(name, None)
        if row is not None:
            await self._session.delete(row)

    def fingerprint(self, name: SecretName, secret: Secret) -> bytes:
        """Returns a secret's keyed fingerprint, which never leaves the private tables."""
        value = name.value.encode() + b"\0" + secret.reveal().encode()
        return fingerprint(self._fingerprint_key(), value)

    async def keep_fingerprint_key(self, now: datetime) -> None:
        """Stores the fingerprints' key if it is new, so that later fingerprints are comparable."""
        key = self._fingerprint_key()
        if not self._has_fingerprint_key():
            sealed = self._keyring().seal(key, self._fingerprint_key_data())
            await self._put(FINGERPRINT_KEY, 1, sealed, now)

    async def stored_fingerprint(self, name: SecretName, version: int | None) -> bytes | None:
        """Returns the fingerprint of the value that a version number identifies."""
        if version is None:
            return None
        return await fingerprint_of(self._session, self._scope, name, version)

    def _fingerprint_key(self) -> bytes:
        if self._mark_key is None:
            row = self._rows.get(FINGERPRINT_KEY)
            stored = None if row is None else self._unseal(row, self._fingerprint_key_data())
            self._mark_key = stored or secrets.token_bytes(KEY_BYTES)
        return self._mark_key

    def _has_fingerprint_key(self) -> bool:
        row = self._rows.get(FINGERPRINT_KEY)
        stored = None if row is None else self._unseal(row, self._fingerprint_key_data())
        return stored is not None and stored == self._mark_key

    def _keyring(self) -> Keyring:
        keys = self._keys.current()
        if isinstance(keys, KeyProblem):
            raise RuntimeError("callers check for a usable key first")  # noqa: TRY004 (a state, not a type)
        return keys

    def _associated(self, row: StoredSecret, values: SettingsValues) -> bytes:
        if row.name == FINGERPRINT_KEY:
            return self._fingerprint_key_data()
        return associated_data(self._scope, SecretName(row.name), row.version, values)

    def _fingerprint_key_data(self) -> bytes:
        return f"{self._scope}/{FINGERPRINT_KEY}".encode()

    def _unseal(self, row: StoredSecret, associated: bytes) -> bytes | None:
        # Read after the row: a new key is stored before any row is sealed under it.
        keys = self._keys.current()
        if isinstance(keys, KeyProblem):
            return None
        opened = keys.open(Sealed(row.key_id, row.nonce, row.ciphertext), associated)
        return None if isinstance(opened, Unreadable) else opened

    async def _put(self, name: str, version: int, sealed: Sealed, now: datetime) -> None:
        row = self._rows.get(name)
        if row is None:
            row = StoredSecret(
                scope=self._scope,
                name=name,
                version=version,
                key_id="",
                nonce=b"",
                ciphertext=b"",
                updated_at="",
            )
            self._rows[name] = row
        row.version = version
        row.key_id = sealed.key_id
        row.nonce = sealed.nonce
        row.ciphertext = sealed.ciphertext
        row.updated_at = write_instant(now)
        self._session.add(row)
        await self._session.flush()
