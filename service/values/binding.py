"""To which destination a stored secret is bound.

A stored secret may be used or kept only while all bound fields stay as they were when it was
given. Otherwise whoever may change the settings, but does not know the password, could point the
host at a server of their own, send a test email and read it there. The binding is also sealed
into the stored secret as associated data, so that a row edited in the database does not help.
"""

from typing import Final

import rfc8785

from service.values.settings_values import FIELDS, SecretName, SettingsValues

BOUND_FIELDS: Final = tuple(field for field in FIELDS if field.binds_secret)


def changed_bound_fields(before: SettingsValues, after: SettingsValues) -> tuple[str, ...]:
    """Returns the bound fields that differ, by name."""
    return tuple(field.name for field in BOUND_FIELDS if field.get(before) != field.get(after))


def associated_data(scope: str, name: SecretName, version: int, values: SettingsValues) -> bytes:
    """What a secret is sealed for: whose, which one, which version, and its destination."""
    destination = {field.name: field.text(values) for field in BOUND_FIELDS}
    return rfc8785.dumps(
        {"scope": scope, "secret": name.value, "version": version, "destination": destination}
    )
