"""The settings as clients read them."""

from datetime import datetime
from typing import Annotated, Union

import strawberry

from graph.enums import ProblemSeverity, SaslMechanism, SecretState, TlsMode
from graph.ids import write_id
from graph.types.common import Actor, Certificate, FieldChange, Node, Suggestion, UserError
from graph.types.trail import AuditEvent
from service.problems import Problem
from service.secrets import SecretStatus as SecretStatusValue
from service.settings import (
    InvalidSettings,
    RevisionConflict,
    SecretReentryRequired,
    SettingsState,
    SettingsUpdated,
    UpdateResult,
)


@strawberry.type(
    description="What may be known of a secret. Nothing here is derived from its value."
)
class SecretStatus:
    """A secret's status."""

    state: SecretState = strawberry.field(description="Whether one is stored.")
    version: int | None = strawberry.field(
        description="Counts the distinct values that this secret has had."
    )
    updated_at: datetime | None = strawberry.field(
        description="When it was given last; null where it is unset or no longer kept."
    )

    @classmethod
    def of(cls, status: SecretStatusValue) -> "SecretStatus":
        """From a status of the service."""
        return cls(state=status.state, version=status.version, updated_at=status.updated_at)


@strawberry.type(
    description="Signing in by OAuth2 with the client-credentials grant (RFC 6749, section 4.4)."
)
class OAuth2Settings:
    """OAuth2."""

    token_url: str = strawberry.field(description="The token endpoint.")
    client_id: str = strawberry.field(description="The client's id there.")
    client_secret: SecretStatus = strawberry.field(description="The client's secret; write-only.")
    scope: str | None = strawberry.field(
        description="The scope asked for, as the provider names it."
    )


