"""Certificates that tests trust: made once, each with its own end."""

from datetime import UTC, datetime
from functools import cache
from typing import Final

import trustme

NEVER: Final = datetime(2999, 1, 1, tzinfo=UTC)


@cache
def certificate(name: str = "mail.example.com", expires_at: datetime = NEVER) -> str:
    """A certificate's PEM; the same one for the same name and end."""
    authority = trustme.CA(organization_name="Example Authority")
    leaf = authority.issue_cert(name, not_after=expires_at)
    return leaf.cert_chain_pems[0].bytes().decode()
