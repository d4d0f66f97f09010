"""The facts about one email provider: its hosts and ports, how to sign in, what it requires."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

ProviderTlsMode: TypeAlias = Literal["STARTTLS", "IMPLICIT"]
"""How TLS begins on a port: by command (RFC 3207) or from the first byte (RFC 8314)."""

ProviderMechanism: TypeAlias = Literal["PLAIN", "LOGIN", "CRAM_MD5", "NTLM", "XOAUTH2"]
"""A sign-in mechanism, by the name that the settings use."""


@dataclass(frozen=True, slots=True)
class ProviderEndpoint:
    """A port that the provider listens on, and how TLS begins there."""

    port: int
    tls_mode: ProviderTlsMode
    recommended: bool = False


@dataclass(frozen=True, slots=True)
class ProviderNote:
    """A fact about the provider that an administrator should know before mail fails.

    `effective_from` (YYYY-MM-DD) is the day from which the fact is true, or None if it always is.
    """

    message: str
    effective_from: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An email provider, as its own documentation describes it.

    Attributes:
        id: a stable identifier in kebab-case; clients and the trail may store it.
        name: the name as the provider writes it.
        smtp_host: the host to enter. It may contain `{region}`, for the administrator to replace.
        other_hosts: more hosts of the same service, in the same form. They are recognized, but not
            suggested.
        regions: every possible value of `{region}`. If empty, any single label of a host name
            matches, which is safe only if the provider owns the parent domain.
        domains: the address domains of the provider's mailboxes, without custom domains.
        endpoints: the ports, of which exactly one is recommended.
        fixed_username: the username of every account, such as `apikey`.
        username_hint: what to enter as SMTP Username.
        password_hint: what to enter as SMTP Password.
        app_password_required: only an app password is accepted, never the account's own password.
        password_sign_in_ends: the day (YYYY-MM-DD) from which signing in with a password is off
            unless an administrator turns it on; None if no such day is announced.
        from_address_must_match_username: another From address is refused or rewritten.
        auth_mechanisms: what the provider is known to accept; its server may offer more.
        oauth2_token_url: the endpoint that issues tokens by the client-credentials grant (RFC 6749,
            section 4.4). It may contain `{tenant}`. None if the provider has no such endpoint.
        oauth2_scope: the scope that a token for SMTP needs, by any grant.
        notes: see `ProviderNote`.
        documentation_url: the provider's page for administrators.
        checked_on: the day (YYYY-MM-DD) on which these facts were last compared with `sources`.
        sources: the pages that the facts come from.
    """

    id: str
    name: str
    smtp_host: str
    other_hosts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    endpoints: tuple[ProviderEndpoint, ...]
    fixed_username: str | None = None
    username_hint: str
    password_hint: str
    app_password_required: bool = False
    password_sign_in_ends: str | None = None
    from_address_must_match_username: bool = False
    auth_mechanisms: tuple[ProviderMechanism, ...] = ("PLAIN", "LOGIN")
    oauth2_token_url: str | None = None
    oauth2_scope: str | None = None
    notes: tuple[ProviderNote, ...] = ()
    documentation_url: str
    checked_on: str
    sources: tuple[str, ...]
