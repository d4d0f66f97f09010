"""Stages GREETING and EHLO."""

import asyncio
import re
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
from mail.session.redaction import REDACTED
from mail.session.session import Session

READY = 220
COMPLETED = 250
UNKNOWN_COMMAND = (500, 502)

PATIENCE_SECONDS = 4.0
"""How long to wait for a greeting before checking whether the port expects TLS."""
_SHARE_OF_TIMEOUT = 0.7


async def greet(session: Session) -> None:
    """Runs stage GREETING: waits for the server's first reply."""
    stages = session.stages
    with stages.stage(StageName.GREETING):
        with session.faults():
            reply = await _greeting(session)
        stages.record_reply(reply)
        stages.server = replace(stages.server, banner=reply.text)
        session.expect(reply, READY)


async def _greeting(session: Session) -> Reply:
    """Waits for the greeting. If it is late, checks on a second connection what the port speaks.

    A port with implicit TLS sends nothing before the client's handshake, so it looks like a slow
    server. The check raises StageFailed with the cause instead of a timeout.
    """
    greeting = asyncio.create_task(session.open_wire.greeting())
    try:
        patience = min(PATIENCE_SECONDS, session.account.timeout_seconds * _SHARE_OF_TIMEOUT)
        done, _ = await asyncio.wait({greeting}, timeout=patience)
        if not done and not session.secured:
            await _check_protocol(session)
        return await greeting
    finally:
        greeting.cancel()
        await asyncio.wait({greeting})


async def _check_protocol(session: Session) -> None:
    if session.address is None:
        return
    account = session.account
    seconds = min(PATIENCE_SECONDS, account.timeout_seconds)
    answer = await first_answer(account, session.address, session.tools.network.dial, seconds)
    if is_tls(answer.first_bytes):
        session.stages.certificates = chain_facts(answer.chain)
        raise StageFailed(Code.PORT_SPEAKS_IMPLICIT_TLS)
    if other := other_protocol(answer.first_bytes):
        raise StageFailed(Code.NOT_SMTP, words=f"it speaks {other}")


async def introduce(session: Session) -> None:
    """Runs stage EHLO; falls back to HELO if the server does not know EHLO."""
    with session.stages.stage(StageName.EHLO):
        name = session.ehlo_name = _ehlo_name(session)
        reply = await session.command(f"EHLO {name}")
        offers = reply
        if reply.code in UNKNOWN_COMMAND:
            reply, offers = await session.command(f"HELO {name}"), Reply(COMPLETED, ())
        session.expect(reply, COMPLETED)
        _record_extensions(session, offers)


def _ehlo_name(session: Session) -> str:
    configured = session.account.ehlo_hostname
    if name := configured or full_name(session.tools.machine_name()):
        return name
    return address_literal(session.open_wire.local_address or "127.0.0.1")


def _record_extensions(session: Session, offers: Reply) -> None:
    """Takes the extensions from the reply as received, and records them as they may be shown."""
    session.extensions, mechanisms = parse_esmtp_extensions(offers.raw)
    session.mechanisms = tuple(dict.fromkeys(each.upper() for each in mechanisms))
    session.stages.server = replace(
        session.stages.server,
        extensions=_shown_extensions(offers),
        auth_mechanisms=_shown_mechanisms(session.mechanisms, offers),
    )


def _shown_extensions(offers: Reply) -> tuple[str, ...]:
    extensions, _ = parse_esmtp_extensions("\n".join(offers.lines))
    keywords = (f"{word.upper()} {rest}".strip() for word, rest in extensions.items())
    return tuple(keyword.replace(REDACTED.upper(), REDACTED) for keyword in keywords)


def _shown_mechanisms(mechanisms: tuple[str, ...], offers: Reply) -> tuple[str, ...]:
    visible = re.split(r"[\s=]+", " ".join(offers.lines).upper())
    return tuple(dict.fromkeys(each if each in visible else REDACTED for each in mechanisms))
