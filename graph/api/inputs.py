"""Inputs, and the plain values of the service that they become."""

from typing import Any

import strawberry

from graph.types.base.enums import EmailTestDepth, SaslMechanism, TlsMode
from graph.types.base.ids import key_of
from graph.types.base.scalars import Secret
from service.email_tests import EmailTestRequest
from service.settings import SettingsRestore, SettingsUpdate
from service.values import FIELDS, KEEP, Keep, Patched, SecretName, SettingsPatch
from service.values import Secret as SecretValue


@strawberry.input(
    description="Left out, a secret stays as it is. There is no mask to send back, so a form "
    'cannot save one. Example: `{set: "correct horse"}`.',
    one_of=True,
)
class SecretInput:
    """What is to become of a secret."""

    set: strawberry.Maybe[Secret] = strawberry.field(
        description="The secret, exactly; never trimmed. An empty one clears."
    )
    clear: strawberry.Maybe[bool] = strawberry.field(
        description="True: forget the stored secret. False: keep it."
    )


@strawberry.input(
    description='OAuth2 for signing in. Example: `{tokenUrl: "https://login.example.com/token", '
    'clientId: "postledger", clientSecret: {set: "…"}}`.'
)
class OAuth2Input:
    """OAuth2."""

    token_url: str = strawberry.field(description="The token endpoint, an https URL.")
    client_id: str = strawberry.field(description="The client's id there.")
    client_secret: strawberry.Maybe[SecretInput | None] = strawberry.field(
        description="The client's secret; left out, it stays as it is."
    )
    scope: strawberry.Maybe[str | None] = strawberry.field(
        description="The scope to ask for; left out, it stays as it is."
    )


@strawberry.input(
    description="A field left out stays as it is; null clears it, and so does an empty text. "
    'Example: `{smtpHost: "smtp.gmail.com", smtpPort: 587}`.'
)
class EmailSettingsInput:
    """A partial change of the settings."""

    smtp_host: strawberry.Maybe[str | None] = strawberry.field(
        description="A host name or an IP address: no scheme, port or path. `smtp.gmail.com`."
    )
    smtp_domain: strawberry.Maybe[str | None] = strawberry.field(
        description="Domain for the username, where the server asks for one. `CORP`."
    )
    smtp_port: strawberry.Maybe[int | None] = strawberry.field(
        description="1 to 65535; null puts it back to 587."
    )
    smtp_username: strawberry.Maybe[str | None] = strawberry.field(
        description="The account to sign in with. `noreply@example.com`."
    )
    smtp_password: strawberry.Maybe[SecretInput | None] = strawberry.field(
        description="Its password; at most 1,024 characters, any but NUL and line breaks."
    )
    default_from_address: strawberry.Maybe[str | None] = strawberry.field(
        description="One email address, without a name around it. `noreply@example.com`."
    )
    default_from_display_name: strawberry.Maybe[str | None] = strawberry.field(
        description="The name shown beside it; at most 255 characters. `Example Platform`."
    )
    reply_to_address: strawberry.Maybe[str | None] = strawberry.field(
        description="One email address for replies, without a name around it."
    )
    enable_secure_connection: strawberry.Maybe[bool | None] = strawberry.field(
        description="Whether the connection must be secured; null puts it back to on."
    )
    tls_mode: strawberry.Maybe[TlsMode | None] = strawberry.field(
        description="How it is secured; null puts it back to AUTO."
    )
    trusted_certificates: strawberry.Maybe[list[str] | None] = strawberry.field(
        description="Certificates to trust besides the system's, as PEM. Replaces the whole list."
    )
    auth_mechanism: strawberry.Maybe[SaslMechanism | None] = strawberry.field(
        description="How to sign in; null puts it back to AUTO."
    )
    oauth2: strawberry.Maybe[OAuth2Input | None] = strawberry.field(
        description="OAuth2; null forgets it, with its client secret."
    )
    ehlo_hostname: strawberry.Maybe[str | None] = strawberry.field(
        description="The name to say in EHLO: a host name, or an address literal: `[192.0.2.1]`."
    )
    timeout_seconds: strawberry.Maybe[int | None] = strawberry.field(
        description="1 to 300; null puts it back to 30."
    )

    def patch(self) -> SettingsPatch:
        """Turns the input into the plain change that use-cases take."""
        given = [(field.attribute, _given(self, field.path)) for field in FIELDS]
        secrets = [(name.attribute, _secret(_given(self, name.path))) for name in SecretName]
        return SettingsPatch(**dict(given), **dict(secrets))


