"""The inputs, and the plain values of the service that they become."""

from typing import Any

import strawberry

from graph.types.base.enums import EmailTestDepth, RevocationCheck, SaslMechanism, TlsMode
from graph.types.base.ids import key_of
from graph.types.base.scalars import Secret
from service.email_tests import EmailTestRequest
from service.settings import SettingsRestore, SettingsUpdate
from service.values import FIELDS, KEEP, Keep, Patched, SecretName, SettingsPatch
from service.values import Secret as SecretValue


@strawberry.input(
    description="What to do with a secret; if the secret is omitted, it stays as it is. There is "
    'no mask to send back, so a form cannot save one by mistake. Example: `{set: "correct '
    'horse"}`.',
    one_of=True,
)
class SecretInput:
    """What to do with a secret."""

    set: strawberry.Maybe[Secret] = strawberry.field(
        description="The new secret, which is never trimmed. An empty text clears the secret."
    )
    clear: strawberry.Maybe[bool] = strawberry.field(
        description="Whether to delete the stored secret. If false, it stays as it is."
    )


@strawberry.input(
    description="The OAuth 2.0 client for signing in. Example: `{tokenUrl: "
    '"https://login.example.com/token", clientId: "postledger", clientSecret: {set: "…"}}`.'
)
class OAuth2Input:
    """The OAuth 2.0 client."""

    token_url: str = strawberry.field(
        description="The authorization server's token endpoint, an https URL. `http` is accepted "
        "for this machine only: `localhost` and loopback addresses."
    )
    client_id: str = strawberry.field(
        description="The client ID that the authorization server issued."
    )
    client_secret: strawberry.Maybe[SecretInput | None] = strawberry.field(
        description="The client secret. If omitted, it stays as it is."
    )
    scope: strawberry.Maybe[str | None] = strawberry.field(
        description="The scope to request. If omitted, it stays as it is; null clears it."
    )


@strawberry.input(
    description="A partial change of the settings. An omitted field stays as it is; null or an "
    'empty text clears it. Example: `{smtpHost: "smtp.gmail.com", smtpPort: 587}`.'
)
class EmailSettingsInput:
    """A partial change of the settings."""

    smtp_host: strawberry.Maybe[str | None] = strawberry.field(
        description="A host name or an IP address, without scheme, port or path. Example: "
        "`smtp.gmail.com`."
    )
    smtp_domain: strawberry.Maybe[str | None] = strawberry.field(
        description="The username's domain, if the server requires one. Example: `CORP`."
    )
    smtp_port: strawberry.Maybe[int | None] = strawberry.field(
        description="The port, 1 to 65535. Null resets it to 587."
    )
    smtp_username: strawberry.Maybe[str | None] = strawberry.field(
        description="The account to sign in with. Example: `noreply@example.com`."
    )
    smtp_password: strawberry.Maybe[SecretInput | None] = strawberry.field(
        description="The account's password: at most 1,024 characters, without NUL and line breaks."
    )
    default_from_address: strawberry.Maybe[str | None] = strawberry.field(
        description="The email address to send from, without a display name. Example: "
        "`noreply@example.com`."
    )
    default_from_display_name: strawberry.Maybe[str | None] = strawberry.field(
        description="The name to show next to the From address, at most 255 characters. Example: "
        "`Example Platform`."
    )
    reply_to_address: strawberry.Maybe[str | None] = strawberry.field(
        description="The email address for replies, without a display name. Example: "
        "`support@example.com`."
    )
    enable_secure_connection: strawberry.Maybe[bool | None] = strawberry.field(
        description="Whether the connection must be secured. Null resets it to true."
    )
    tls_mode: strawberry.Maybe[TlsMode | None] = strawberry.field(
        description="How the connection is secured. Null resets it to AUTO."
    )
    trusted_certificates: strawberry.Maybe[list[str] | None] = strawberry.field(
        description="Certificates in PEM, at most 20, to trust in addition to the system's. They "
        "replace the whole list."
    )
    client_certificate: strawberry.Maybe[str | None] = strawberry.field(
        description="The certificate to present to the mail server, in PEM, followed by its "
        "intermediates. Never include the private key: it belongs in `clientKey`."
    )
    client_key: strawberry.Maybe[SecretInput | None] = strawberry.field(
        description="The client certificate's private key, in PEM and not encrypted: an EC key, an "
        "RSA key of 2,048 to 4,096 bits, or an Ed25519 key."
    )
    revocation_check: strawberry.Maybe[RevocationCheck | None] = strawberry.field(
        description="Whether to check that the server's certificate was not revoked. Null resets "
        "it to OFF."
    )
    auth_mechanism: strawberry.Maybe[SaslMechanism | None] = strawberry.field(
        description="How the service signs in. Null resets it to AUTO."
    )
    oauth2: strawberry.Maybe[OAuth2Input | None] = strawberry.field(
        description="The OAuth 2.0 client. Null removes it and its client secret."
    )
    ehlo_hostname: strawberry.Maybe[str | None] = strawberry.field(
        description="The host name or address literal to send in EHLO. Examples: "
        "`mail.example.com`, `[192.0.2.1]`."
    )
    timeout_seconds: strawberry.Maybe[int | None] = strawberry.field(
        description="How many seconds to wait for a connection, and for each line of a "
        "reply: 1 to 300. "
        "Null resets it to 30."
    )

    def patch(self) -> SettingsPatch:
        """Returns the change as the service's `SettingsPatch`."""
        given = [(field.attribute, _given(self, field.path)) for field in FIELDS]
        secrets = [(name.attribute, _secret(_given(self, name.path))) for name in SecretName]
        return SettingsPatch(**dict(given), **dict(secrets))


