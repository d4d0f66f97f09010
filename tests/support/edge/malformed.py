"""Malformed HTTP requests: made up, sent as bytes, and what came back.

Each begins as a good request, which is then spoilt in one or two ways; some are no HTTP at all.
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final

ANSWER_SECONDS: Final = 5.0
_SWITCHED: Final = 101
_HEAD_SECONDS: Final = 0.2
_LAST: Final = b"GET /health/live HTTP/1.1\r\nHost: postledger\r\nConnection: close\r\n\r\n"
GOOD: Final = b'{"query": "{ viewer { role } }"}'


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it goes over the wire."""

    method: bytes = b"POST"
    target: bytes = b"/graphql"
    version: bytes = b"HTTP/1.1"
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = GOOD
    chunked: bool = False
    length: int | None = None
    cut: float = 1.0
    raw: bytes | None = field(default=None, repr=False)

    def encoded(self) -> bytes:
        """The bytes; `cut` tells how much of them is sent."""
        if self.raw is not None:
            return self.raw
        length = len(self.body) if self.length is None else self.length
        framing = (b"Transfer-Encoding", b"chunked")
        if not self.chunked:
            framing = (b"Content-Length", str(length).encode())
        lines = [b" ".join((self.method, self.target, self.version))]
        lines += [b": ".join(each) for each in (*self.headers, framing)]
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(self.body), self.body) if self.chunked else self.body
        whole = b"\r\n".join(lines) + b"\r\n\r\n" + body
        return whole[: max(1, int(len(whole) * self.cut))]


@dataclass(frozen=True, slots=True)
class Got:
    """What came back: a status and a body, or neither where the connection was closed.

    `timed_out`: the service neither answered nor let the connection go.
    """

    status: int | None
    body: bytes = b""
    timed_out: bool = False
    goes_on: bool = False

    @property
    def codes(self) -> list[str] | None:
        """The errors' codes, where the body is GraphQL's; None where it is not."""
        try:
            return [each["extensions"]["code"] for each in json.loads(self.body)["errors"]]
        except (ValueError, KeyError, TypeError):
            return None


def requests(random: Random, token: str) -> Iterator[Sent]:
    """Requests without end; the same seed gives the same ones."""
    authorization = (b"Authorization", f"Bearer {token}".encode())
    kind = (b"Content-Type", b"application/json")
    while True:
        sent = Sent(headers=((b"Host", b"postledger"), authorization, kind))
        for _ in range(random.choice((1, 1, 2))):
            sent = random.choice(_SPOILERS)(sent, random)
        yield sent


async def send(host: str, port: int, sent: Sent) -> Got:
    """Sends a request, and waits until the service has answered, and closed the connection.

    After the answer comes a good request. Where the connection can be used again the service
    answers that one as well, and ends; where it can not, because what was sent is not at its end,
    the service has to end it by itself.
    """
    reader, writer = await asyncio.open_connection(host, port)
    got = Got(None)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            writer.write(sent.encoded())
            await writer.drain()
            got = await _read(reader)
            if not got.goes_on:
                writer.write(_LAST)
                await reader.read()
    except TimeoutError:
        return replace(got, timed_out=True)
    except OSError:
        return got
    finally:
        writer.close()
    return got


