"""The settings as clients read them."""

from datetime import datetime
from typing import Final

import strawberry

from graph.types.base.common import ActorType, Certificate, Node
from graph.types.base.context import Info
from graph.types.base.enums import (
    RevocationCheck,
    SaslMechanism,
    SecretState,
    TlsMode,
    VerificationState,
)
from graph.types.base.ids import write_id
from graph.types.email_tests import EmailTestType
from graph.types.problems import SettingsProblem
from graph.types.provider import EmailProvider
from service.email_tests import email_test
from service.settings import SecretStatus, SettingsState, verification
from service.values import SecretName, SettingsValues


@strawberry.type(
    name="SecretStatus",
    description="The status of a secret. The secret itself can never be read.",
)
class SecretStatusType:
    """A secret's status."""

    state: SecretState = strawberry.field(description="Whether the secret is stored.")
    version: int | None = strawberry.field(
        description="Identifies the secret's value: equal versions mean equal values. Null if the "
        "secret is not set."
    )
    updated_at: datetime | None = strawberry.field(
        description="The date and time when the secret was last set. Null if it is not set, or if "
        "it belongs to an earlier revision."
    )

    @classmethod
    def of(cls, status: SecretStatus) -> "SecretStatusType":
        """Builds it from the service's `SecretStatus`."""
        return cls(state=status.state, version=status.version, updated_at=status.updated_at)


@strawberry.type(
    description="The OAuth 2.0 client for signing in to the mail server with the "
    "client-credentials grant (RFC 6749, section 4.4)."
)
class OAuth2Settings:
    """The OAuth 2.0 client."""

    token_url: str = strawberry.field(
        description="The authorization server's token endpoint, an https URL."
    )
    client_id: str = strawberry.field(
        description="The client ID that the authorization server issued."
    )
    client_secret: SecretStatusType = strawberry.field(
        description="The status of the client secret, which is write-only."
    )
    scope: str | None = strawberry.field(
        description="The scope to request, as the provider names it. Null if no scope is requested."
    )


@strawberry.type(description="What test emails show about values of the settings.")
class SettingsVerification:
    """What test emails show."""

    state: VerificationState = strawberry.field(
        description="Whether exactly these values passed their last test."
    )
    test_email: EmailTestType | None = strawberry.field(
        description="The test email that `state` is based on. Null if the state is UNTESTED."
    )


IN_FORCE: Final = "current"
"""The key in the id of the settings in force. A past state's key is its revision's number."""


