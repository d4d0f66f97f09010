"""Reaching a server: names, addresses, rules, sockets and TLS.

- What it needs from outside: `network`, `clock`.
- Resolving and admitting a destination: `resolve`, `admission`, `destinations`.
- Connecting: `dial`. What a port speaks: `probe`, `protocols`.
- TLS: `tls`, `certificates`. The name that this machine gives in EHLO: `names`.
"""

from mail.network.admission import is_refused
from mail.network.certificates import certificate_facts
from mail.network.destinations import DestinationRules
from mail.network.network import Network

__all__ = ["DestinationRules", "Network", "certificate_facts", "is_refused"]
