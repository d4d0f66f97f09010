"""What differs between two states of the settings, field by field."""

from collections.abc import Iterable

from audit.event import Change, redacted_change
from service.values.secret_names import SecretName
from service.values.settings_values import FIELDS, SettingsValues


def compare(before: SettingsValues, after: SettingsValues) -> tuple[Change, ...]:
    """Returns the fields that differ, in order; for secrets, only the versions are compared."""
    plain = [
        Change(field.name, field.text(before), field.text(after))
        for field in FIELDS
        if field.get(before) != field.get(after)
    ]
    secret = [
        redacted_change(name, before.secret_version(name), after.secret_version(name))
        for name in SecretName
        if before.secret_version(name) != after.secret_version(name)
    ]
    return (*plain, *secret)


def apply(changes: Iterable[Change], values: SettingsValues) -> SettingsValues:
    """Returns the values after changes: `apply(compare(a, b), a) == b`, except for secrets."""
    fields = {field.name: field for field in FIELDS}
    return values.with_values(
        {
            fields[change.field].attribute: fields[change.field].read(change.after)
            for change in changes
            if not change.redacted
        }
    )
