"""Known email providers, for those who set up the settings."""

from collections.abc import Sequence

from mail.providers import (
    PROVIDERS,
    Provider,
    ProviderEndpoint,
    ProviderNote,
    provider_of_host,
    providers_of_address,
)

__all__ = ["Provider", "ProviderEndpoint", "ProviderNote", "email_providers", "provider_of_host"]


def email_providers(address: str | None) -> Sequence[Provider]:
    """All known providers; with an address, those that hold mailboxes under its domain."""
    return PROVIDERS if address is None else providers_of_address(address.strip())
