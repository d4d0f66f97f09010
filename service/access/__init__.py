"""Who may call: access tokens, and people known to an identity provider.

- Access tokens: `tokens`. Recording that an authenticated caller was denied access: `denials`.
- Which identity provider is trusted, and how far: `trust`. Its users: `people`. Its keys: `issuer`.

`people` and `issuer` are not imported here, so that only a service with an identity provider loads
their libraries.
"""

from service.access.denials import record_denied
from service.access.tokens import (
    AccessToken,
    CreatedToken,
    InvalidToken,
    TokenNotFound,
    TokenRefused,
    TokenUnchecked,
    access_token,
    authenticate,
    create_token,
    list_tokens,
    page_of_tokens,
    revoke_token,
)
from service.access.trust import IssuerTrust, is_secure

__all__ = [
    "AccessToken",
    "CreatedToken",
    "InvalidToken",
    "IssuerTrust",
    "TokenNotFound",
    "TokenRefused",
    "TokenUnchecked",
    "access_token",
    "authenticate",
    "create_token",
    "is_secure",
    "list_tokens",
    "page_of_tokens",
    "record_denied",
    "revoke_token",
]
