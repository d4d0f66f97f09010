"""Known providers as clients read them."""

import strawberry

from graph.types.base.enums import SaslMechanism, TlsMode
from service.values import Provider, ProviderEndpoint, ProviderNote


@strawberry.type(name="ProviderEndpoint", description="A port that a provider listens on.")
class ProviderEndpointType:
    """An endpoint."""

    port: int = strawberry.field(description="The port.")
    tls_mode: TlsMode = strawberry.field(description="How TLS begins there.")
    recommended: bool = strawberry.field(description="Whether the provider recommends it.")

    @classmethod
    def of(cls, endpoint: ProviderEndpoint) -> "ProviderEndpointType":
        """From an endpoint of the service."""
        return cls(
            port=endpoint.port,
            tls_mode=TlsMode(endpoint.tls_mode),
            recommended=endpoint.recommended,
        )


@strawberry.type(
    name="ProviderNote", description="Something to know of a provider before it goes wrong."
)
class ProviderNoteType:
    """A note."""

    message: str = strawberry.field(description="In words.")
    effective_from: str | None = strawberry.field(
        description="The day (YYYY-MM-DD) from which it holds; null for what simply holds."
    )

    @classmethod
    def of(cls, note: ProviderNote) -> "ProviderNoteType":
        """From a note of the service."""
        return cls(message=note.message, effective_from=note.effective_from)


@strawberry.type(description="A known email provider, as its own documentation describes it.")
class EmailProvider:
    """A provider."""

    id: strawberry.ID = strawberry.field(
        description="Stable: `gmail`, `microsoft-365`, `amazon-ses` …"
    )
    name: str = strawberry.field(description="As the provider writes it.")
    smtp_host: str = strawberry.field(
        description="May hold a part to fill in, in braces: `email-smtp.{region}.amazonaws.com`."
    )
    endpoints: list[ProviderEndpointType] = strawberry.field(description="The ports it listens on.")
    fixed_username: str | None = strawberry.field(
        description="Set where every account signs in with the same word, such as `apikey`."
    )
    username_hint: str = strawberry.field(description="What belongs in SMTP Username.")
    password_hint: str = strawberry.field(description="What belongs in SMTP Password.")
    from_address_must_match_username: bool = strawberry.field(
        description="Whether another From address is refused or rewritten."
    )
    auth_mechanisms: list[SaslMechanism] = strawberry.field(
        description="What it is known to accept; its server may offer more."
    )
    oauth2_token_url: str | None = strawberry.field(
        description="Its token endpoint; may hold `{tenant}`, to be filled in."
    )
    oauth2_scope: str | None = strawberry.field(description="The scope that SMTP needs.")
    notes: list[ProviderNoteType] = strawberry.field(description="What to know besides.")
    documentation_url: str = strawberry.field(description="Its page for administrators.")
    checked_on: str = strawberry.field(
        description="The day on which these facts were last checked against the documentation."
    )

    @classmethod
    def of(cls, provider: Provider) -> "EmailProvider":
        """From a provider of the service."""
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
