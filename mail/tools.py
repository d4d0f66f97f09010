"""What a session needs from the world: time, names, sockets and rules, handed in."""

import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from mail.account import Account
from mail.clock import Clock
from mail.destinations import DestinationRules
from mail.dial import Dial, dial
from mail.resolve import Resolver, ThreadResolver

TokenFetcher = Callable[[Account], Awaitable[str]]
"""Gives an access token for `account.oauth2`. Raises StageFailed."""


@dataclass(frozen=True, slots=True)
class Tools:
    """One for the whole service: the resolver bounds how many look-ups are under way.

    `limit_seconds` is for a whole attempt, whatever the account's own time limit is.
    `machine_name` is the machine's own name, found without asking anybody.
    """

    clock: Clock = time.monotonic
    resolver: Resolver = field(default_factory=ThreadResolver)
    dial: Dial = dial
    rules: DestinationRules = field(default_factory=DestinationRules)
    limit_seconds: float = 120
    token_fetcher: TokenFetcher | None = None
    machine_name: Callable[[], str] = socket.gethostname
    known_hosts: tuple[str, ...] = ()
