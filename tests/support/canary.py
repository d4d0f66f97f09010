"""Searching for leaks of a secret, in any encoding.

A suite uses `CANARY` (or its own secret, with as many awkward characters) as a password, collects
what was answered, logged and stored, and searches each with `leaks`. It also leaks the secret once
on purpose, to check that the search finds it.
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
"""A password of characters that are often escaped wrongly: quotes, percent, backslash, non-BMP."""

_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")


def leaks(secret: str, haystack: bytes) -> list[str]:
    """Returns the names of the forms in which a secret is in some bytes."""
    return sorted({name for name, form in _forms(secret) if form in haystack})


def files_below(folder: Path) -> bytes:
    """Returns the bytes of all files below a folder: databases, write-ahead logs, keys."""
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


async def values_in(engine: AsyncEngine) -> bytes:
    """Returns every value of every row of every table."""
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
        # Structured logs contain the repr of a value within JSON.
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
    prefix = "" if name == "raw" else f"{name}, "
    for form, ascii_only in (("JSON", False), ("JSON, ASCII", True)):
        once = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        yield f"{prefix}{form}", once.encode()
        # An event's body is JSON itself, so it is escaped twice in an answer.
        yield f"{prefix}{form}, twice", json.dumps(once, ensure_ascii=ascii_only)[1:-1].encode()


def _spelled(prefix: str, raw: bytes) -> Iterator[tuple[str, bytes]]:
    yield f"{prefix}hex", raw.hex().encode()
    yield f"{prefix}HEX", raw.hex().upper().encode()
    for offset in range(3):
        # The characters at both ends depend on the adjacent bytes; the characters between do not.
        inner = base64.b64encode(b"\0" * offset + raw)
        inner = inner[-(-8 * offset // 6) :].rstrip(b"=")
        inner = inner if (offset + len(raw)) % 3 == 0 else inner[:-1]
        yield f"{prefix}base64", inner
        yield f"{prefix}base64url", inner.translate(_URL_SAFE)
