"""Which provider a host or an address belongs to, so that warnings can name it.

Recognition is by whole names, never by a part of one: `smtp.gmail.com.evil.example` is nobody's.
"""

import re

import idna

from mail.providers.facts import PROVIDERS
from mail.providers.provider import Provider

__all__ = ["PROVIDERS", "Provider", "provider_of_host", "providers_of_address"]

_REGION = "{region}"
_ONE_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")


def provider_of_host(host: str) -> Provider | None:
    """The provider whose SMTP service `host` is; None for any other host, name or address.

    Case, one trailing dot and the way an international name is written make no difference.
    """
    name = _ascii_name(host)
    if name is None:
        return None
    return next((provider for provider in PROVIDERS if _serves(provider, name)), None)


def providers_of_address(address: str) -> tuple[Provider, ...]:
    """The providers that hold mailboxes under the domain of `address`, in the order of the list.

    A custom domain, which any provider could serve, gives an empty tuple: nothing in the address
    says whose it is, and a guess would warn the wrong administrator. So does what is no address.
    """
    local_part, _, domain = address.rpartition("@")
    name = _ascii_name(domain)
    if not local_part or name is None:
        return ()
    return tuple(provider for provider in PROVIDERS if name in provider.domains)


def _ascii_name(name: str) -> str | None:
    """The one spelling by which names are compared (A-labels, UTS 46), or None if it is no name."""
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
