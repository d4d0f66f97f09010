"""What the settings page calls each field. Messages for people use these labels."""

from collections.abc import Mapping
from typing import Final

from service.values.settings_values import PAGE

LABELS: Final[Mapping[tuple[str, ...], str]] = {each.path: each.label for each in PAGE}
"""The label of every setting, by its path, in the order of the settings page."""


def listed(paths: tuple[tuple[str, ...], ...]) -> str:
    """Returns the labels of some settings as a part of a sentence: `SMTP Host and SMTP Port`."""
    labels = [LABELS[path] for path in paths]
    return " and ".join(filter(None, (", ".join(labels[:-1]), labels[-1])))


_OF_REQUESTS: Final[Mapping[str, str]] = {
    "oauth2": "OAuth2",
    "recipient": "Recipient",
    "reason": "Reason",
    "expectedRevision": "Revision",
    "idempotencyKey": "Idempotency Key",
}
"""The labels of a group, and of what a request has beside the settings."""


def label_of(path: tuple[str, ...]) -> str:
    """Returns the label for a problem's path, which may lead to an item of a list."""
    for length in range(len(path), 0, -1):
        if path[:length] in LABELS:
            return LABELS[path[:length]]
    return _OF_REQUESTS[path[0]]
