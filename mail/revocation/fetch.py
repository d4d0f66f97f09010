"""Downloads what an authority publishes, within the destination rules and with limits.

The URLs are in certificates of servers, so they are as trustworthy as any destination that a client
enters: the same rules decide. Redirects are not followed, because their targets were not checked.
HTTP/1.0 is enough, and OpenSSL's own client uses it: no answer in chunks, no connection to keep.
"""

import asyncio
import contextlib
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from mail.network.admission import Destination, admitted_addresses
from mail.network.dial import first_connected
from mail.network.network import Network
from mail.report.codes import Code
from mail.report.failure import StageFailed
from mail.revocation.status import NotChecked

HTTP_PORT = 80
OK = 200
MAX_HEAD_BYTES = 16 * 1024
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})\b")
_PRINTABLE = re.compile(r"[!-~]+")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d{1,18})\r\n", re.IGNORECASE)
_CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """What to fetch. With a body, it is posted as `content_type`."""

    url: str
    max_bytes: int
    body: bytes = b""
    content_type: str = ""


async def fetch(request: Request, network: Network, seconds: float) -> bytes | NotChecked:
    """Returns the body of the answer, or why no answer is usable."""
    try:
        parts = urlsplit(request.url)
        port = parts.port or HTTP_PORT
    except ValueError:
        return NotChecked("its pointer is not a URL")
    if not parts.hostname or not _PRINTABLE.fullmatch(request.url):
        return NotChecked("its pointer is not a URL")
    try:
        async with (
            asyncio.timeout(seconds),
            _connected(Destination(parts.hostname, port, seconds), network) as (reader, writer),
        ):
            writer.write(_head(request, parts) + request.body)
            return await _answer(request, reader)
    except TimeoutError:
        return NotChecked(f"{request.url} did not answer in time", unreachable=True)
    except StageFailed as failed:
        return _not_connected(request.url, failed.failure.code)
    except (OSError, EOFError):
        return NotChecked(f"{request.url} closed the connection", unreachable=True)


@contextlib.asynccontextmanager
async def _connected(
    destination: Destination, network: Network
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    addresses = await admitted_addresses(destination, network)
    connected = await first_connected(
        addresses, destination.port, network.dial, destination.seconds
    )
    try:
        reader, writer = await asyncio.open_connection(sock=connected.socket, limit=MAX_HEAD_BYTES)
    except BaseException:
        connected.socket.close()
        raise
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


def _head(request: Request, parts: SplitResult) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{'POST' if request.body else 'GET'} {target} HTTP/1.0"]
    lines.append(f"Host: {parts.netloc.rpartition('@')[2]}")
    if request.body:
        lines.append(f"Content-Type: {request.content_type}")
        lines.append(f"Content-Length: {len(request.body)}")
    return "".join(f"{line}\r\n" for line in (*lines, "Connection: close", "")).encode("ascii")


async def _answer(request: Request, reader: asyncio.StreamReader) -> bytes | NotChecked:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        return NotChecked(f"{request.url} does not speak HTTP")
    status = _STATUS.match(head)
    if status is None:
        return NotChecked(f"{request.url} does not speak HTTP")
    if int(status[1]) != OK:
        return NotChecked(f"{request.url} answered with HTTP status {int(status[1])}")
    length = _LENGTH.search(head)
    end = min(int(length[1]) if length else sys.maxsize, request.max_bytes + 1)
    body = bytearray()
    while chunk := await reader.read(min(end - len(body), _CHUNK_BYTES)):
        body += chunk
    if len(body) > request.max_bytes:
        return NotChecked(f"the answer of {request.url} is too long")
    return bytes(body)


def _not_connected(url: str, code: Code) -> NotChecked:
    if code is Code.DESTINATION_NOT_ALLOWED:
        return NotChecked(f"Postledger may not connect to {url}")
    return NotChecked(f"{url} cannot be reached", unreachable=True)
