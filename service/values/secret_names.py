"""The secrets among the settings, by name."""

from enum import StrEnum
from typing import Final

from service.values.certificates.client_key import MAX_KEY_TEXT
from service.values.fields import Limits

MAX_SECRET: Final = 1_024
"""How many characters a password or client secret may have."""


class SecretName(StrEnum):
    """The secrets among the settings, by field name."""

    SMTP_PASSWORD = "smtpPassword"  # noqa: S105 (a field's name)
    CLIENT_KEY = "clientKey"
    OAUTH2_CLIENT_SECRET = "oauth2.clientSecret"  # noqa: S105 (a field's name)

    @property
    def attribute(self) -> str:
        """Its name in Python: `smtp_password`, `oauth2_client_secret`."""
        return self.name.lower()

    @property
    def version_attribute(self) -> str:
        """The attribute of `SettingsValues`, and the column, that has its version."""
        return f"{self.attribute}_version"

    @property
    def is_sent(self) -> bool:
        """Whether a server receives the secret itself. A key only signs (docs/decisions.md)."""
        return self is not SecretName.CLIENT_KEY

    @property
    def path(self) -> tuple[str, ...]:
        """Its field's name as a path."""
        return tuple(self.value.split("."))

    @property
    def label(self) -> str:
        """What the settings page and messages call it."""
        return _LABELS[self]

    @property
    def limits(self) -> Limits:
        """The limits of a new value."""
        characters = MAX_KEY_TEXT if self is SecretName.CLIENT_KEY else MAX_SECRET
        return Limits(max_length=characters)


_LABELS: Final = {
    SecretName.SMTP_PASSWORD: "SMTP Password",
    SecretName.CLIENT_KEY: "Client Key",
    SecretName.OAUTH2_CLIENT_SECRET: "OAuth2 Client Secret",
}
