"""Finds out whether a silent port is waiting for TLS."""

import asyncio
import contextlib

from mail.account import Account
from mail.network.destinations import IPAddress
from mail.network.dial import Dial
from mail.network.tls import Handshake, TlsUse, context_for, watching
from mail.report.failure import StageFailed


async def first_answer(
    account: Account, address: IPAddress, dial: Dial, seconds: float
) -> Handshake:
    """Starts a TLS handshake on a separate connection, and returns what the server sent back.

    The certificate is verified as usual. The connection is closed at once; after the handshake,
    nothing is sent over it.
    """
    handshake, host = Handshake(), account.host.strip("[]").rstrip(".")
    with contextlib.suppress(OSError, TimeoutError, StageFailed):
        async with asyncio.timeout(seconds):
            context = await context_for(account.trusted_certificates, use=TlsUse.SMTP)
            connection = await dial(address, account.port)
            try:
                loop = asyncio.get_running_loop()
                with watching(handshake):
                    transport, _ = await loop.create_connection(
                        asyncio.Protocol, ssl=context, sock=connection, server_hostname=host
                    )
            except BaseException:
                connection.close()
                raise
            transport.abort()
    return handshake
