"""The suggestion of most warnings: a field's value."""

from mail.report import Suggestion
from service.values.labels import LABELS


def set_to(field: str | tuple[str, ...], value: str) -> Suggestion:
    """Returns the suggestion to set a field, or a field at a path, to a value."""
    path = (field,) if isinstance(field, str) else field
    return Suggestion(f"Set {LABELS[path]} to {value}.", path, value, None)
