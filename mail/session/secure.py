"""Stage TLS: by STARTTLS or from the first byte, verified either way."""

import ssl
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from mail.network.certificates import chain_facts
from mail.network.protocols import is_smtp, other_protocol
from mail.network.tls import (
    ClientCertificate,
    Handshake,
    TlsUse,
    anchors_of,
    context_for,
    explain,
    refusal_by_closing,
    refusal_of,
    watching,
)
from mail.report.codes import Code
from mail.report.failure import StageFailed
from mail.report.report import StageName
from mail.revocation import check_revocation
from mail.session.greet import READY
from mail.session.session import Session


async def start_implicit_tls(session: Session) -> None:
    """Runs stage TLS from the first byte (RFC 8314)."""
    with session.stages.stage(StageName.TLS), session.faults():
        await _handshake(session)


async def start_tls(session: Session) -> None:
    """Runs stage TLS by STARTTLS (RFC 3207), without a retry.

    Fails if data arrives before the handshake: an attacker on the network path could have injected
    it. What the server offered before the handshake is discarded for the same reason (RFC 3207
    §4.2).
    """
    with session.stages.stage(StageName.TLS), session.faults():
        if "starttls" not in session.extensions:
            raise StageFailed(session.unless_masked(Code.STARTTLS_NOT_OFFERED))
        session.expect(await session.command("STARTTLS"), READY)
        if session.open_wire.has_unread:
            raise StageFailed(Code.TLS_ANSWER_SMUGGLED, detail=session.open_wire.take_unread())
        session.extensions, session.mechanisms = {}, ()
        await _handshake(session)


async def _handshake(session: Session) -> None:
    wire, stages, account = session.open_wire, session.stages, session.account
    handshake = session.handshake = Handshake()
    client = ClientCertificate.of(account)
    context = await context_for(account.trusted_certificates, use=TlsUse.SMTP, client=client)
    if wire.has_unread:  # with implicit TLS, the client speaks first
        raise _not_tls(wire.first_unread, wire.take_unread())
    try:
        with watching(handshake):
            secured = await wire.secure(context, account.host.strip("[]").rstrip("."))
    except ssl.SSLError as error:
        anchors = anchors_of(context, account.trusted_certificates)
        raise _failure_of(error, handshake, anchors, session.tools.network.now()) from error
    except ConnectionAbortedError as error:  # asyncio raises it when the handshake times out
        raise StageFailed(Code.TLS_HANDSHAKE_TIMED_OUT) from error
    except OSError as error:
        code, words = refusal_by_closing(handshake)
        raise StageFailed(code, detail=words) from error
    finally:
        stages.certificates = chain_facts(handshake.chain)
    remark = await check_revocation(secured, account, session.tools.network)
    session.secured = True
    version, cipher = secured.version(), (secured.cipher() or ("",))[0]
    stages.server = replace(stages.server, tls_version=version, tls_cipher=cipher)
    stages.note(f"{version}, {cipher}; {remark}" if remark else f"{version}, {cipher}")


def _not_tls(first_bytes: bytes, received: str = "") -> StageFailed:
    """Returns the failure of a port that answered without TLS."""
    if is_smtp(first_bytes):
        return StageFailed(Code.PORT_SPEAKS_PLAIN_SMTP, detail=received)
    if other := other_protocol(first_bytes):
        return StageFailed(Code.NOT_SMTP, detail=f"it speaks {other}")
    return StageFailed(Code.TLS_HANDSHAKE_FAILED, detail="it does not speak TLS")


def _failure_of(
    error: ssl.SSLError,
    handshake: Handshake,
    anchors: Sequence[bytes],
    now: datetime,
) -> StageFailed:
    first = handshake.first_bytes
    if is_smtp(first) or other_protocol(first):
        return _not_tls(first)
    code, words = refusal_of(error, handshake)
    code, words = explain(code, handshake.chain, anchors, now) or (code, words)
    return StageFailed(code, detail=words)
