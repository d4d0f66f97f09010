"""Certificates for tests, each made only once."""

from datetime import UTC, datetime
from functools import cache
from typing import Final

import trustme

NEVER: Final = datetime(2999, 1, 1, tzinfo=UTC)


@cache
def certificate(name: str = "mail.example.com", expires_at: datetime = NEVER) -> str:
    """Returns a certificate as PEM; the same for the same name and expiry."""
    authority = trustme.CA(organization_name="Example Authority")
    leaf = authority.issue_cert(name, not_after=expires_at)
    return leaf.cert_chain_pems[0].bytes().decode()
