"""A partial change of the settings: a field that is left out stays as it is, None clears it."""

from collections.abc import Mapping
from enum import Enum
from typing import Final, Literal, TypeAlias, TypeVar

from mail.secret import Secret
from service.values.fields import Value
from service.values.secret_names import SecretName
from service.values.settings_values import FIELDS, SettingsValues


class Keep(Enum):
    """The value of a field that was left out."""

    KEEP = "KEEP"


KEEP: Final = Keep.KEEP
T = TypeVar("T")
Patched: TypeAlias = T | Literal[Keep.KEEP] | None

_SECRETS: Final = {name.attribute: name for name in SecretName}
_FIELDS: Final = {field.attribute: field for field in FIELDS}


class SettingsPatch:
    """The changes that a caller requests, as given: nothing is trimmed or checked yet."""

    def __init__(self, **given: Value | Secret | Keep) -> None:
        """Takes the changes by attribute: `smtp_host`, `oauth2_client_secret`.

        Raises:
            TypeError: an attribute does not exist, or its value has the wrong type.
        """
        self.values: dict[str, Value] = {}
        self.secrets: dict[SecretName, Secret | None] = {}
        for attribute, value in given.items():
            if isinstance(value, Keep):
                continue
            if attribute in _SECRETS and (value is None or isinstance(value, Secret)):
                # An empty secret clears, like None.
                self.secrets[_SECRETS[attribute]] = value or None
            elif attribute in _FIELDS and not isinstance(value, Secret):
                self.values[attribute] = value
            else:
                raise TypeError(f"{attribute} is not a setting, or its value has the wrong type")

    def __repr__(self) -> str:
        """Names the changed settings only: a value may contain a misplaced secret."""
        changed = [*self.values, *(each.attribute for each in self.secrets)]
        return f"SettingsPatch({', '.join(changed)})"

    def secret(self, name: SecretName) -> Patched[Secret]:
        """Returns the change of a secret: KEEP, None to clear it, or its new value."""
        return self.secrets.get(name, KEEP)


def apply_patch(patch: SettingsPatch, values: SettingsValues) -> SettingsValues:
    """Returns the values with the patch applied: a cleared field gets its default.

    Versions of secrets stay as they are: `service.settings.draft` sets them.
    """
    changed: Mapping[str, Value] = {
        attribute: _FIELDS[attribute].default if value is None else value
        for attribute, value in patch.values.items()
    }
    return values.with_values(changed)
