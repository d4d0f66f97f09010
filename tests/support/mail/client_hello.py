"""What a client offers in a TLS handshake, read from a raw socket."""

import asyncio
from collections.abc import Mapping

from mail.account import Account
from mail.report.report import EmailTestDepth
from tests.support.mail.world import World

KEY_SHARE = 51
"""The extension with the client's public keys, which each handshake makes (RFC 8446 §4.2.8)."""
ALPN = 16


async def offered_by(world: World, account: Account) -> Mapping[int, bytes]:
    """Returns the extensions of the ClientHello that an attempt with implicit TLS sends."""
    records: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        header = await reader.readexactly(5)
        records.append(await reader.readexactly(int.from_bytes(header[3:5])))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        world.ports[account.port] = server.sockets[0].getsockname()[1]
        await world.attempt(account, EmailTestDepth.CONNECT)
    return extensions_of(records[0])


def extensions_of(hello: bytes) -> Mapping[int, bytes]:
    """Returns the extensions of a ClientHello by number (RFC 8446 §4.1.2)."""
    at = 4 + 2 + 32
    at += 1 + hello[at]  # session id
    at += 2 + int.from_bytes(hello[at : at + 2])  # ciphers
    at += 1 + hello[at]  # compression
    at += 2
    found = {}
    while at < len(hello):
        number, size = int.from_bytes(hello[at : at + 2]), int.from_bytes(hello[at + 2 : at + 4])
        found[number] = hello[at + 4 : at + 4 + size]
        at += 4 + size
    return found
