"""What a session needs from the world: time, names, sockets and rules, handed in."""

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from mail.clock import Clock
from mail.destinations import DestinationRules
from mail.dial import Dial, dial
from mail.oauth2 import Tokens
from mail.resolve import Resolver, ThreadResolver


@dataclass(frozen=True, slots=True)
class Tools:
    """One for the whole service.

    `resolver` bounds how many look-ups are under way, `tokens` keeps access tokens while they hold.

    `limit_seconds` is for a whole attempt, whatever the account's own time limit is.
    `machine_name` is the machine's own name, found without asking anybody.
    """

    clock: Clock = time.monotonic
    resolver: Resolver = field(default_factory=ThreadResolver)
    dial: Dial = dial
    rules: DestinationRules = field(default_factory=DestinationRules)
    limit_seconds: float = 120
    tokens: Tokens = field(default_factory=Tokens)
    machine_name: Callable[[], str] = socket.gethostname
