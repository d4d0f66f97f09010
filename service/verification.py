"""What exactly was tested: a digest of settings values that includes their secrets' values."""

import hashlib
from collections.abc import Mapping
from enum import StrEnum

import rfc8785

from service.fields import FIELDS
from service.values import SecretName, SettingsValues


def values_digest(values: SettingsValues, fingerprints: Mapping[SecretName, bytes | None]) -> str:
    """SHA-256, hexadecimal, over every field and the secrets' keyed fingerprints.

    Equal for equal settings and for no others. Without the fingerprints' key nothing can be told
    from it, so it may lie beside the test it belongs to.
    """
    marks = {name.value: mark.hex() if mark else None for name, mark in fingerprints.items()}
    document = {field.name: field.text(values) for field in FIELDS} | {"secrets": marks}
    return hashlib.sha256(rfc8785.dumps(document)).hexdigest()


class VerificationState(StrEnum):
    """What the last test of exactly these values said. STALE: one passed, but of other values."""

    UNTESTED = "UNTESTED"
    PASSED = "PASSED"
    FAILED = "FAILED"
    STALE = "STALE"
