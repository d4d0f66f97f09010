"""The destination to which a stored secret is bound.

A stored secret can be used or kept only while all bound fields stay as they were when it was
entered. Otherwise an attacker who may change the settings, but does not know the password, could
point the host at their own server, send a test email and read the password there. The binding is
also sealed into the stored secret as associated data, so editing the row in the database does not
help either.

A secret that only signs, and is never sent, is bound to no destination (docs/decisions.md).
"""

from typing import Final

import rfc8785

from service.values.secret_names import SecretName
from service.values.settings_values import FIELDS, SettingsValues

BOUND_FIELDS: Final = tuple(field for field in FIELDS if field.binds_secret)


def changed_bound_fields(
    before: SettingsValues, after: SettingsValues
) -> tuple[tuple[str, ...], ...]:
    """Returns the paths of the bound fields that differ."""
    return tuple(field.path for field in BOUND_FIELDS if field.get(before) != field.get(after))


def associated_data(scope: str, name: SecretName, version: int, values: SettingsValues) -> bytes:
    """Returns what a secret is sealed for: its scope, name, version and destination."""
    bound = BOUND_FIELDS if name.is_sent else ()
    destination = {field.name: field.text(values) for field in bound}
    return rfc8785.dumps(
        {"scope": scope, "secret": name.value, "version": version, "destination": destination}
    )