@strawberry.type(description="Something to say about a value of the settings.")
class SettingsProblem:
    """A problem."""

    severity: ProblemSeverity = strawberry.field(description="How much it matters.")
    code: str = strawberry.field(
        description="Stable, UPPER_SNAKE_CASE, such as `FROM_ADDRESS_DIFFERS_FROM_USERNAME`."
    )
    field: list[str] = strawberry.field(
        description='The input field it is about: `["smtpPort"]`, `["oauth2", "tokenUrl"]`.'
    )
    message: str = strawberry.field(description="What is wrong and how to mend it.")
    suggestion: Suggestion | None = strawberry.field(description="A change that would mend it.")

    @classmethod
    def of(cls, problem: Problem) -> "SettingsProblem":
        """From a problem of the service."""
        return cls(
            severity=problem.severity,
            code=problem.code,
            field=list(problem.field),
            message=problem.message,
            suggestion=None if problem.suggestion is None else Suggestion.of(problem.suggestion),
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
    smtp_password: SecretStatus = strawberry.field(description="Its password; write-only.")
    default_from_address: str | None = strawberry.field(
        description="The address that messages come from."
    )
    default_from_display_name: str | None = strawberry.field(
        description="The name shown beside that address."
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
    problems: list[SettingsProblem] = strawberry.field(
        description="Warnings and remarks about these values."
    )
    revision: int = strawberry.field(
        description="Counts the saves that changed something: 1, 2, 3 …"
    )
    updated_at: datetime = strawberry.field(description="When this revision was saved.")
    updated_by: Actor = strawberry.field(description="Who saved it.")

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
            smtp_password=SecretStatus.of(state.smtp_password),
            default_from_address=values.default_from_address,
            default_from_display_name=values.default_from_display_name,
            enable_secure_connection=values.enable_secure_connection,
            tls_mode=values.tls_mode,
            trusted_certificates=[Certificate.of(each) for each in state.certificates],
            auth_mechanism=values.auth_mechanism,
            oauth2=_oauth2(state),
            ehlo_hostname=values.ehlo_hostname,
            timeout_seconds=values.timeout_seconds,
            from_header=state.from_header,
            problems=[SettingsProblem.of(each) for each in state.problems],
            revision=state.revision,
            updated_at=state.updated_at,
            updated_by=Actor.of(state.updated_by),
        )


def _oauth2(state: SettingsState) -> OAuth2Settings | None:
    values = state.values
    if values.oauth2_token_url is None or values.oauth2_client_id is None:
        return None
    return OAuth2Settings(
        token_url=values.oauth2_token_url,
        client_id=values.oauth2_client_id,
        client_secret=SecretStatus.of(state.oauth2_client_secret),
        scope=values.oauth2_scope,
    )


@strawberry.type(
    description="The settings are saved. Where nothing differed, `changes` is empty, `auditEvent` "
    "is null and the revision is the old one."
)
class UpdateEmailSettingsSuccess:
    """A save."""

    email_settings: EmailSettings = strawberry.field(description="The settings now in force.")
    changes: list[FieldChange] = strawberry.field(description="What this save changed.")
    audit_event: AuditEvent | None = strawberry.field(description="Its event in the trail.")


@strawberry.type(description="Values that cannot be taken. All of them are told at once.")
class InvalidSettingsError(UserError):
    """Invalid settings."""

    problems: list[SettingsProblem] = strawberry.field(description="What is wrong, field by field.")

    @classmethod
    def of(cls, invalid: InvalidSettings) -> "InvalidSettingsError":
        """From a refusal of the service."""
        return cls(
            code=invalid.code,
            message="Some values cannot be taken; nothing was changed. See problems.",
            problems=[SettingsProblem.of(each) for each in invalid.problems],
        )


@strawberry.type(
    description="Somebody else saved first. Look at what they changed, and save again with "
    "`expectedRevision` as it is now."
)
class RevisionConflictError(UserError):
    """A conflict."""

    current: EmailSettings = strawberry.field(description="What stands now.")
    their_changes: list[FieldChange] = strawberry.field(
        description="What was changed since the revision that you expected."
    )


@strawberry.type(
    description="A stored secret is bound to where it was meant to go. These fields change that, "
    "so it must be given again."
)
class SecretReentryRequiredError(UserError):
    """A secret must be given again."""

    changed_fields: list[str] = strawberry.field(
        description="The changed fields that the secret is bound to."
    )

    @classmethod
    def of(cls, required: SecretReentryRequired) -> "SecretReentryRequiredError":
        """From a refusal of the service."""
        secrets = " and ".join(required.secrets)
        return cls(
            code=required.code,
            message=f"Give {secrets} again, or clear it: it was stored for another destination.",
            changed_fields=list(required.changed_fields),
        )


UpdateEmailSettingsResult = Annotated[
    Union[  # noqa: UP007 (Strawberry names unions this way)
        UpdateEmailSettingsSuccess,
        InvalidSettingsError,
        RevisionConflictError,
        SecretReentryRequiredError,
    ],
    strawberry.union(
        name="UpdateEmailSettingsResult", description="How a change of the settings ended."
    ),
]


def update_result(
    result: UpdateResult,
) -> (
    UpdateEmailSettingsSuccess
    | InvalidSettingsError
    | RevisionConflictError
    | SecretReentryRequiredError
):
    """The union's member that a result of the service becomes."""
    match result:
        case SettingsUpdated():
            return UpdateEmailSettingsSuccess(
                email_settings=EmailSettings.of(result.state),
                changes=[FieldChange.of(each) for each in result.changes],
                audit_event=None if result.event is None else AuditEvent.of(result.event),
            )
        case InvalidSettings():
            return InvalidSettingsError.of(result)
        case RevisionConflict():
            return RevisionConflictError(
                code="REVISION_CONFLICT",
                message="Somebody else saved first. Look at theirChanges, then save again.",
                current=EmailSettings.of(result.current),
                their_changes=[FieldChange.of(each) for each in result.their_changes],
            )
        case SecretReentryRequired():
            return SecretReentryRequiredError.of(result)
