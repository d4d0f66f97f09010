"""Recognizes the protocol of a port by the first bytes that the server sends."""

_OTHERS = {
    b"HTTP/": "HTTP, which is for the web",
    b"<!DOC": "HTTP, which is for the web",
    b"<html": "HTTP, which is for the web",
    b"* OK": "IMAP, which is for reading mail",
    b"* PRE": "IMAP, which is for reading mail",
    b"* BYE": "IMAP, which is for reading mail",
    b"+OK": "POP3, which is for reading mail",
    b"-ERR": "POP3, which is for reading mail",
    b"SSH-": "SSH, which is for signing in to machines",
}
_TLS_RECORDS = (b"\x15\x03", b"\x16\x03")


def other_protocol(first_bytes: bytes) -> str | None:
    """Returns a well-known protocol other than SMTP and its purpose, or None."""
    for start, name in _OTHERS.items():
        if first_bytes.startswith(start):
            return name
    return None


def is_tls(first_bytes: bytes) -> bool:
    """Returns whether this is a TLS record: an alert or a handshake (RFC 8446 §5.1)."""
    return first_bytes.startswith(_TLS_RECORDS)


def is_smtp(first_bytes: bytes) -> bool:
    """Returns whether this could be an SMTP reply."""
    return len(first_bytes) > 3 and first_bytes[:3].isdigit() and first_bytes[3:4] in b" -"  # noqa: PLR2004 - a code and what follows it
