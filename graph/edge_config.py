"""The configuration of the edge: limits, rates, and which proxies and issuers it trusts."""

import re
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, IPvAnyNetwork, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from graph.limits import Limits
from service.access import IssuerTrust, is_secure
from service.process import Role

_ORIGIN: Final = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?")


class EdgeConfig(BaseSettings):
    """The part of `Config` that decides which requests the edge accepts."""

    # Defaults are validated too: an issuer without an audience must be rejected.
    model_config = SettingsConfigDict(validate_default=True)

    max_body_bytes: int = Field(
        100_000,
        ge=1_000,
        le=10_000_000,
        description="Maximum size of a request body or WebSocket message.",
    )
    max_body_seconds: float = Field(
        10,
        gt=0,
        le=600,
        description="Seconds within which a request's head must arrive, and then its body.",
    )
    write_timeout_seconds: float = Field(
        30,
        ge=0.1,
        le=600,
        description="Seconds within which a client must read 64 KiB of an answer, or the rest of "
        "it. Otherwise, it is disconnected.",
    )
    max_tokens: int = Field(
        1_000, ge=100, le=10_000, description="Maximum number of lexical tokens in a query's text."
    )
    max_aliases: int = Field(
        15, ge=0, le=1_000, description="Maximum number of aliases in a query's text."
    )
    max_directives: int = Field(
        50, ge=0, le=1_000, description="Maximum number of directives in a query's text."
    )
    max_depth: int = Field(
        12,
        ge=5,
        le=100,
        description="Maximum depth of fields in a query; introspection has its own limit.",
    )
    max_root_fields: int = Field(
        20, ge=1, le=1_000, description="Maximum number of root fields in one operation."
    )
    max_fields: int = Field(
        300, ge=50, le=5_000, description="Maximum number of fields in a query's text."
    )
    max_cost: int = Field(
        5_000,
        ge=100,
        le=1_000_000,
        description="Maximum number of fields in an answer: a page's size times the fields "
        "requested per item. Reading the whole schema counts as 2,000 fields, verifying the trail "
        "as 3,000.",
    )
    max_errors: int = Field(
        20,
        ge=1,
        le=1_000,
        description="Maximum number of errors in one answer. Validation ends after five.",
    )
    query_timeout_seconds: float = Field(
        15, gt=0, le=3600, description="Seconds after which a query times out."
    )
    mutation_timeout_seconds: float = Field(
        60,
        gt=0,
        le=3600,
        description="Seconds after which a mutation times out. A test email has its own limit.",
    )
    verification_timeout_seconds: float = Field(
        600,
        gt=0,
        le=86_400,
        description="Seconds after which a query that verifies the whole trail times out.",
    )
    max_operations_per_socket: int = Field(
        100, ge=1, le=10_000, description="Maximum number of operations running on one WebSocket."
    )
    calls_per_minute: int = Field(
        600,
        ge=0,
        description="Maximum number of calls per minute by one token or person; 0: unlimited.",
    )
    bad_tokens_per_minute: int = Field(
        30,
        ge=0,
        description="Maximum number of calls per minute without a valid token from one address; "
        "0: unlimited. Calls with a valid token from the same address are still accepted.",
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Origins of pages on other hosts that may call the API, separated by commas, "
        "such as `https://admin.example.com`. Unset: none. The service's own pages always may.",
    )
    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = Field(
        (),
        description="Networks of the reverse proxies in front of the service, separated by commas, "
        "such as `10.0.0.0/8`. Only their `X-Forwarded-For` and `X-Request-Id` are trusted.",
    )
    trusted_documents: Path | None = Field(
        None,
        description="A JSON file of ids and query texts. If set, only these queries may run, "
        "requested by `documentId`, `extensions.persistedQuery` or their text.",
    )

    metrics_without_token: bool = Field(
        default=False,
        description="Whether `/metrics` is served without an access token. Otherwise, it requires "
        "a token of any role.",
    )
    otlp_endpoint: str | None = Field(
        None,
        description="Where traces are sent: an OTLP endpoint over HTTP, such as "
        "`http://localhost:4318/v1/traces`. Requires the extra `telemetry`. Unset: no traces.",
    )
    oidc_issuer: str | None = Field(
        None,
        description="An OpenID Connect issuer whose JSON Web Tokens are accepted in addition to "
        "access tokens, spelled as in its tokens: `https://login.example.com/realms/main`.",
    )
    oidc_audience: str | None = Field(
        None,
        description="The value that `aud` must contain in the issuer's tokens. Required with the "
        "issuer.",
    )
    oidc_roles_claim: str = Field(
        "roles",
        min_length=1,
        description="The claim that contains the roles, as a path with dots: `realm_access.roles`.",
    )
    oidc_name_claim: str = Field("name", description="The claim that contains the person's name.")
    oidc_administrator_role: str = Field(
        "postledger-administrator", description="The issuer's name for the role ADMINISTRATOR."
    )
    oidc_auditor_role: str = Field(
        "postledger-auditor", description="The issuer's name for the role AUDITOR."
    )
    oidc_viewer_role: str = Field(
        "postledger-viewer", description="The issuer's name for the role VIEWER."
    )

    @field_validator("cors_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split_list(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            if not _ORIGIN.fullmatch(each):
                raise ValueError("each origin must have the form https://host or https://host:port")
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _is_secure(cls, value: str | None) -> str | None:
        if value is not None and not is_secure(value):
            raise ValueError("the issuer must be an https address")
        return value

    @field_validator("oidc_audience")
    @classmethod
    def _is_set_with_issuer(cls, value: str | None, info: ValidationInfo) -> str | None:
        if (value is None) is not (info.data.get("oidc_issuer") is None):
            raise ValueError("set both the issuer and the audience, or neither")
        return value

    @field_validator(
        "trusted_documents", "otlp_endpoint", "oidc_issuer", "oidc_audience", mode="before"
    )
    @classmethod
    def _empty_text_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @property
    def trust(self) -> IssuerTrust:
        """How the issuer's tokens are read."""
        return IssuerTrust(
            audience=self.oidc_audience or "",
            roles={
                self.oidc_viewer_role: Role.VIEWER,
                self.oidc_auditor_role: Role.AUDITOR,
                self.oidc_administrator_role: Role.ADMINISTRATOR,
            },
            roles_claim=self.oidc_roles_claim,
            name_claim=self.oidc_name_claim,
        )

    @property
    def limits(self) -> Limits:
        """The limits of one request."""
        return Limits(
            body_bytes=self.max_body_bytes,
            body_seconds=self.max_body_seconds,
            tokens=self.max_tokens,
            aliases=self.max_aliases,
            directives=self.max_directives,
            depth=self.max_depth,
            root_fields=self.max_root_fields,
            fields=self.max_fields,
            cost=self.max_cost,
            errors=self.max_errors,
            query_seconds=self.query_timeout_seconds,
            mutation_seconds=self.mutation_timeout_seconds,
            verification_seconds=self.verification_timeout_seconds,
            operations=self.max_operations_per_socket,
        )
