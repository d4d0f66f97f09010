"""What reaching a server needs from outside: a clock, a resolver, sockets and rules."""

import time
from dataclasses import dataclass, field

from mail.network.clock import Clock, Now, utc_now
from mail.network.destinations import DestinationRules
from mail.network.dial import Dial, dial
from mail.network.resolve import Resolver, ThreadResolver


@dataclass(frozen=True, slots=True)
class Network:
    """The network as this service may use it; tests pass in their own.

    `resolver` limits how many lookups run at once. `rules` decide which connections are allowed.
    """

    clock: Clock = time.monotonic
    now: Now = utc_now
    resolver: Resolver = field(default_factory=ThreadResolver)
    dial: Dial = dial
    rules: DestinationRules = field(default_factory=DestinationRules)
