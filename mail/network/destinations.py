"""Where this service may connect to: checked on the address that is really connected to."""

from collections.abc import Iterable
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
        "0.0.0.0/8",  # "this host": on Linux a way around a rule against 127.0.0.0/8
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
"""Never a mail server, whatever the rules say."""

_NAT64 = IPv6Network("64:ff9b::/96")


def embedded_addresses(address: IPAddress) -> tuple[IPAddress, ...]:
    """`address`, and the IPv4 ones that it may lead to: mapped, NAT64, 6to4, Teredo."""
    if isinstance(address, IPv4Address):
        return (address,)
    inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        inner.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return (address, *(each for each in inner if each is not None))


@dataclass(frozen=True, slots=True)
class DestinationRules:
    """What may be connected to: networks by CIDR, hosts by name, `*.example.com` for those below.

    With nothing allowed by name or network, everything is that is not blocked. Blocked goes before
    allowed. Private networks need no permission: mail relays live there.
    """

    allowed_networks: tuple[IPNetwork, ...] = ()
    allowed_names: tuple[str, ...] = ()
    blocked_networks: tuple[IPNetwork, ...] = ()
    blocked_names: tuple[str, ...] = ()
    refusal_seconds: float = 0.3

    @classmethod
    def parse(cls, allowed: Iterable[str] = (), blocked: Iterable[str] = ()) -> "DestinationRules":
        """Rules from their written form: each entry a network, an address or a name.

        Raises ValueError for an entry that is none of them.
        """
        allowed_networks, allowed_names = _sorted(allowed)
        blocked_networks, blocked_names = _sorted(blocked)
        return cls(allowed_networks, allowed_names, blocked_networks, blocked_names)

    @property
    def only_listed(self) -> bool:
        """Whether nothing may be connected to but what is listed."""
        return bool(self.allowed_networks or self.allowed_names)

    def lists_name(self, host: str) -> bool:
        """Whether the name itself is allowed; its addresses may still be refused."""
        return _matches(host, self.allowed_names)

    def refuses_name(self, host: str) -> bool:
        """Whether the name alone settles it, whatever its addresses are."""
        if _matches(host, self.blocked_names):
            return True
        hopeless = self.only_listed and not self.allowed_networks
        return hopeless and not _matches(host, self.allowed_names)

    def admits(self, host: str, address: IPAddress) -> bool:
        """Whether `host` may be connected to at `address`."""
        spellings = embedded_addresses(address)
        refused = (*ALWAYS_REFUSED, *self.blocked_networks)
        if self.refuses_name(host) or _within(spellings, refused):
            return False
        if not self.only_listed or _matches(host, self.allowed_names):
            return True
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return _within((mapped or address,), self.allowed_networks)


def _within(addresses: Iterable[IPAddress], networks: Iterable[IPNetwork]) -> bool:
    wanted = tuple(networks)
    return any(address in network for address in addresses for network in wanted)


def _matches(host: str, patterns: Iterable[str]) -> bool:
    name = host.rstrip(".").lower()
    return any(
        name.endswith(pattern[1:]) if pattern.startswith("*.") else name == pattern
        for pattern in patterns
    )


def _sorted(entries: Iterable[str]) -> tuple[tuple[IPNetwork, ...], tuple[str, ...]]:
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
