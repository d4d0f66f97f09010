"""What test emails prove about settings values.

A test is compared with values by a digest that includes their secrets.
"""

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
from service.values.secret_names import SecretName
from service.values.settings_values import FIELDS, SettingsValues

_PASSED: Final = frozenset({EmailTestOutcome.ACCEPTED, EmailTestOutcome.REACHED})


class VerificationState(StrEnum):
    """The result of the last test with exactly these values. STALE: a test with others passed."""

    UNTESTED = "UNTESTED"
    PASSED = "PASSED"
    FAILED = "FAILED"
    STALE = "STALE"


@dataclass(frozen=True, slots=True)
class VerificationStatus:
    """The state, and the id of the test that it is based on."""

    state: VerificationState
    test_id: str | None


async def verification(runtime: Runtime, values: SettingsValues) -> VerificationStatus:
    """Returns what tests have proven about these values.

    A test that only connects proves nothing about the other settings, so it counts if it failed,
    but not if it passed.
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
    """Returns whether a test signed in (or went further), passed, and had this digest's values."""
    row = await queries.email_test(session, test_id)
    return row is not None and row.values_digest == digest and _proves(row)


def _proves(row: EmailTestRow) -> bool:
    return (
        EmailTestOutcome(row.outcome) in _PASSED
        and EmailTestDepth(row.depth) is not EmailTestDepth.CONNECT
    )


async def draft_digest(current: CurrentSettings, accepted: Draft, now: datetime) -> str:
    """Returns the digest of a draft, with the secrets that it sets or else the stored secrets."""
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

    Equal settings have equal digests, and different settings have different digests. Fields with
    their default value and unset secrets are left out, so that a setting that is added later does
    not change earlier digests. Without the fingerprints' key the digest discloses nothing, so it
    can be stored with the test.
    """
    secrets = {name.value: mark.hex() for name, mark in marks.items() if mark is not None}
    document = {
        field.name: field.text(values) for field in FIELDS if field.get(values) != field.default
    }
    return hashlib.sha256(rfc8785.dumps(document | {"secrets": secrets})).hexdigest()
