"""Finds the provider that a host or an address belongs to, so that warnings can name it.

Only whole names match, never parts: `smtp.gmail.com.evil.example` belongs to no provider.
"""

import re

import idna

from mail.providers.facts import PROVIDERS
from mail.providers.provider import Provider

__all__ = ["PROVIDERS", "Provider", "provider_of_host", "providers_of_address"]

_REGION = "{region}"
_ONE_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")


def provider_of_host(host: str) -> Provider | None:
    """Returns the provider that `host` belongs to, or None if it belongs to no known provider.

    Case, one trailing dot and the spelling of an international name make no difference.
    """
    name = _ascii_name(host)
    if name is None:
        return None
    return next((provider for provider in PROVIDERS if _serves(provider, name)), None)


def providers_of_address(address: str) -> tuple[Provider, ...]:
    """Returns the providers with mailboxes under the domain of `address`, in the list's order.

    For a custom domain the tuple is empty: any provider could serve it, and a guess would warn the
    wrong administrator. It is also empty if `address` is not an address.
    """
    local_part, _, domain = address.rpartition("@")
    name = _ascii_name(domain)
    if not local_part or name is None:
        return ()
    return tuple(provider for provider in PROVIDERS if name in provider.domains)


def _ascii_name(name: str) -> str | None:
    """Returns `name` as A-labels (UTS 46), for comparison, or None if it is not a domain name."""
    try:
        return idna.encode(name, uts46=True).decode("ascii").removesuffix(".")
    except idna.IDNAError:
        return None


def _serves(provider: Provider, name: str) -> bool:
    templates = (provider.smtp_host, *provider.other_hosts)
    return any(_matches(template, name, provider.regions) for template in templates)


def _matches(template: str, name: str, regions: tuple[str, ...]) -> bool:
    before, placeholder, after = template.partition(_REGION)
    if not placeholder:
        return name == template
    if not (name.startswith(before) and name.endswith(after)):
        return False
    region = name[len(before) : len(name) - len(after)]
    return region in regions if regions else _ONE_LABEL.fullmatch(region) is not None
