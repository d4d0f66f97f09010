"""Values as data that a client can use as it is: numbers, booleans and lists instead of text."""

from collections.abc import Mapping
from typing import Final

from audit.event import Change, redacted_version
from mail.report import Suggestion
from service.values.fields import CERTIFICATES, NUMBER, Plain, ValueKind
from service.values.settings_values import FIELDS

_KINDS: Final[Mapping[tuple[str, ...], ValueKind]] = {
    **{field.path: field.kind for field in FIELDS},
    ("expectedRevision",): NUMBER,
}


def plain_change(change: Change) -> tuple[Plain, Plain]:
    """Returns the values before and after a change; for a secret, its versions."""
    if change.redacted:
        return redacted_version(change.before), redacted_version(change.after)
    path = tuple(change.field.split("."))
    return _plain(path, change.before), _plain(path, change.after)


def plain_suggestion(suggestion: Suggestion) -> Plain:
    """Returns the suggested value as the input field takes it; None if none is suggested."""
    if suggestion.value is None:
        return None
    return _plain(suggestion.field or (), suggestion.value)


def _plain(path: tuple[str, ...], text: str | None) -> Plain:
    """Reads a text as a value of its field. A text that is no such value is returned as it is.

    Such a text can only come from an event that was changed in the database.
    """
    kind = _KINDS.get(path)
    if kind is None or text is None:
        # An empty list of certificates has no text.
        return [] if kind is CERTIFICATES else text
    try:
        return kind.to_file(kind.read(text))
    except ValueError:
        return text
