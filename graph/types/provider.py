"""Known email providers as clients read them."""

import strawberry

from graph.types.base.enums import SaslMechanism, TlsMode
from service.values import Provider, ProviderEndpoint, ProviderNote


@strawberry.type(name="ProviderEndpoint", description="A port on which a provider accepts mail.")
class ProviderEndpointType:
    """An endpoint."""

    port: int = strawberry.field(description="The port number.")
    tls_mode: TlsMode = strawberry.field(description="How connections to this port are secured.")
    recommended: bool = strawberry.field(description="Whether the provider recommends this port.")

    @classmethod
    def of(cls, endpoint: ProviderEndpoint) -> "ProviderEndpointType":
        """Builds it from the service's `ProviderEndpoint`."""
        return cls(
            port=endpoint.port,
            tls_mode=TlsMode(endpoint.tls_mode),
            recommended=endpoint.recommended,
        )


@strawberry.type(
    name="ProviderNote",
    description="What an administrator should know about a provider in advance.",
)
class ProviderNoteType:
    """A note."""

    message: str = strawberry.field(description="The note, in plain words.")
    effective_from: str | None = strawberry.field(
        description="The date (`YYYY-MM-DD`) from which the note applies. Null if it applies "
        "without a date."
    )

    @classmethod
    def of(cls, note: ProviderNote) -> "ProviderNoteType":
        """Builds it from the service's `ProviderNote`."""
        return cls(message=note.message, effective_from=note.effective_from)


@strawberry.type(description="A known email provider, as described in its own documentation.")
class EmailProvider:
    """A provider."""

    id: strawberry.ID = strawberry.field(
        description="A stable ID, such as `gmail`, `microsoft-365` or `amazon-ses`. The query "
        "`node` does not take it."
    )
    name: str = strawberry.field(description="The provider's name, as the provider writes it.")
    smtp_host: str = strawberry.field(
        description="The host to enter as `smtpHost`. It may contain a placeholder in braces, as "
        "in `email-smtp.{region}.amazonaws.com`."
    )
    endpoints: list[ProviderEndpointType] = strawberry.field(
        description="The ports that the provider listens on."
    )
    fixed_username: str | None = strawberry.field(
        description="The username that all accounts share, such as `apikey`. Null if each account "
        "has its own."
    )
    username_hint: str = strawberry.field(description="What to enter as the SMTP username.")
    password_hint: str = strawberry.field(description="What to enter as the SMTP password.")
    from_address_must_match_username: bool = strawberry.field(
        description="Whether the provider refuses or rewrites a From address that is not the "
        "username."
    )
    auth_mechanisms: list[SaslMechanism] = strawberry.field(
        description="The mechanisms that the provider is known to accept. Its server may offer "
        "more."
    )
    oauth2_token_url: str | None = strawberry.field(
        description="The OAuth 2.0 token endpoint. It may contain the placeholder `{tenant}`. "
        "Null if the provider has none for the client-credentials grant."
    )
    oauth2_scope: str | None = strawberry.field(
        description="The OAuth 2.0 scope that SMTP requires. Null if none is known."
    )
    notes: list[ProviderNoteType] = strawberry.field(
        description="What else an administrator should know."
    )
    documentation_url: str = strawberry.field(
        description="The provider's documentation for administrators."
    )
    checked_on: str = strawberry.field(
        description="The date (`YYYY-MM-DD`) when these facts were last compared with the "
        "documentation."
    )

    @classmethod
    def of(cls, provider: Provider) -> "EmailProvider":
        """Builds it from the service's `Provider`."""
        return cls(
            id=strawberry.ID(provider.id),
            name=provider.name,
            smtp_host=provider.smtp_host,
            endpoints=[ProviderEndpointType.of(each) for each in provider.endpoints],
            fixed_username=provider.fixed_username,
            username_hint=provider.username_hint,
            password_hint=provider.password_hint,
            from_address_must_match_username=provider.from_address_must_match_username,
            auth_mechanisms=[SaslMechanism(each) for each in provider.auth_mechanisms],
            oauth2_token_url=provider.oauth2_token_url,
            oauth2_scope=provider.oauth2_scope,
            notes=[ProviderNoteType.of(each) for each in provider.notes],
            documentation_url=provider.documentation_url,
            checked_on=provider.checked_on,
        )
