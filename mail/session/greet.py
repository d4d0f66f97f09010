"""Stages GREETING and EHLO."""

import asyncio
import re
from dataclasses import replace

from aiosmtplib.esmtp import parse_esmtp_extensions

from mail.network.certificates import chain_facts
from mail.network.names import address_literal, full_name
from mail.network.probe import first_answer
from mail.network.protocols import is_tls, other_protocol
from mail.network.tls import Handshake
from mail.report.codes import Code
from mail.report.failure import StageFailed
from mail.report.reply import Reply
from mail.report.report import StageName
from mail.session.redaction import REDACTED
from mail.session.session import Session
from mail.session.wire import Fault, WireError

READY = 220
COMPLETED = 250
UNKNOWN_COMMAND = (500, 502)

SMTP_PORT = 25
_PROBE_SECONDS = 4.0


async def greet(session: Session) -> None:
    """Runs stage GREETING: waits for the server's first reply."""
    stages = session.stages
    with stages.stage(StageName.GREETING):
        with session.faults():
            reply = await _greeting(session)
        stages.record_reply(reply)
        session.masked = reply.masked
        stages.server = replace(stages.server, banner=reply.text)
        session.expect(reply, READY)


async def _greeting(session: Session) -> Reply:
    """Waits for the greeting. If the server stays silent, checks what its port speaks.

    A port with implicit TLS sends nothing before the client's handshake, so it looks like a slow
    server. The check raises StageFailed with the cause instead of a timeout. If the timeout is
    shorter than a server may be silent, the check comes at its end.
    """
    greeting = asyncio.create_task(session.open_wire.greeting())
    try:
        await asyncio.wait({greeting}, timeout=session.tools.silence_seconds)
        if _is_silent(session, greeting):
            await _check_protocol(session)
        return await greeting
    finally:
        greeting.cancel()
        await asyncio.gather(greeting, return_exceptions=True)


def _is_silent(session: Session, greeting: "asyncio.Task[Reply]") -> bool:
    """Returns whether the port may expect TLS: it sent nothing, and is not for mail servers.

    Servers for other servers' mail, such as Postfix's postscreen, delay their greeting to recognize
    clients that do not wait for it, and remember their addresses.
    """
    if session.secured or session.account.port == SMTP_PORT or session.open_wire.heard.is_set():
        return False
    error = greeting.exception() if greeting.done() else None
    return error is None or (isinstance(error, WireError) and error.fault is Fault.TIMED_OUT)


async def _check_protocol(session: Session) -> None:
    answer = await _probe(session)
    if answer is None:
        return
    if is_tls(answer.first_bytes):
        session.stages.certificates = chain_facts(answer.chain)
        raise StageFailed(Code.PORT_SPEAKS_IMPLICIT_TLS)
    if other := other_protocol(answer.first_bytes):
        raise StageFailed(Code.NOT_SMTP, words=f"it speaks {other}")


async def _probe(session: Session) -> Handshake | None:
    """Offers TLS on a second connection; stops if the server greets the first meanwhile."""
    account, dial = session.account, session.tools.network.dial
    if session.address is None:
        return None
    seconds = min(_PROBE_SECONDS, account.timeout_seconds)
    probe = asyncio.create_task(first_answer(account, session.address, dial, seconds))
    heard = asyncio.create_task(session.open_wire.heard.wait())
    try:
        await asyncio.wait({probe, heard}, return_when=asyncio.FIRST_COMPLETED)
        return None if session.open_wire.heard.is_set() else probe.result()
    finally:
        probe.cancel()
        heard.cancel()
        await asyncio.gather(probe, heard, return_exceptions=True)


async def introduce(session: Session) -> None:
    """Runs stage EHLO; falls back to HELO if the server does not know EHLO."""
    with session.stages.stage(StageName.EHLO):
        name = session.ehlo_name = _ehlo_name(session)
        reply = await session.command(f"EHLO {name}")
        offers = reply
        session.masked |= reply.masked
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
