"""Reaching a server: names, addresses, rules, sockets and TLS.

- What it needs from outside: `network`, `clock`.
- Resolving a destination and checking it against the rules: `resolve`, `admission`, `destinations`.
- Connecting: `dial`. The protocol that a port speaks: `probe`, `protocols`.
- TLS: the folder `tls`, `certificates`. This machine's name for EHLO: `names`.
"""

from mail.network.admission import is_refused
from mail.network.certificates import certificate_facts
from mail.network.destinations import DestinationRules
from mail.network.network import Network

__all__ = ["DestinationRules", "Network", "certificate_facts", "is_refused"]
