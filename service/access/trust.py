"""Which identity provider is trusted, and how far.

This is separate from `service.access.people`, which reads the provider's tokens and needs libraries
that a service without an identity provider does not load, so that it starts faster.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from service.process.caller import Role

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class IssuerTrust:
    """Which of an issuer's tokens are accepted, and where their claims are.

    Attributes:
        audience: the audience that their `aud` must contain.
        roles: Postledger's roles, by the issuer's names for them.
        roles_claim: the claim with the roles, as a path with dots.
        name_claim: the claim with the person's name.
    """

    audience: str
    roles: Mapping[str, Role]
    roles_claim: str = "roles"
    name_claim: str = "name"


def is_secure(address: str) -> bool:
    """Returns whether keys may be fetched from an address: over https, or from this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
