"""Resolves a destination once and checks its addresses against the rules.

All refusals look alike, so that a client cannot use them to explore the internal network.
"""

import asyncio
from dataclasses import dataclass
from ipaddress import ip_address

from mail.account import Account
from mail.network.clock import Stopwatch
from mail.network.destinations import IPAddress
from mail.network.network import Network
from mail.network.resolve import addresses_of
from mail.report.codes import Code
from mail.report.failure import StageFailed


@dataclass(frozen=True, slots=True)
class Destination:
    """A host (a name or an address), a port, and the time limit of the DNS lookup in seconds."""

    host: str
    port: int
    seconds: float

    @property
    def literal(self) -> IPAddress | None:
        """The host as an address, or None if the host is a name."""
        try:
            return ip_address(self.host.strip("[]"))
        except ValueError:
            return None


async def is_refused(account: Account, network: Network) -> bool:
    """Returns whether the rules forbid the account's destination, before a test is started.

    The attempt checks again, on the addresses that it connects to. An attacker therefore gains
    nothing from a name whose addresses change in between (DNS rebinding).
    """
    destination = Destination(account.host, account.port, account.timeout_seconds)
    try:
        await admitted_addresses(destination, network)
    except StageFailed as failed:
        return failed.failure.code is Code.DESTINATION_NOT_ALLOWED
    return False


async def admitted_addresses(destination: Destination, network: Network) -> tuple[IPAddress, ...]:
    """Returns the addresses of the destination that the rules allow.

    Raises StageFailed. A refusal has the same text and takes the same time whether a name does not
    exist, resolves to a forbidden address or is forbidden itself. No connection is made before it.
    """
    stopwatch = Stopwatch(network.clock)
    try:
        return await _admitted(destination, network)
    except StageFailed as failed:
        if failed.failure.code is Code.DESTINATION_NOT_ALLOWED:
            await asyncio.sleep(max(0.0, network.rules.refusal_seconds - stopwatch.seconds))
        raise


async def _admitted(destination: Destination, network: Network) -> tuple[IPAddress, ...]:
    host, rules = destination.host, network.rules
    if rules.refuses_name(host):
        raise StageFailed(Code.DESTINATION_NOT_ALLOWED)
    try:
        addresses = await _addresses(destination, network)
    except StageFailed:
        if rules.lists_name(host) or not rules.only_listed:
            raise
        raise StageFailed(Code.DESTINATION_NOT_ALLOWED) from None
    admitted = tuple(address for address in addresses if rules.admits(host, address))
    if not admitted:
        raise StageFailed(Code.DESTINATION_NOT_ALLOWED)
    return admitted


async def _addresses(destination: Destination, network: Network) -> tuple[IPAddress, ...]:
    if literal := destination.literal:
        return (literal,)
    return await addresses_of(
        destination.host, destination.port, network.resolver, destination.seconds
    )