async def _read(reader: asyncio.StreamReader) -> Got:
    """The first answer on a connection; a spoilt request may be taken for several."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return Got(None)
    status = int(head.split(b" ", 2)[1])
    if status == _SWITCHED:
        # A handshake that was one after all: what is said from here on is no HTTP.
        return Got(status, goes_on=True)
    if 100 <= status < 200:
        return await _read(reader)
    if b"\r\ncontent-type: text/event-stream" in head.lower():
        # A subscription that was asked for rightly: it goes on until the client goes.
        return Got(status, goes_on=True)
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)\r\n", head)
    chunked = b"\r\ntransfer-encoding: chunked\r\n" in head.lower()
    if chunked:
        body = b""
        while size := int(await reader.readline(), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        return Got(status, body)
    return Got(status, b"" if length is None else await _exactly(reader, int(length[1])))


async def _exactly(reader: asyncio.StreamReader, size: int) -> bytes:
    """A body; less than it announced where it answers HEAD."""
    try:
        async with asyncio.timeout(_HEAD_SECONDS):
            return await reader.readexactly(size)
    except (asyncio.IncompleteReadError, TimeoutError):
        return b""


def _noise(random: Random, most: int = 60) -> bytes:
    return random.randbytes(random.randrange(most))


def _method(sent: Sent, random: Random) -> Sent:
    known = (
        b"GET",
        b"PUT",
        b"DELETE",
        b"HEAD",
        b"OPTIONS",
        b"TRACE",
        b"PATCH",
        b"CONNECT",
        b"post",
    )
    return replace(sent, method=random.choice((*known, _noise(random, 9))))


def _target(sent: Sent, random: Random) -> Sent:
    targets = (
        b"/", b"/graphql/", b"//graphql", b"/graphql?query=%7Ba%7D", b"/graphql?query=%ff%00",
        b"/graphql?variables=%7B", b"*", b"http://other/graphql", b"/graphql#x", b"/%2e%2e/graphql",
        b"/graphql/assets/../../x", b"/metrics", b"/health/ready", b"/schema.graphql?a=b",
        b"/graphql?" + b"a=b&" * random.randrange(2000),
    )  # fmt: skip
    return replace(sent, target=random.choice((*targets, b"/" + _noise(random))))


def _version(sent: Sent, random: Random) -> Sent:
    return replace(sent, version=random.choice((b"HTTP/1.0", b"HTTP/2.0", b"HTTP/9", b"", b"x")))


def _header(sent: Sent, random: Random) -> Sent:
    headers = (
        (b"Content-Type", b"text/plain"), (b"Content-Type", b"application/json; charset=utf-16"),
        (b"Content-Type", b""), (b"Content-Encoding", b"gzip"), (b"Accept", b"image/png"),
        (b"Accept", b";;;q=,"), (b"Accept", b"text/event-stream"), (b"Accept", b"text/html"),
        (b"Accept", b"application/graphql-response+json;q=2"), (b"Expect", b"100-continue"),
        (b"Upgrade", b"websocket"), (b"Connection", b"Upgrade"), (b"Host", b"other"),
        (b"Authorization", b"Bearer " + b"a.b.c"), (b"Authorization", _noise(random)),
        (b"X-Forwarded-For", b"1.2.3.4, ::1, x"), (b"X-Request-Id", b"a\x01b"),
        (b"Cookie", b"a=" + b"b" * random.randrange(70_000)), (b"Origin", b"null"),
        (b"Transfer-Encoding", b"gzip"), (b"Content-Length", b"-1"), (b"Content-Length", b"1e3"),
        (b"Content-Type", b"multipart/form-data; boundary=x"), (_noise(random, 9), _noise(random)),
    )  # fmt: skip
    return replace(sent, headers=(random.choice(headers), *sent.headers))


def _no_header(sent: Sent, random: Random) -> Sent:
    left = list(sent.headers)
    if left:
        left.pop(random.randrange(len(left)))
    return replace(sent, headers=tuple(left))


def _body(sent: Sent, random: Random) -> Sent:
    nested = random.randrange(1, 60_000)
    bodies = (
        b"", b"42", b"null", b'""', b"[]", b"[[]]", b"{}", b"{", b"\xff\xfe", b"\0" * 50,
        b"[" * nested, b'{"a":' * min(nested, 15_000), b'{"query": NaN}', b'{"query": 1e999}',
        b'{"query": "\\ud800"}', b'{"query": "{ viewer { role } }", "variables": {"a": "\\udfff"}}',
        b'{"query": "' + b"{" * min(nested, 900) + b'"}', b'{"query": "#' + b"x" * 50_000 + b'"}',
        b'{"query": "{ a(b: ' + b"[" * min(nested, 900) + b') }"}', b'[{"query": "{ a }"}]',
        b'{"query": "{ viewer { role } }", "operationName": "\\u0000"}',
        b'{"query": "query($a: ID!) { node(id: $a) { id } }", "variables": {"a": "\\u0000"}}',
        b'{"query": "query($a: Int!) { a(b: $a) }", "variables": {"a": 1e400}}',
        b'{"query": "query($a: Int!) { a(b: $a) }", "variables": {"a": -5}}',
        b'{"query": "{ testEmail(id: \\"VGVzdEVtYWlsOgA=\\") { id } }"}',
        b'{"documentId": "\\u0000"}', b'{"extensions": {"persistedQuery": {"sha256Hash": []}}}',
        b'{"query": "subscription { emailSettingsChanged { revision } }"}', b"x" * 100_001,
        GOOD[: random.randrange(len(GOOD))], _noise(random, 400),
    )  # fmt: skip
    return replace(sent, body=random.choice(bodies))


def _length(sent: Sent, random: Random) -> Sent:
    return replace(sent, length=random.choice((0, 1, 10, 10**6, 10**30)))


def _chunked(sent: Sent, _random: Random) -> Sent:
    return replace(sent, chunked=True)


def _cut(sent: Sent, random: Random) -> Sent:
    return replace(sent, cut=random.random())


def _flipped(sent: Sent, random: Random) -> Sent:
    """Some bytes of the whole are others."""
    whole = bytearray(sent.encoded())
    for _ in range(random.randrange(1, 6)):
        whole[random.randrange(len(whole))] = random.randrange(256)
    return replace(sent, raw=bytes(whole))


def _upgrade(sent: Sent, random: Random) -> Sent:
    """A WebSocket's handshake, or something like one."""
    headers = [
        (b"Connection", b"Upgrade"),
        (b"Upgrade", random.choice((b"websocket", b"WebSocket", b"h2c", _noise(random)))),
        (b"Sec-WebSocket-Version", random.choice((b"13", b"8", b"", _noise(random)))),
        (b"Sec-WebSocket-Key", random.choice((b"dGhlIHNhbXBsZSBub25jZQ==", b"x", b""))),
        *[(b"X-A", b"b" * random.choice((1, 9_000)))] * random.choice((0, 1, 200)),
    ]  # fmt: skip
    given = (*headers[: random.randrange(1, 5)], *headers[4:], *sent.headers)
    return replace(sent, method=random.choice((b"GET", b"GET", b"POST")), headers=given)


def _no_http(sent: Sent, random: Random) -> Sent:
    return replace(sent, raw=random.choice((_noise(random, 3000), b"\r\n" * 5000, b"GET /" * 9000)))


_SPOILERS: Final[tuple[Callable[[Sent, Random], Sent], ...]] = (
    _method, _target, _version, _header, _header, _no_header, _body, _body, _length, _chunked,
    _cut, _flipped, _no_http, _upgrade,
)  # fmt: skip
