"""Email providers: the known facts of each, and the provider that a host belongs to.

- The fields of a provider: `provider`. The facts, with their sources: `facts`. Lookup: `lookup`.
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
