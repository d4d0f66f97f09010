"""Where a call came from, where proxies stand in between."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Literal, TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class CallOrigin:
    """An address, and how it was learned.

    `peer`: it is the connection's other end. `proxy`: a trusted proxy named it.
    """

    ip: str | None
    source: Literal["peer", "proxy"]
    trusted_peer: bool


def origin_of(peer: str | None, forwarded: Sequence[str], trusted: Sequence[Network]) -> CallOrigin:
    """The nearest address that no trusted proxy has.

    `X-Forwarded-For` is read from its end, where the nearest proxy wrote. What stands before an
    address that is not trusted could have been written by anybody, so it is not looked at.

    Args:
        peer: the connection's other end.
        forwarded: the values of the `X-Forwarded-For` headers, in their order.
        trusted: the networks of the proxies that are believed.
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
    """What an address is counted under: an IPv6 address by its /64, which one host owns whole."""
    address = _address(ip or "")
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, 64), strict=False))
    return str(address)


def _within(address: IPv4Address | IPv6Address, networks: Sequence[Network]) -> bool:
    return any(address.version == each.version and address in each for each in networks)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it: plain, with a port, or in brackets.

    A zone (`fe80::1%eth0`) means something on one machine only, and may hold any character.
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
