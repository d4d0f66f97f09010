"""Marks: SHA-256 hashes by which the trail identifies private data without disclosing it."""

from hashlib import sha256

from db.tables import AccessTokenRow, EmailTestRow


def token_mark(row: AccessTokenRow) -> str:
    """Hashes a token's hash, so that an event identifies the token without disclosing the hash."""
    return sha256(row.token_hash.encode()).hexdigest()


def secret_mark(fingerprint: bytes) -> str:
    """Hashes a secret's fingerprint.

    The fingerprint is keyed, and its key is stored sealed in the database, so a mark cannot be used
    to guess passwords.
    """
    return sha256(fingerprint).hexdigest()


def report_digest(row: EmailTestRow) -> str:
    """Hashes the report of a test email that has ended."""
    return sha256(row.report.encode()).hexdigest()
