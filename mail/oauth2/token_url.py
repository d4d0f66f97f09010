"""Which URLs may be used as a token endpoint: a save and a request apply the same rule."""

import ipaddress
from typing import Final

import httpx2

from mail.network.destinations import IPAddress

_PORTS: Final = {"https": 443, "http": 80}
_MAX_PORT: Final = 65_535
_LOOPBACK: Final = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


def read_token_url(text: str) -> httpx2.URL | None:
    """Returns the URL of a token endpoint, or None if the client secret must not be sent there.

    The client secret is sent over TLS. Plain http is for loopback only, because that traffic never
    crosses a network.
    """
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL:
        return None
    valid_port = url.port is None or 0 < url.port <= _MAX_PORT
    if not url.host or url.userinfo or url.fragment or not valid_port:
        return None
    allowed = url.scheme == "https" or (url.scheme == "http" and names_loopback(url))
    return url if allowed else None


def names_loopback(url: httpx2.URL) -> bool:
    """Returns whether the host is `localhost` or a loopback address."""
    try:
        return url.host == "localhost" or is_loopback(ipaddress.ip_address(url.host))
    except ValueError:
        return False


def is_loopback(address: IPAddress) -> bool:
    """Returns whether an address is this machine's own; an address that embeds one is not."""
    return any(address in network for network in _LOOPBACK)


def port_of(url: httpx2.URL) -> int:
    """Returns the port, or the scheme's default."""
    return url.port or _PORTS[url.scheme]
