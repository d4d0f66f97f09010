"""Microsoft Entra's token endpoints: the tenant in the URL, and the scope that SMTP needs.

Sources: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow,
https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud and
https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
"""

import re
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

SMTP_SCOPE: Final = "https://outlook.office365.com/.default"
"""The only scope for SMTP by the client-credentials grant: all granted application permissions."""

_HOSTS: Final = frozenset(
    {
        "login.microsoftonline.com",
        "login.microsoftonline.us",
        "login.partner.microsoftonline.cn",
        "login.chinacloudapi.cn",
        "login.microsoft.com",
        "login.windows.net",
    }
)
_ENDPOINT: Final = "/oauth2/v2.0/token"
_NO_TENANT: Final = frozenset({"common", "organizations", "consumers"})
_PLACEHOLDER: Final = re.compile(
    r"[{<\[][^/{}<>\[\]]+[}>\]]"  # {tenant}, <tenant-id>, [tenant]
    r"|:tenant(_?id)?\b"
    r"|\byour[-_ ]?(tenant|directory|realm|domain)([-_ ]?(id|name))?\b"
    r"|\btenant(id|[-_ ](id|name))\b",
    re.IGNORECASE,
)
_DOMAIN: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)


def is_microsoft(url: str) -> bool:
    """Returns whether a URL is that of a Microsoft Entra endpoint."""
    return (_split(url).hostname or "").rstrip(".") in _HOSTS


def placeholder_in(url: str) -> str | None:
    """Returns the placeholder that a URL copied from documentation still contains, if any."""
    found = _PLACEHOLDER.search(unquote(_split(url).path))
    return found[0] if found else None


def shared_tenant_in(url: str) -> str | None:
    """Returns the part of a Microsoft URL that is for any organization's users, such as `common`.

    The client-credentials grant has no user, so it needs the URL of one tenant.
    """
    tenant = _tenant_in(url).lower()
    return tenant if is_microsoft(url) and tenant in _NO_TENANT else None


def with_tenant(url: str, domain: str) -> str | None:
    """Returns a Microsoft URL for the tenant of a mail domain, or None if the URL is for it.

    A tenant is known by its id and by each of its domains, and mailboxes need such a domain.
    """
    if not is_microsoft(url) or not _DOMAIN.fullmatch(domain):
        return None
    return _token_endpoint(url, domain.lower())


def with_endpoint(url: str) -> str | None:
    """Returns a Microsoft URL with the path of the token endpoint that takes a scope.

    None if the URL has this path, or names no tenant. The first version (`/oauth2/token`) takes a
    resource instead of a scope.
    """
    if not is_microsoft(url) or _split(url).path.lower().endswith(_ENDPOINT):
        return None
    tenant = _tenant_in(url)
    return _token_endpoint(url, tenant) if tenant and "/" not in tenant else None


def suits_client_credentials(scope: str) -> bool:
    """Returns whether Microsoft accepts a scope by this grant: each must end in `/.default`."""
    return all(each.lower().endswith("/.default") for each in scope.split())


def is_delegated(scope: str) -> bool:
    """Returns whether a scope asks for a user's permission to send, as SMTP.Send does."""
    names = (each.rpartition("/")[2].lower() for each in scope.split())
    return any(name in {"smtp.send", "smtp.sendasapp"} for name in names)


def _token_endpoint(url: str, tenant: str) -> str | None:
    parts = _split(url)
    changed = urlunsplit(parts._replace(path=f"/{quote(tenant)}{_ENDPOINT}", query=""))
    return None if changed == url else changed


def _tenant_in(url: str) -> str:
    return unquote(_split(url).path).strip("/").partition("/")[0]


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")
