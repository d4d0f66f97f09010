"""What tests say of settings values: of exactly these, told by a digest that includes secrets."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import rfc8785

from db.engine.database import Session
from db.queries import email_tests as queries
from db.tables import EmailTestRow
from mail.report import EmailTestDepth, EmailTestOutcome
from service.process.runtime import Runtime
from service.settings.draft import Draft
from service.settings.state import CurrentSettings, load_current
from service.values.settings_values import FIELDS, SecretName, SettingsValues

_PASSED: Final = frozenset({EmailTestOutcome.ACCEPTED, EmailTestOutcome.REACHED})


class VerificationState(StrEnum):
    """What the last test of exactly these values said. STALE: one passed, but of other values."""

    UNTESTED = "UNTESTED"
    PASSED = "PASSED"
    FAILED = "FAILED"
    STALE = "STALE"


@dataclass(frozen=True, slots=True)
class VerificationStatus:
    """The state, and the id of the test that it rests on."""

    state: VerificationState
    test_id: str | None


async def verification(runtime: Runtime, values: SettingsValues) -> VerificationStatus:
    """What is known of these values from tests.

    A test that only connects says nothing of the rest of the settings, so it counts where it
    failed, and not where it passed.
    """
    async with runtime.database.reading() as session:
        current = await load_current(session, runtime.scope, runtime.keys)
        digest = await draft_digest(current, Draft(values, {}, frozenset()), runtime.clock())
        row = await queries.last_conclusive(session, digest)
        if row is not None:
            passed = EmailTestOutcome(row.outcome) in _PASSED
            state = VerificationState.PASSED if passed else VerificationState.FAILED
            return VerificationStatus(state, row.id)
        other = await queries.last_passed(session)
    if other is None:
        return VerificationStatus(VerificationState.UNTESTED, None)
    return VerificationStatus(VerificationState.STALE, other.id)


async def passed_with(session: Session, test_id: str, digest: str) -> bool:
    """Whether a test signed in at least, passed, and had exactly the values of this digest."""
    row = await queries.email_test(session, test_id)
    return row is not None and row.values_digest == digest and _proves(row)


def _proves(row: EmailTestRow) -> bool:
    return (
        EmailTestOutcome(row.outcome) in _PASSED
        and EmailTestDepth(row.depth) is not EmailTestDepth.CONNECT
    )


async def draft_digest(current: CurrentSettings, accepted: Draft, now: datetime) -> str:
    """The digest of values, with the secrets that came with them or else those stored."""
    if accepted.given:
        await current.secrets.keep_fingerprint_key(now)
    marks: dict[SecretName, bytes | None] = {}
    for name in SecretName:
        secret = accepted.given.get(name)
        if secret is None:
            version = accepted.values.secret_version(name)
            marks[name] = await current.secrets.stored_fingerprint(name, version)
        else:
            marks[name] = current.secrets.fingerprint(name, secret)
    return values_digest(accepted.values, marks)


def values_digest(values: SettingsValues, marks: Mapping[SecretName, bytes | None]) -> str:
    """Hashes every setting and the secrets' keyed fingerprints: SHA-256, hexadecimal.

    Equal settings have equal digests, and different ones differ. Fields that hold their default are
    left out, so that a setting that is added later leaves earlier digests as they are. Without the
    fingerprints' key the digest discloses nothing, so it is stored beside the test.
    """
    secrets = {name.value: mark.hex() if mark else None for name, mark in marks.items()}
    document = {
        field.name: field.text(values) for field in FIELDS if field.get(values) != field.default
    }
    return hashlib.sha256(rfc8785.dumps(document | {"secrets": secrets})).hexdigest()
