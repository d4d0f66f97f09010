"""Known email providers, for those who set up the settings."""

from collections.abc import Sequence

from mail.providers import (
    PROVIDERS,
    Provider,
    providers_of_address,
)


def email_providers(address: str | None) -> Sequence[Provider]:
    """All known providers; with an address, those that hold mailboxes under its domain."""
    return PROVIDERS if address is None else providers_of_address(address.strip())
