"""Finding a secret in whatever form it may have got out: the search, and where to look.

A suite puts `CANARY` (or a secret of its own, of as many awkward characters) through its paths,
gathers what was answered, logged and kept, and asks `leaks` of each; it leaks once on purpose to
see that the search would have found it.
"""

import base64
import hashlib
import html
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote, quote_plus

from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncEngine

CANARY: Final = "pä55 \"w'o%r\\d<&>𝄞é+/="
"""A password with what escaping goes wrong on: quotes, percent, backslash, non-BMP."""

_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")


def leaks(secret: str, haystack: bytes) -> list[str]:
    """The forms in which a secret stands in some bytes, by name."""
    return sorted({name for name, form in _forms(secret) if form in haystack})


def files_below(folder: Path) -> bytes:
    """The files of a folder as they lie there: databases with their write-ahead logs, keys."""
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


async def values_in(engine: AsyncEngine) -> bytes:
    """Every value of every row of every table, as the database gives it out."""
    tables = MetaData()
    async with engine.connect() as connection:
        await connection.run_sync(tables.reflect)
        rows = [
            row
            for table in tables.sorted_tables
            for row in await connection.execute(table.select())
        ]
    values = [value for row in rows for value in row]
    return b"\n".join(
        value if isinstance(value, bytes) else str(value).encode() for value in values
    )


def _forms(secret: str) -> Iterator[tuple[str, bytes]]:
    raw = secret.encode()
    for name, text in (
        ("raw", secret),
        ("repr", repr(secret)[1:-1]),
        ("repr, ASCII", ascii(secret)[1:-1]),
        # A log for machines writes what a value looks like, in JSON.
        ("repr of bytes", repr(raw)[2:-1]),
    ):
        yield name, text.encode()
        yield from _in_json(name, text)
    yield "HTML", html.escape(secret).encode()
    yield "URL", quote(secret, safe="").encode()
    yield "URL, path", quote(secret).encode()
    yield "URL, form", quote_plus(secret).encode()
    for encoding in ("utf-16-le", "utf-16-be"):
        yield encoding, secret.encode(encoding)
    yield from _spelled("", raw)
    for algorithm in ("md5", "sha1", "sha256"):
        digest = hashlib.new(algorithm, raw).digest()
        yield algorithm, digest
        yield from _spelled(f"{algorithm}, ", digest)


def _in_json(name: str, text: str) -> Iterator[tuple[str, bytes]]:
    said = "" if name == "raw" else f"{name}, "
    for form, ascii_only in (("JSON", False), ("JSON, ASCII", True)):
        once = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        yield f"{said}{form}", once.encode()
        # An event's body is JSON in itself, and so stands escaped twice in an answer.
        yield f"{said}{form}, twice", json.dumps(once, ensure_ascii=ascii_only)[1:-1].encode()


def _spelled(prefix: str, raw: bytes) -> Iterator[tuple[str, bytes]]:
    yield f"{prefix}hex", raw.hex().encode()
    yield f"{prefix}HEX", raw.hex().upper().encode()
    for offset in range(3):
        # The characters at both ends depend on what stands beside it; those between do not.
        inner = base64.b64encode(b"\0" * offset + raw)
        inner = inner[-(-8 * offset // 6) :].rstrip(b"=")
        inner = inner if (offset + len(raw)) % 3 == 0 else inner[:-1]
        yield f"{prefix}base64", inner
        yield f"{prefix}base64url", inner.translate(_URL_SAFE)
