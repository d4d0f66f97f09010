"""Access tokens for XOAUTH2, by the client-credentials grant (RFC 6749, section 4.4).

- Caching and sharing them: `tokens`. One request: `request`, `credentials`.
- What the endpoint's response means: `response`; its refusals: `refusals`.
- Which URLs may be used: `token_url`. Microsoft's URLs and scope: `microsoft`.
"""

from mail.oauth2.microsoft import (
    SMTP_SCOPE,
    is_delegated,
    is_microsoft,
    placeholder_in,
    shared_tenant_in,
    suits_client_credentials,
    with_endpoint,
    with_tenant,
)
from mail.oauth2.token_url import read_token_url

__all__ = [
    "SMTP_SCOPE",
    "is_delegated",
    "is_microsoft",
    "placeholder_in",
    "read_token_url",
    "shared_tenant_in",
    "suits_client_credentials",
    "with_endpoint",
    "with_tenant",
]