@strawberry.type(
    description="System email settings: how the platform sends its own mail. The settings in force "
    "always have the same ID, also after a save. The settings as of a revision have that "
    "revision's own ID."
)
class EmailSettings(Node):
    """The settings."""

    smtp_host: str | None = strawberry.field(
        description="The mail server's host name or IP address, such as `smtp.gmail.com`. Null if "
        "it is not set."
    )
    smtp_domain: str | None = strawberry.field(
        description="The username's domain, if the server requires one: `DOMAIN\\user` with PLAIN "
        "and LOGIN, the NTLM domain with NTLM. Null if it is not set."
    )
    smtp_port: int = strawberry.field(
        description="The mail server's port, 1 to 65535. The default is 587."
    )
    smtp_username: str | None = strawberry.field(
        description="The account to sign in with. Null if the service does not sign in."
    )
    smtp_password: SecretStatusType = strawberry.field(
        description="The status of the account's password, which is write-only."
    )
    default_from_address: str | None = strawberry.field(
        description="The email address that messages are sent from. Null if it is not set."
    )
    default_from_display_name: str | None = strawberry.field(
        description="The name shown next to the From address. Null if it is not set."
    )
    reply_to_address: str | None = strawberry.field(
        description="The email address that replies go to. Null if they go to `defaultFromAddress`."
    )
    enable_secure_connection: bool = strawberry.field(
        description="Whether the connection must be secured. If true, the connection is secured "
        "before credentials or messages are sent, and the server's certificate must be valid for "
        "`smtpHost`. If false, it is not secured."
    )
    tls_mode: TlsMode = strawberry.field(
        description="How the connection is secured, if `enableSecureConnection` is true."
    )
    trusted_certificates: list[Certificate] = strawberry.field(
        description="Certificates that are trusted in addition to the system's, such as those of "
        "a private authority."
    )
    client_certificate: list[Certificate] = strawberry.field(
        description="The certificate that the service presents to the mail server (mutual TLS), "
        "followed by its intermediates. Empty if it is not set."
    )
    client_key: SecretStatusType = strawberry.field(
        description="The status of the client certificate's private key, which is write-only."
    )
    revocation_check: RevocationCheck = strawberry.field(
        description="Whether a connection requires that the server's certificate was not revoked."
    )
    auth_mechanism: SaslMechanism = strawberry.field(
        description="How the service signs in to the mail server."
    )
    oauth2: OAuth2Settings | None = strawberry.field(
        description="The OAuth 2.0 client, for signing in with a token instead of a password. "
        "Null if it is not set."
    )
    ehlo_hostname: str | None = strawberry.field(
        description="The host name to send in EHLO. Null to send the machine's own name if it is "
        "fully qualified, and its address literal otherwise."
    )
    timeout_seconds: int = strawberry.field(
        description="How many seconds to wait for a connection, and for each line of a "
        "reply: 1 to 300."
    )
    from_header: str | None = strawberry.field(
        description="The From header of messages, exactly as it is sent. Null if "
        "`defaultFromAddress` is not set."
    )
    provider: EmailProvider | None = strawberry.field(
        description="The known provider that `smtpHost` belongs to. Null if the host belongs to "
        "none."
    )
    problems: list[SettingsProblem] = strawberry.field(
        description="Warnings and hints about these values."
    )
    revision: int = strawberry.field(
        description="The revision's number. Each save that changes something adds 1; the first is "
        "1."
    )
    updated_at: datetime = strawberry.field(
        description="The date and time when this revision was saved."
    )
    updated_by: ActorType = strawberry.field(description="The actor who saved this revision.")
    values: strawberry.Private[SettingsValues]

    @strawberry.field(
        description="What test emails show about exactly these values, passwords included. A test "
        "of depth CONNECT counts only if it failed."
    )
    async def verification(self, info: Info) -> SettingsVerification:
        """Returns what test emails show about these values."""
        runtime = info.context.runtime
        known = await verification(runtime, self.values)
        test = None if known.test_id is None else await email_test(runtime, known.test_id)
        return SettingsVerification(
            state=known.state, test_email=None if test is None else EmailTestType.of(test)
        )

    @classmethod
    def in_force(cls, state: SettingsState) -> "EmailSettings":
        """Builds the settings in force, whose id never changes, so that a save updates caches."""
        return cls._of(state, IN_FORCE)

    @classmethod
    def of_revision(cls, state: SettingsState) -> "EmailSettings":
        """Builds the settings as of a revision, which have an id of their own."""
        return cls._of(state, state.revision)

    @classmethod
    def _of(cls, state: SettingsState, key: str | int) -> "EmailSettings":
        values = state.values
        return cls(
            id=strawberry.ID(write_id("EmailSettings", key)),
            smtp_host=values.smtp_host,
            smtp_domain=values.smtp_domain,
            smtp_port=values.smtp_port,
            smtp_username=values.smtp_username,
            smtp_password=SecretStatusType.of(state.secrets[SecretName.SMTP_PASSWORD]),
            default_from_address=values.default_from_address,
            default_from_display_name=values.default_from_display_name,
            reply_to_address=values.reply_to_address,
            enable_secure_connection=values.enable_secure_connection,
            tls_mode=values.tls_mode,
            trusted_certificates=[Certificate.of(each) for each in state.certificates],
            client_certificate=[Certificate.of(each) for each in state.client_certificate],
            client_key=SecretStatusType.of(state.secrets[SecretName.CLIENT_KEY]),
            revocation_check=values.revocation_check,
            auth_mechanism=values.auth_mechanism,
            oauth2=_oauth2(state),
            ehlo_hostname=values.ehlo_hostname,
            timeout_seconds=values.timeout_seconds,
            from_header=state.from_header,
            provider=None if state.provider is None else EmailProvider.of(state.provider),
            problems=[SettingsProblem.of(each) for each in state.problems],
            revision=state.revision,
            updated_at=state.updated_at,
            updated_by=ActorType.of(state.updated_by),
            values=values,
        )


def _oauth2(state: SettingsState) -> OAuth2Settings | None:
    values = state.values
    if values.oauth2_token_url is None or values.oauth2_client_id is None:
        return None
    return OAuth2Settings(
        token_url=values.oauth2_token_url,
        client_id=values.oauth2_client_id,
        client_secret=SecretStatusType.of(state.secrets[SecretName.OAUTH2_CLIENT_SECRET]),
        scope=values.oauth2_scope,
    )
