"""What is known of one email provider: where it listens, how it signs in, what it insists on."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

ProviderTlsMode: TypeAlias = Literal["STARTTLS", "IMPLICIT"]
"""How a port begins TLS: by command (RFC 3207) or from the first byte (RFC 8314)."""

ProviderMechanism: TypeAlias = Literal["PLAIN", "LOGIN", "CRAM_MD5", "NTLM", "XOAUTH2"]
"""A way of signing in, by the name that the settings use."""


@dataclass(frozen=True, slots=True)
class ProviderEndpoint:
    """A port that the provider listens on, and how TLS begins there."""

    port: int
    tls_mode: ProviderTlsMode
    recommended: bool = False


@dataclass(frozen=True, slots=True)
class ProviderNote:
    """One thing that an administrator should know before it goes wrong.

    `effective_from` (YYYY-MM-DD) is the day on which the provider changes, or changed, its
    behaviour; None for what simply holds.
    """

    message: str
    effective_from: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An email provider, as its own documentation describes it.

    Attributes:
        id: stable, kebab-case; clients and the trail may keep it.
        name: as the provider writes it.
        smtp_host: the host to enter; may hold `{region}`, to be filled in.
        other_hosts: more hosts of the same service, in the same form; recognised, not proposed.
        regions: everything that `{region}` may stand for. Empty: any one label of a host name,
            which is safe only where the provider owns the domain behind it.
        domains: address domains whose mailboxes are the provider's. Custom domains are in none.
        endpoints: the ports; exactly one is recommended.
        fixed_username: the word with which every account signs in, such as `apikey`.
        username_hint: what belongs in SMTP Username.
        password_hint: what belongs in SMTP Password.
        app_password_required: a password sign-in takes an app password only, never the account's.
        password_sign_in_ends: the day (YYYY-MM-DD) from which a username with a password is off
            unless somebody turns it on; None where no such day is announced.
        from_address_must_match_username: another From address is refused or rewritten.
        auth_mechanisms: what the provider is known to accept; its server may offer more.
        oauth2_token_url: where a token is had by the client-credentials grant (RFC 6749, section
            4.4); may hold `{tenant}`. None where the provider has no such endpoint.
        oauth2_scope: the scope that a token for SMTP needs, however it was had.
        notes: see `ProviderNote`.
        documentation_url: the provider's page for an administrator.
        checked_on: the day (YYYY-MM-DD) on which these facts were last compared with `sources`.
        sources: the pages that they come from.
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
