"""Stages GREETING and EHLO."""

import asyncio
from dataclasses import replace

from aiosmtplib.esmtp import parse_esmtp_extensions

from mail.network.certificates import chain_facts
from mail.network.names import address_literal, full_name
from mail.network.probe import first_answer
from mail.network.protocols import is_tls, other_protocol
from mail.report.codes import Code
from mail.report.failure import StageFailed
from mail.report.reply import Reply
from mail.report.report import StageName
from mail.session.session import Session

GREETED = 220
DONE = 250
UNKNOWN_COMMAND = (500, 502)

PATIENCE_SECONDS = 4.0
"""How long a greeting is awaited before the port is asked whether it waits for TLS."""
_SHARE_OF_TIME = 0.7


async def greet(session: Session) -> None:
    """Stage GREETING."""
    stages = session.stages
    with stages.stage(StageName.GREETING):
        with session.faults():
            reply = await _patient_greeting(session)
        stages.heard(reply)
        stages.server = replace(stages.server, banner=reply.text)
        session.expect(reply, GREETED)


async def _patient_greeting(session: Session) -> Reply:
    """The greeting; where it is late, the port is asked beside it what it waits for."""
    awaited = asyncio.create_task(session.open_wire.greeting())
    try:
        patience = min(PATIENCE_SECONDS, session.account.timeout_seconds * _SHARE_OF_TIME)
        done, _ = await asyncio.wait({awaited}, timeout=patience)
        if not done and not session.secured:
            await _ask_what_it_speaks(session)
        return await awaited
    finally:
        awaited.cancel()
        await asyncio.wait({awaited})


async def _ask_what_it_speaks(session: Session) -> None:
    if session.address is None:
        return
    account = session.account
    seconds = min(PATIENCE_SECONDS, account.timeout_seconds)
    answer = await first_answer(account, session.address, session.tools.network.dial, seconds)
    if is_tls(answer.first_bytes):
        session.stages.certificates = chain_facts(answer.chain)
        raise StageFailed(Code.PORT_SPEAKS_IMPLICIT_TLS)
    if other := other_protocol(answer.first_bytes):
        raise StageFailed(Code.NOT_SMTP, detail=f"it speaks {other}")


async def introduce(session: Session) -> None:
    """Stage EHLO, with HELO for a server that does not know it."""
    with session.stages.stage(StageName.EHLO):
        name = session.ehlo_name = _own_name(session)
        reply = await session.command(f"EHLO {name}")
        offers = "\n".join(reply.lines)
        if reply.code in UNKNOWN_COMMAND:
            reply, offers = await session.command(f"HELO {name}"), ""
        session.expect(reply, DONE)
        _note_offers(session, offers)


def _own_name(session: Session) -> str:
    configured = session.account.ehlo_hostname
    if name := configured or full_name(session.tools.machine_name()):
        return name
    return address_literal(session.open_wire.local_address or "127.0.0.1")


def _note_offers(session: Session, offers: str) -> None:
    session.extensions, mechanisms = parse_esmtp_extensions(offers)
    session.mechanisms = tuple(dict.fromkeys(each.upper() for each in mechanisms))
    keywords = (f"{word.upper()} {rest}".strip() for word, rest in session.extensions.items())
    session.stages.server = replace(
        session.stages.server,
        extensions=tuple(keywords),
        auth_mechanisms=session.mechanisms,
    )
