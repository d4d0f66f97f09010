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
        "fd00:ec2::254/128",  # Amazon's metadata service
        "fd20:ce::254/128",  # Google's
        "168.63.129.16/32",  # Azure's
        "100.100.100.200/32",  # Alibaba's
        "192.0.0.192/32",  # Oracle's
        "224.0.0.0/4",  # multicast
        "ff00::/8",
        "255.255.255.255/32",
    )
)
"""Always refused, whatever the rules say: no mail server has such an address."""

_NAT64 = IPv6Network("64:ff9b::/96")


def embedded_addresses(address: IPAddress) -> tuple[IPAddress, ...]:
    """Returns `address` and the IPv4 addresses that it contains: mapped, NAT64, 6to4, Teredo."""
    if isinstance(address, IPv4Address):
        return (address,)
    inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        inner.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return (address, *(each for each in inner if each is not None))


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
