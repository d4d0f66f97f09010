"""Known email providers, for clients that help an administrator fill in the settings."""

from collections.abc import Sequence

from mail.providers import (
    PROVIDERS,
    Provider,
    providers_of_address,
)


def email_providers(address: str | None) -> Sequence[Provider]:
    """Returns all known providers, or those that host mailboxes in an address's domain."""
    return PROVIDERS if address is None else providers_of_address(address.strip())
