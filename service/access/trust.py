"""Which identity provider is believed, and how far. Its tokens are read in `service.access.people`.

That needs libraries which a service without such a provider starts faster without.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from service.process.caller import Role

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class IssuerTrust:
    """What is believed of an issuer's tokens.

    Attributes:
        audience: what their `aud` must hold.
        roles_claim: where the roles stand, a path with dots.
        roles: our roles by the issuer's names for them.
        name_claim: where the person's name stands.
    """

    audience: str
    roles: Mapping[str, Role]
    roles_claim: str = "roles"
    name_claim: str = "name"


def is_secure(address: str) -> bool:
    """Whether keys may be fetched from there: by https, or from this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
