"""The destinations that this service may connect to.

The rules are checked on the very address that is connected to, because a name can change its
addresses after it was checked (DNS rebinding).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_network,
)

IPAddress = IPv4Address | IPv6Address
IPNetwork = IPv4Network | IPv6Network

ALWAYS_REFUSED: tuple[IPNetwork, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # "this host": on Linux, it bypasses a rule against 127.0.0.0/8
        "::/128",
        "169.254.0.0/16",  # link-local, and the metadata service of most clouds
        "fe80::/10",
        "fd00:ec2::/64",  # Amazon's metadata service, and others for its machines
        "fd20:ce::254/128",  # Google's metadata service
        "fd00:42::42/128",  # Scaleway's
        "fd00:c1::a9fe:a9fe/128",  # Oracle's
        "fd00:a9fe:a9fe::1/128",  # Akamai's
        "168.63.129.16/32",  # Azure's
        "100.100.100.200/32",  # Alibaba's
        "192.0.0.192/32",  # Oracle's
        "224.0.0.0/4",  # multicast
        "ff00::/8",
        "255.255.255.255/32",
    )
)
"""Always refused, whatever the rules say: no mail server has such an address."""

_LAST_32_BITS = tuple(
    IPv6Network(text)
    for text in (
        "64:ff9b::/96",  # NAT64 (RFC 6052)
        "::/96",  # IPv4-compatible (RFC 4291, deprecated)
        "::ffff:0:0:0/96",  # IPv4-translated (RFC 2765)
    )
)
_LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")
"""NAT64 inside a network (RFC 8215), whose operator chooses where the IPv4 address is."""

_LOCAL_NAT64_PLACES = ((6, 7, 9, 10), (7, 9, 10, 11), (9, 10, 11, 12), (12, 13, 14, 15))
"""Where it can be: the bytes after prefixes of 48, 56, 64 and 96 bits (RFC 6052, section 2.2)."""

_ISATAP = (0x00005EFE, 0x02005EFE)
_LOOPBACK = IPv6Address("::1")


def embedded_addresses(address: IPAddress) -> tuple[IPAddress, ...]:
    """Returns `address` and the IPv4 addresses that it contains, or may contain.

    A translator or tunnel on the way would connect to these: mapped, compatible and translated
    addresses, NAT64, 6to4, Teredo, ISATAP (RFC 5214).
    """
    if isinstance(address, IPv4Address) or address == _LOOPBACK:
        return (address,)
    inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    packed = address.packed
    isatap = int.from_bytes(packed[8:12]) in _ISATAP
    if isatap or any(address in each for each in _LAST_32_BITS):
        inner.append(IPv4Address(packed[12:]))
    if address in _LOCAL_NAT64:
        inner += _local_nat64(packed)
    return (address, *(each for each in inner if each is not None))


def _local_nat64(packed: bytes) -> list[IPv4Address]:
    """Returns the addresses at every possible place, except those that are only padding."""
    found = [IPv4Address(bytes(packed[at] for at in place)) for place in _LOCAL_NAT64_PLACES]
    return [each for each in found if each.packed[0]] or found


@dataclass(frozen=True, slots=True)
class DestinationRules:
    """The allowed and blocked destinations: networks in CIDR notation, and names.

    The name `*.example.com` means every name below `example.com`. If no network and no name is
    allowed explicitly, everything is allowed that is not blocked. Blocked takes precedence over
    allowed. Private networks need no permission, because many mail relays are in private networks.
    """

    allowed_networks: tuple[IPNetwork, ...] = ()
    allowed_names: tuple[str, ...] = ()
    blocked_networks: tuple[IPNetwork, ...] = ()
    blocked_names: tuple[str, ...] = ()
    refusal_seconds: float = 0.3

    @classmethod
    def parse(cls, allowed: Iterable[str] = (), blocked: Iterable[str] = ()) -> "DestinationRules":
        """Parses rules from text: each entry is a network, an address or a name.

        Raises ValueError for any other entry.
        """
        allowed_networks, allowed_names = _networks_and_names(allowed)
        blocked_networks, blocked_names = _networks_and_names(blocked)
        return cls(allowed_networks, allowed_names, blocked_networks, blocked_names)

    @property
    def only_listed(self) -> bool:
        """Whether only listed destinations are allowed."""
        return bool(self.allowed_networks or self.allowed_names)

    def lists_name(self, host: str) -> bool:
        """Returns whether the name itself is allowed; its addresses may still be refused."""
        return _matches(host, self.allowed_names)

    def refuses_name(self, host: str) -> bool:
        """Returns whether the name alone is enough to refuse the destination."""
        if _matches(host, self.blocked_names):
            return True
        only_names = self.only_listed and not self.allowed_networks
        return only_names and not _matches(host, self.allowed_names)

    def admits(self, host: str, address: IPAddress) -> bool:
        """Returns whether the service may connect to `host` at `address`."""
        all_forms = embedded_addresses(address)
        refused = (*ALWAYS_REFUSED, *self.blocked_networks)
        if self.refuses_name(host) or _within(all_forms, refused):
            return False
        if not self.only_listed or _matches(host, self.allowed_names):
            return True
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return _within((mapped or address,), self.allowed_networks)


def _within(addresses: Iterable[IPAddress], networks: Sequence[IPNetwork]) -> bool:
    return any(address in network for address in addresses for network in networks)


def _matches(host: str, patterns: Iterable[str]) -> bool:
    name = host.rstrip(".").lower()
    return any(
        name.endswith(pattern[1:]) if pattern.startswith("*.") else name == pattern
        for pattern in patterns
    )


def _networks_and_names(
    entries: Iterable[str],
) -> tuple[tuple[IPNetwork, ...], tuple[str, ...]]:
    networks: list[IPNetwork] = []
    names: list[str] = []
    for entry in entries:
        text = entry.strip().rstrip(".").lower()
        try:
            networks.append(ip_network(text, strict=False))
        except ValueError:
            bare = text.removeprefix("*.")
            if not bare or not all(char.isalnum() or char in "-._" for char in bare) or "/" in text:
                raise ValueError(f"{entry!r} is neither a network, an address nor a name") from None
            names.append(text)
    return tuple(networks), tuple(names)