@strawberry.input(
    description="A change of the settings. Example: `{settings: {replyToAddress: "
    '"support@example.com"}, expectedRevision: 3, reason: "New support address"}`.'
)
class UpdateEmailSettingsInput:
    """A change."""

    settings: EmailSettingsInput = strawberry.field(description="The fields to change.")
    expected_revision: int = strawberry.field(
        description="The revision that the change is based on, or 0 if nothing was saved yet. If "
        "it is not the newest revision, the result is `RevisionConflictError`."
    )
    reason: str | None = strawberry.field(
        default=None,
        description="Why the settings are changed, for the audit trail: 1 to 1,000 characters. "
        "Null gives no reason.",
    )
    verified_by_test_email: strawberry.ID | None = strawberry.field(
        default=None,
        description="The ID of a test email. The change is saved only if that test passed with "
        "exactly these values, passwords included. A test of depth CONNECT is not enough.",
    )

    def update(self) -> SettingsUpdate:
        """Returns the change as the service's `SettingsUpdate`."""
        named = self.verified_by_test_email
        return SettingsUpdate(
            patch=self.settings.patch(),
            expected_revision=self.expected_revision,
            reason=self.reason,
            # The id of another type is refused like that of an unknown test.
            verified_by=None if named is None else key_of(named, "TestEmail") or "",
        )


@strawberry.input(
    description="An earlier revision to restore. Example: `{revision: 2, expectedRevision: 3, "
    'reason: "The new host was wrong"}`.'
)
class RestoreEmailSettingsInput:
    """A restore."""

    revision: int = strawberry.field(
        description="The number of the revision whose values to restore."
    )
    expected_revision: int = strawberry.field(
        description="The newest revision that you have seen. If there is a newer one, the result "
        "is `RevisionConflictError`."
    )
    reason: str = strawberry.field(
        description="Why the revision is restored, for the audit trail: 1 to 1,000 characters."
    )
    smtp_password: strawberry.Maybe[SecretInput | None] = strawberry.field(
        description="The account's password, if it must be entered again or cleared: "
        '`["smtpPassword"]` in `SecretReentryRequiredError.secrets`. If omitted, it stays.'
    )
    client_key: strawberry.Maybe[SecretInput | None] = strawberry.field(
        description="The private key of the restored client certificate, if that is not the key "
        "in force. If omitted, the key stays."
    )
    oauth2_client_secret: strawberry.Maybe[SecretInput | None] = strawberry.field(
        description="The OAuth 2.0 client secret, if it must be entered again or cleared: "
        '`["oauth2", "clientSecret"]` in `SecretReentryRequiredError.secrets`. If omitted, it '
        "stays."
    )

    def restore(self) -> SettingsRestore:
        """Returns the restore as the service's `SettingsRestore`."""
        secrets = {
            name.attribute: _secret(KEEP if given is None else given.value)
            for name in SecretName
            for given in [getattr(self, name.attribute)]
        }
        patch = SettingsPatch(**secrets)
        return SettingsRestore(self.revision, self.expected_revision, self.reason, patch)


@strawberry.input(description='A test email to send. Example: `{recipient: "you@example.com"}`.')
class SendTestEmailInput:
    """A test email."""

    recipient: str | None = strawberry.field(
        default=None,
        description="The email address to send to. Required for the depths ENVELOPE and SEND.",
    )
    settings: EmailSettingsInput | None = strawberry.field(
        default=None, description="Unsaved changes to test, applied to the saved settings."
    )
    depth: EmailTestDepth | None = strawberry.field(
        default=EmailTestDepth.SEND, description="How far the test goes."
    )
    wait: bool | None = strawberry.field(
        default=True,
        description="Whether to wait until the test has ended. If false, the test is returned "
        "while it is RUNNING; follow it with `testEmailProgress`.",
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="A key that makes retries safe, such as a UUID; at most 200 characters. "
        "Within 24 hours, the same key returns the same test instead of sending a second message.",
    )

    def request(self) -> EmailTestRequest:
        """Returns the test as the service's `EmailTestRequest`."""
        return EmailTestRequest(
            recipient=self.recipient,
            patch=None if self.settings is None else self.settings.patch(),
            depth=self.depth or EmailTestDepth.SEND,
            idempotency_key=self.idempotency_key,
            wait=self.wait is not False,
        )


def _given(settings: EmailSettingsInput, path: tuple[str, ...]) -> Any:  # noqa: ANN401 (any field's value)
    """Returns a field's value, or KEEP if it was omitted. A cleared group clears all its fields."""
    value: Any = settings
    for name in path:
        # A required field of a group is the value itself, not wrapped in `Maybe`.
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