@strawberry.input(description="A change of the settings.")
class UpdateEmailSettingsInput:
    """A change."""

    settings: EmailSettingsInput = strawberry.field(description="The fields to change.")
    expected_revision: int = strawberry.field(
        description="The revision that these changes were made to; 0 where nothing was saved yet."
    )
    reason: str | None = strawberry.field(default=None, description="Why, for the auditors.")
    verified_by_test_email: strawberry.ID | None = strawberry.field(
        default=None,
        description="Save only if this test passed with exactly these values, passwords included; "
        "a test of depth CONNECT proves too little.",
    )

    def update(self) -> SettingsUpdate:
        """The plain value."""
        named = self.verified_by_test_email
        return SettingsUpdate(
            patch=self.settings.patch(),
            expected_revision=self.expected_revision,
            reason=self.reason,
            # An id of something else names no test, and is refused like one that is unknown.
            verified_by=None if named is None else key_of(named, "TestEmail") or "",
        )


@strawberry.input(description="An earlier revision to bring back.")
class RestoreEmailSettingsInput:
    """A restore."""

    revision: int = strawberry.field(description="The revision whose values to bring back.")
    expected_revision: int = strawberry.field(description="The revision that you have seen last.")
    reason: str = strawberry.field(description="Why, for the auditors.")

    def restore(self) -> SettingsRestore:
        """The plain value."""
        return SettingsRestore(self.revision, self.expected_revision, self.reason)


@strawberry.input(description='A test email to send. Example: `{recipient: "you@example.com"}`.')
class SendTestEmailInput:
    """A test."""

    recipient: str | None = strawberry.field(
        default=None, description="Who gets it. Required for SEND and ENVELOPE."
    )
    settings: EmailSettingsInput | None = strawberry.field(
        default=None, description="Unsaved changes to try, over the saved settings."
    )
    depth: EmailTestDepth | None = strawberry.field(
        default=EmailTestDepth.SEND, description="How far to go."
    )
    wait: bool | None = strawberry.field(
        default=True,
        description="False: answer at once with the test RUNNING; follow it with "
        "`testEmailProgress`.",
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="The same key within 24 hours gives the same test instead of a second message. "
        "At most 200 characters.",
    )

    def request(self) -> EmailTestRequest:
        """The plain value."""
        return EmailTestRequest(
            recipient=self.recipient,
            patch=None if self.settings is None else self.settings.patch(),
            depth=self.depth or EmailTestDepth.SEND,
            idempotency_key=self.idempotency_key,
            wait=self.wait is not False,
        )


def _given(settings: EmailSettingsInput, path: tuple[str, ...]) -> Any:  # noqa: ANN401 (any field's value)
    """Reads what was given for a field; a group that is cleared clears all its fields."""
    value: Any = settings
    for name in path:
        # A field that must be given inside its group stands there as itself.
        inner = getattr(value, _snake(name))
        value = inner.value if isinstance(inner, strawberry.Some) else inner
        if inner is None:
            return KEEP
        if value is None:
            return None
    return tuple(value) if isinstance(value, list) else value


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _secret(given: SecretInput | Keep | None) -> Patched[SecretValue]:
    if given is None or isinstance(given, Keep):
        return given
    if given.set is not None:
        return given.set.value
    return None if given.clear is not None and given.clear.value else KEEP
