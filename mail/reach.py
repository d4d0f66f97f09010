"""Stages TOKEN, RESOLVE and CONNECT: everything before the server says a word."""

import asyncio
from dataclasses import replace

from mail.account import Account
from mail.clock import Stopwatch
from mail.codes import Code
from mail.destinations import IPAddress
from mail.dial import describe, first_connected
from mail.failure import StageFailed
from mail.report import TestStageName
from mail.resolve import addresses_of
from mail.session import Session
from mail.tools import Tools
from mail.wire import Wire


async def fetch_token(session: Session) -> str:
    """Stage TOKEN."""
    with session.stages.stage(TestStageName.TOKEN):
        fetch, account = session.tools.token_fetcher, session.account
        if fetch is None or account.oauth2 is None or account.oauth2.client_secret is None:
            raise StageFailed(Code.OAUTH2_NOT_CONFIGURED)
        token = await fetch(account)
        session.redactor.learn(token)
        return token


async def resolve(session: Session) -> tuple[IPAddress, ...]:
    """Stage RESOLVE: every address of the host that may be connected to."""
    with session.stages.stage(TestStageName.RESOLVE):
        addresses = await admitted_addresses(session.account, session.tools)
        session.stages.note(", ".join(map(str, addresses)))
        return addresses


async def admitted_addresses(account: Account, tools: Tools) -> tuple[IPAddress, ...]:
    """The host's addresses that the rules allow; the host itself, where it is one.

    Raises StageFailed. A refusal says the same and takes the same time whether a name exists,
    resolves to a forbidden address or is forbidden itself, and nothing is connected to before.
    """
    stopwatch = Stopwatch(tools.clock)
    try:
        return await _admitted(account, tools)
    except StageFailed as failed:
        if failed.failure.code is Code.DESTINATION_NOT_ALLOWED:
            await asyncio.sleep(max(0.0, tools.rules.refusal_seconds - stopwatch.seconds))
        raise


async def _admitted(account: Account, tools: Tools) -> tuple[IPAddress, ...]:
    host, rules = account.host, tools.rules
    if rules.refuses_name(host):
        raise StageFailed(Code.DESTINATION_NOT_ALLOWED)
    try:
        literal = account.host_address
        addresses = (literal,) if literal else await _look_up(account, tools)
    except StageFailed:
        if rules.lists_name(host) or not rules.only_listed:
            raise
        raise StageFailed(Code.DESTINATION_NOT_ALLOWED) from None
    admitted = tuple(address for address in addresses if rules.admits(host, address))
    if not admitted:
        raise StageFailed(Code.DESTINATION_NOT_ALLOWED)
    return admitted


async def _look_up(account: Account, tools: Tools) -> tuple[IPAddress, ...]:
    return await addresses_of(account.host, account.port, tools.resolver, account.timeout_seconds)


async def connect(session: Session, addresses: tuple[IPAddress, ...]) -> None:
    """Stage CONNECT: to one of the very addresses that were checked; no name is looked up again."""
    account, stages = session.account, session.stages
    with stages.stage(TestStageName.CONNECT):
        dial = session.tools.dial
        connected = await first_connected(addresses, account.port, dial, account.timeout_seconds)
        wire = Wire(session.transcript, account.timeout_seconds)
        try:
            loop = asyncio.get_running_loop()
            await loop.create_connection(lambda: wire, sock=connected.socket)
        except BaseException:
            connected.socket.close()
            raise
        session.wire, session.address = wire, connected.address
        stages.server = replace(stages.server, address=str(connected.address))
        failed = describe(connected.failed)
        stages.note(f"{connected.address} ({failed})" if failed else str(connected.address))
