"""What a session needs from outside, passed in so that a test can control it."""

import socket
from collections.abc import Callable
from dataclasses import dataclass, field

from mail.network.network import Network
from mail.oauth2.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools that all sessions of a service share.

    `tokens` caches access tokens until shortly before they expire. `limit_seconds` limits a whole
    attempt, independently of the account's timeout. After `silence_seconds` without a greeting, a
    second connection checks whether the port expects TLS; this is longer than the six seconds for
    which Postfix's postscreen makes clients wait. `machine_name` returns this machine's name
    without asking the network.
    """

    network: Network = field(default_factory=Network)
    tokens: Tokens = field(default_factory=Tokens)
    limit_seconds: float = 120
    silence_seconds: float = 7
    machine_name: Callable[[], str] = socket.gethostname
