"""The address that a call came from, also behind proxies."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Literal, TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class CallOrigin:
    """An address, and how the service learned it.

    `source` is `peer` for the connection's other end, and `proxy` if a trusted proxy reported it.
    """

    ip: str | None
    source: Literal["peer", "proxy"]
    trusted_peer: bool


def origin_of(peer: str | None, forwarded: Sequence[str], trusted: Sequence[Network]) -> CallOrigin:
    """Returns the nearest address that is not a trusted proxy's.

    `X-Forwarded-For` is read from its end, where the nearest proxy has written. A client could have
    forged everything before an address that is not trusted, so that part is ignored.

    Args:
        peer: the connection's other end.
        forwarded: the values of the `X-Forwarded-For` headers, in their order.
        trusted: the networks of the trusted proxies.
    """
    address = _address(peer or "")
    if address is None or not _within(address, trusted):
        return CallOrigin(peer, "peer", trusted_peer=False)
    source: Literal["peer", "proxy"] = "peer"
    named = [each.strip() for each in ",".join(forwarded).split(",") if each.strip()]
    for text in reversed(named):
        found = _address(text)
        if found is None:
            break
        address, source = found, "proxy"
        if not _within(found, trusted):
            break
    return CallOrigin(str(address), source, trusted_peer=True)


def bucket_of(ip: str | None) -> str:
    """Returns the key under which an address is counted.

    An IPv6 address is counted by its /64 network, because one host usually owns the whole network.
    """
    address = _address(ip or "")
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, 64), strict=False))
    return str(address)


def _within(address: IPv4Address | IPv6Address, networks: Sequence[Network]) -> bool:
    return any(address.version == each.version and address in each for each in networks)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Parses an address as proxies write it: plain, with a port, or in brackets.

    A zone (`fe80::1%eth0`) is dropped: it is only meaningful on one machine, and may contain any
    character.
    """
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
