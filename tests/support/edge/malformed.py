"""Malformed HTTP requests: generates them, sends them as bytes, and reads the answers.

Each begins as a valid request, which is then spoiled in one or two ways; some are not HTTP at all.
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
class RawRequest:
    """A request as it is sent."""

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
        """The bytes to send: the fraction `cut` of the whole request."""
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
class RawResponse:
    """The answer: a status and a body, or neither if the connection was closed.

    `timed_out`: the service neither answered nor closed the connection.
    """

    status: int | None
    body: bytes = b""
    timed_out: bool = False
    goes_on: bool = False

    @property
    def codes(self) -> list[str] | None:
        """The errors' codes, or None if the body is not a GraphQL response."""
        try:
            return [each["extensions"]["code"] for each in json.loads(self.body)["errors"]]
        except (ValueError, KeyError, TypeError):
            return None


def requests(random: Random, token: str) -> Iterator[RawRequest]:
    """Yields requests without end; the same seed gives the same requests."""
    authorization = (b"Authorization", f"Bearer {token}".encode())
    kind = (b"Content-Type", b"application/json")
    while True:
        request = RawRequest(headers=((b"Host", b"postledger"), authorization, kind))
        for _ in range(random.choice((1, 1, 2))):
            request = random.choice(_SPOILERS)(request, random)
        yield request


async def send(host: str, port: int, request: RawRequest) -> RawResponse:
    """Sends a request, and waits until the service has answered and closed the connection.

    After the answer, it sends a valid request with `Connection: close`. If the connection can be
    reused, the service answers this request too and closes. If it cannot be, because the first
    request is incomplete, the service has to close the connection on its own.
    """
    reader, writer = await asyncio.open_connection(host, port)
    response = RawResponse(None)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            writer.write(request.encoded())
            await writer.drain()
            response = await _read(reader)
            if not response.goes_on:
                writer.write(_LAST)
                await reader.read()
    except TimeoutError:
        return replace(response, timed_out=True)
    except OSError:
        return response
    finally:
        writer.close()
    return response


async def _read(reader: asyncio.StreamReader) -> RawResponse:
    """Reads the first answer; the service may read a spoiled request as several."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return RawResponse(None)
    status = int(head.split(b" ", 2)[1])
    if status == _SWITCHED:
        # The handshake was valid after all, and what follows is not HTTP.
        return RawResponse(status, goes_on=True)
    if 100 <= status < 200:
        return await _read(reader)
    if b"\r\ncontent-type: text/event-stream" in head.lower():
        # The subscription was valid: it continues until the client disconnects.
        return RawResponse(status, goes_on=True)
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)\r\n", head)
    chunked = b"\r\ntransfer-encoding: chunked\r\n" in head.lower()
    if chunked:
        body = b""
        while size := int(await reader.readline(), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        return RawResponse(status, body)
    return RawResponse(status, b"" if length is None else await _exactly(reader, int(length[1])))


async def _exactly(reader: asyncio.StreamReader, size: int) -> bytes:
    """Reads a body, which is missing in the answer to HEAD."""
    try:
        async with asyncio.timeout(_HEAD_SECONDS):
            return await reader.readexactly(size)
    except (asyncio.IncompleteReadError, TimeoutError):
        return b""


def _noise(random: Random, most: int = 60) -> bytes:
    return random.randbytes(random.randrange(most))


def _method(request: RawRequest, random: Random) -> RawRequest:
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
    return replace(request, method=random.choice((*known, _noise(random, 9))))


def _target(request: RawRequest, random: Random) -> RawRequest:
    targets = (
        b"/", b"/graphql/", b"//graphql", b"/graphql?query=%7Ba%7D", b"/graphql?query=%ff%00",
        b"/graphql?variables=%7B", b"*", b"http://other/graphql", b"/graphql#x", b"/%2e%2e/graphql",
        b"/graphql/assets/../../x", b"/metrics", b"/health/ready", b"/schema.graphql?a=b",
        b"/graphql?" + b"a=b&" * random.randrange(2000),
    )  # fmt: skip
    return replace(request, target=random.choice((*targets, b"/" + _noise(random))))


def _version(request: RawRequest, random: Random) -> RawRequest:
    return replace(request, version=random.choice((b"HTTP/1.0", b"HTTP/2.0", b"HTTP/9", b"", b"x")))


def _header(request: RawRequest, random: Random) -> RawRequest:
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
    return replace(request, headers=(random.choice(headers), *request.headers))


def _no_header(request: RawRequest, random: Random) -> RawRequest:
    left = list(request.headers)
    if left:
        left.pop(random.randrange(len(left)))
    return replace(request, headers=tuple(left))


def _body(request: RawRequest, random: Random) -> RawRequest:
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
    return replace(request, body=random.choice(bodies))


def _length(request: RawRequest, random: Random) -> RawRequest:
    return replace(request, length=random.choice((0, 1, 10, 10**6, 10**30)))


def _chunked(request: RawRequest, _random: Random) -> RawRequest:
    return replace(request, chunked=True)


def _cut(request: RawRequest, random: Random) -> RawRequest:
    return replace(request, cut=random.random())


def _flipped(request: RawRequest, random: Random) -> RawRequest:
    """Replaces some bytes of the whole."""
    whole = bytearray(request.encoded())
    for _ in range(random.randrange(1, 6)):
        whole[random.randrange(len(whole))] = random.randrange(256)
    return replace(request, raw=bytes(whole))


def _upgrade(request: RawRequest, random: Random) -> RawRequest:
    """Makes it a WebSocket handshake, valid or almost."""
    headers = [
        (b"Connection", b"Upgrade"),
        (b"Upgrade", random.choice((b"websocket", b"WebSocket", b"h2c", _noise(random)))),
        (b"Sec-WebSocket-Version", random.choice((b"13", b"8", b"", _noise(random)))),
        (b"Sec-WebSocket-Key", random.choice((b"dGhlIHNhbXBsZSBub25jZQ==", b"x", b""))),
        *[(b"X-A", b"b" * random.choice((1, 9_000)))] * random.choice((0, 1, 200)),
    ]  # fmt: skip
    given = (*headers[: random.randrange(1, 5)], *headers[4:], *request.headers)
    return replace(request, method=random.choice((b"GET", b"GET", b"POST")), headers=given)


def _no_http(request: RawRequest, random: Random) -> RawRequest:
    return replace(
        request, raw=random.choice((_noise(random, 3000), b"\r\n" * 5000, b"GET /" * 9000))
    )


_SPOILERS: Final[tuple[Callable[[RawRequest, Random], RawRequest], ...]] = (
    _method, _target, _version, _header, _header, _no_header, _body, _body, _length, _chunked,
    _cut, _flipped, _no_http, _upgrade,
)  # fmt: skip
