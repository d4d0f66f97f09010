"""Stages TOKEN, RESOLVE and CONNECT: everything before the server's first reply."""

import asyncio
from dataclasses import replace

from mail.network.admission import Destination, admitted_addresses
from mail.network.destinations import IPAddress
from mail.network.dial import describe, first_connected
from mail.oauth2.credentials import sent_forms
from mail.oauth2.request import EndpointNotTrusted
from mail.report.codes import Code
from mail.report.failure import StageFailed
from mail.report.report import StageName
from mail.session.session import Session
from mail.session.wire import Wire


async def fetch_token(session: Session) -> str:
    """Runs stage TOKEN, and returns the access token."""
    with session.stages.stage(StageName.TOKEN):
        account = session.account
        if account.oauth2 is None or account.oauth2.client_secret is None:
            raise StageFailed(Code.OAUTH2_NOT_CONFIGURED)
        for form in sent_forms(account.oauth2):
            session.redactor.learn(form)
        try:
            token = await session.tools.tokens.fetch(account, session.tools.network)
        except EndpointNotTrusted as untrusted:
            session.stages.certificates = untrusted.chain
            raise
        session.redactor.learn(token.encode())
        return token


async def resolve(session: Session) -> tuple[IPAddress, ...]:
    """Runs stage RESOLVE, and returns the host's addresses that the rules allow."""
    with session.stages.stage(StageName.RESOLVE):
        account = session.account
        destination = Destination(account.host, account.port, account.timeout_seconds)
        addresses = await admitted_addresses(destination, session.tools.network)
        session.stages.note(", ".join(map(str, addresses)))
        return addresses


async def connect(session: Session, addresses: tuple[IPAddress, ...]) -> None:
    """Runs stage CONNECT, only to addresses that were checked; no name is looked up again."""
    account, stages = session.account, session.stages
    with stages.stage(StageName.CONNECT):
        dial = session.tools.network.dial
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
