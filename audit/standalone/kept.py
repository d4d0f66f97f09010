"""Finds checkpoints in the files in which people and programs keep them."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator

from audit.standalone.formats.ed25519 import SIGNATURE_SIZE
from audit.standalone.formats.encoding import CannotCheckError
from audit.standalone.formats.notes import LARGEST_FILE, CheckpointNote, parse_checkpoint

_NOTE = r"""(?x) (?<![^\n>"'])
    [^\s+<>"']+ \n [0-9]+ \n [A-Za-z0-9+/]{43}= \n
    \n (?: \N{EM DASH}[ ][^\s+]+[ ][A-Za-z0-9+/=]+ \n )+ (?=[\n"'<]|\Z)"""


def find_checkpoints(data: bytes) -> dict[bytes, CheckpointNote]:
    """Returns the checkpoints in a file, each by its note as it was signed.

    Mail programs and editors change line endings, drop the last newline and add a byte order mark.
    A file of anchors, a log line, a web page or a saved email contains notes among other text.

    Raises:
        CannotCheckError: there is no checkpoint, one is incomplete, or they are of several trails.
    """
    if len(data) > LARGEST_FILE:
        raise CannotCheckError(f"it is larger than {LARGEST_FILE} bytes: give only its last lines")
    data = restore_line_ends(data)
    try:
        return _checked({data: parse_checkpoint(data)})
    except CannotCheckError:
        notes = [each for text in _texts_of(data) for each in re.findall(_NOTE, text)]
        found = {note.encode(): parse_checkpoint(note.encode()) for note in notes}
        if not found:
            raise
    return _checked(found)


def _checked(found: dict[bytes, CheckpointNote]) -> dict[bytes, CheckpointNote]:
    signatures = [(each, line) for each in found.values() for line in each.note.signatures]
    if any(
        each.origin == line.name and len(line.value) < SIGNATURE_SIZE for each, line in signatures
    ):
        raise CannotCheckError("a checkpoint is incomplete: the end of a signature is missing")
    origins = {each.origin for each in found.values()}
    if len(origins) > 1:
        message = "it contains checkpoints of several trails, {}: give only those of this trail"
        raise CannotCheckError(message.format(", ".join(map(ascii, sorted(origins)))))
    return found


def restore_line_ends(data: bytes) -> bytes:
    """Removes a byte order mark, Windows line endings, and empty lines around the text."""
    return data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").strip(b"\n") + b"\n"


def _texts_of(data: bytes) -> Iterator[str]:
    """Yields the text as it is, the text without a log's escapes, and the parts of an email."""
    text = data.decode("utf-8", "replace")
    yield text
    yield text.replace("\\n", "\n").replace("\\u2014", "\N{EM DASH}")
    for part in email.message_from_bytes(data).walk():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            yield restore_line_ends(content).decode("utf-8", "replace")
