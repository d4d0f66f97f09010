"""What a form needs to know of each field: label, default and limits, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from service.values import rules
from service.values.certificates import MAX_PEM_CHARACTERS
from service.values.certificates.client_key import MAX_KEY_TEXT
from service.values.fields import Plain
from service.values.labels import LABELS
from service.values.names import MAX_HOST_NAME, MAX_TEXT
from service.values.settings_values import FIELDS, SecretName

MAX_SECRET: Final = 1_024


@dataclass(frozen=True, slots=True)
class FieldLimits:
    """The limits of a field's value; None where there is no such limit.

    `maximum_length` is in characters, after spaces around the value are removed.
    """

    minimum: int | None = None
    maximum: int | None = None
    maximum_length: int | None = None
    maximum_items: int | None = None


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of the settings page. The default is None for a field that is not set."""

    path: tuple[str, ...]
    label: str
    default: Plain
    is_secret: bool
    limits: FieldLimits


_TEXT: Final = FieldLimits(maximum_length=MAX_TEXT)
_LONG_TEXT: Final = FieldLimits(maximum_length=rules.MAX_LONG_TEXT)
_HOST: Final = FieldLimits(maximum_length=MAX_HOST_NAME)
_SECRET: Final = FieldLimits(maximum_length=MAX_SECRET)
_LIMITS: Final[Mapping[tuple[str, ...], FieldLimits]] = {
    ("smtpHost",): _HOST,
    ("smtpDomain",): _TEXT,
    ("smtpPort",): FieldLimits(minimum=1, maximum=rules.MAX_PORT),
    ("smtpUsername",): _TEXT,
    ("smtpPassword",): _SECRET,
    ("defaultFromAddress",): _TEXT,
    ("defaultFromDisplayName",): _TEXT,
    ("replyToAddress",): _TEXT,
    ("trustedCertificates",): FieldLimits(maximum_items=rules.MAX_CERTIFICATES),
    ("clientCertificate",): FieldLimits(maximum_length=MAX_PEM_CHARACTERS),
    ("clientKey",): FieldLimits(maximum_length=MAX_KEY_TEXT),
    ("oauth2", "tokenUrl"): _LONG_TEXT,
    ("oauth2", "clientId"): _TEXT,
    ("oauth2", "clientSecret"): _SECRET,
    ("oauth2", "scope"): _LONG_TEXT,
    ("ehloHostname",): _HOST,
    ("timeoutSeconds",): FieldLimits(minimum=1, maximum=rules.MAX_TIMEOUT_SECONDS),
}
_DEFAULTS: Final = {field.path: field.kind.to_file(field.default) for field in FIELDS}
_SECRETS: Final = {name.path for name in SecretName}

FORM_FIELDS: Final = tuple(
    FormField(path, label, _DEFAULTS.get(path), path in _SECRETS, _LIMITS.get(path, FieldLimits()))
    for path, label in LABELS.items()
)
"""Every field, in the order of the settings page."""
