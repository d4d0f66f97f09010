"""Email providers: what is known of each, and which of them a host belongs to.

- What can be known: `provider`. The facts, with their sources: `facts`. Looking one up: `lookup`.
"""

from mail.providers.lookup import PROVIDERS, provider_of_host, providers_of_address
from mail.providers.provider import Provider, ProviderEndpoint, ProviderNote

__all__ = [
    "PROVIDERS",
    "Provider",
    "ProviderEndpoint",
    "ProviderNote",
    "provider_of_host",
    "providers_of_address",
]
