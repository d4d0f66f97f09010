"""The settings as clients read them."""

from datetime import datetime

import strawberry

from graph.types.base.common import ActorType, Certificate, Node
from graph.types.base.context import Info
from graph.types.base.enums import SaslMechanism, SecretState, TlsMode, VerificationState
from graph.types.base.ids import write_id
from graph.types.email_tests import EmailTestType
from graph.types.problems import SettingsProblem
from graph.types.provider import EmailProvider
from service.email_tests import email_test
from service.settings import SecretStatus, SettingsState, verification
from service.values import SettingsValues


@strawberry.type(
    name="SecretStatus",
    description="What may be known of a secret. Nothing here is derived from its value.",
)
class SecretStatusType:
    """A secret's status."""

    state: SecretState = strawberry.field(description="Whether one is stored.")
    version: int | None = strawberry.field(
        description="Counts the distinct values that this secret has had."
    )
    updated_at: datetime | None = strawberry.field(
        description="When it was given last; null where it is unset or no longer kept."
    )

    @classmethod
    def of(cls, status: SecretStatus) -> "SecretStatusType":
        """From a status of the service."""
        return cls(state=status.state, version=status.version, updated_at=status.updated_at)


@strawberry.type(
    description="Signing in by OAuth2 with the client-credentials grant (RFC 6749, section 4.4)."
)
class OAuth2Settings:
    """OAuth2."""

    token_url: str = strawberry.field(description="The token endpoint.")
    client_id: str = strawberry.field(description="The client's id there.")
    client_secret: SecretStatusType = strawberry.field(
        description="The client's secret; write-only."
    )
    scope: str | None = strawberry.field(
        description="The scope asked for, as the provider names it."
    )


@strawberry.type(description="What the last test of exactly these values said.")
class SettingsVerification:
    """A verification."""

    state: VerificationState = strawberry.field(description="What is known from tests.")
    test_email: EmailTestType | None = strawberry.field(
        description="The test that it rests on; null where there is none."
    )


@strawberry.type(
    description="System email settings. The first eight fields are those of the settings page."
)
class EmailSettings(Node):
    """The settings."""

    smtp_host: str | None = strawberry.field(
        description="The mail server's name or IP address, such as `smtp.gmail.com`."
    )
    smtp_domain: str | None = strawberry.field(
        description="Domain for the username, where the server asks for one: `DOMAIN\\user` with "
        "PLAIN and LOGIN, the NTLM domain with NTLM."
    )
    smtp_port: int | None = strawberry.field(description="Its port; 587 for Gmail.")
    smtp_username: str | None = strawberry.field(
        description="The account to sign in with; without it no sign-in is tried."
    )
    smtp_password: SecretStatusType = strawberry.field(description="Its password; write-only.")
    default_from_address: str | None = strawberry.field(
        description="The address that messages come from."
    )
    default_from_display_name: str | None = strawberry.field(
        description="The name shown beside that address."
    )
    reply_to_address: str | None = strawberry.field(
        description="The address that replies go to. Null: to `defaultFromAddress`."
    )
    enable_secure_connection: bool = strawberry.field(
        description="On: the connection is secured before anything else is said, and the server's "
        "certificate must be valid for `smtpHost`. Off: it is not secured."
    )
    tls_mode: TlsMode = strawberry.field(description="How a secure connection is made.")
    trusted_certificates: list[Certificate] = strawberry.field(
        description="Certificates trusted besides the system's, for private authorities."
    )
    auth_mechanism: SaslMechanism = strawberry.field(description="How to sign in.")
    oauth2: OAuth2Settings | None = strawberry.field(
        description="OAuth2, where signing in takes a token instead of a password."
    )
    ehlo_hostname: str | None = strawberry.field(
        description="The name said in EHLO. Null: the machine's own, where it is a full domain "
        "name, else its address literal."
    )
    timeout_seconds: int = strawberry.field(
        description="Seconds allowed for connecting and for each reply (1 to 300)."
    )
    from_header: str | None = strawberry.field(
        description="The From header that a message gets, as it will be written."
    )
    provider: EmailProvider | None = strawberry.field(
        description="The provider whose host it is, where that is a known one."
    )
    problems: list[SettingsProblem] = strawberry.field(
        description="Warnings and remarks about these values."
    )
    revision: int = strawberry.field(
        description="Counts the saves that changed something: 1, 2, 3 …"
    )
    updated_at: datetime = strawberry.field(description="When this revision was saved.")
    updated_by: ActorType = strawberry.field(description="Who saved it.")
    values: strawberry.Private[SettingsValues]

    @strawberry.field(
        description="What the last test of exactly these values said, passwords included. Tests "
        "of depth CONNECT count only where they failed."
    )
    async def verification(self, info: Info) -> SettingsVerification:
        """What is known from tests."""
        runtime = info.context.runtime
        known = await verification(runtime, self.values)
        test = None if known.test_id is None else await email_test(runtime, known.test_id)
        return SettingsVerification(
            state=known.state, test_email=None if test is None else EmailTestType.of(test)
        )

    @classmethod
    def of(cls, state: SettingsState) -> "EmailSettings":
        """From a state of the service."""
        values = state.values
        return cls(
            id=strawberry.ID(write_id("EmailSettings", state.revision)),
            smtp_host=values.smtp_host,
            smtp_domain=values.smtp_domain,
            smtp_port=values.smtp_port,
            smtp_username=values.smtp_username,
            smtp_password=SecretStatusType.of(state.smtp_password),
            default_from_address=values.default_from_address,
            default_from_display_name=values.default_from_display_name,
            reply_to_address=values.reply_to_address,
            enable_secure_connection=values.enable_secure_connection,
            tls_mode=values.tls_mode,
            trusted_certificates=[Certificate.of(each) for each in state.certificates],
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
        client_secret=SecretStatusType.of(state.oauth2_client_secret),
        scope=values.oauth2_scope,
    )
