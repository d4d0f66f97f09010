"""What a form needs to know of each field: label, default and limits, as data."""

from dataclasses import dataclass
from typing import Final

from service.values.fields import Field, Limits, Plain
from service.values.secret_names import SecretName
from service.values.settings_values import PAGE


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of the settings page. The default is None for a field that is not set."""

    path: tuple[str, ...]
    label: str
    default: Plain
    limits: Limits
    is_secret: bool = False


def _form_field(declared: Field | SecretName) -> FormField:
    if isinstance(declared, SecretName):
        return FormField(declared.path, declared.label, None, declared.limits, is_secret=True)
    default = declared.kind.to_file(declared.default)
    return FormField(declared.path, declared.label, default, declared.limits)


FORM_FIELDS: Final = tuple(map(_form_field, PAGE))
"""Every field, in the order of the settings page."""
