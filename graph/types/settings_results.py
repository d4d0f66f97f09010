"""How a change of the settings ends, as clients read it."""

from typing import Annotated, TypeAlias, Union

import strawberry

from graph.types.base.common import FieldChange, UserError
from graph.types.email_tests import EmailTestType
from graph.types.problems import InvalidSettingsError, SecretReentryRequiredError
from graph.types.settings import EmailSettings
from graph.types.trail import AuditEvent
from service.email_tests import email_test
from service.process import Runtime
from service.settings import (
    InvalidSettings,
    NotVerified,
    RestoreResult,
    RevisionConflict,
    RevisionNotFound,
    SecretReentryRequired,
    SettingsUpdated,
    UpdateResult,
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


@strawberry.type(description="The test that was named did not pass with exactly these values.")
class NotVerifiedError(UserError):
    """A save that was to be proven first."""

    test_email: EmailTestType | None = strawberry.field(
        description="The test that was named; null where there is none with that id."
    )


@strawberry.type(description="There is no revision with this number.")
class RevisionNotFoundError(UserError):
    """A revision that never was."""


UpdateEmailSettingsResult = Annotated[
    Union[  # noqa: UP007 (Strawberry names unions this way)
        UpdateEmailSettingsSuccess,
        InvalidSettingsError,
        RevisionConflictError,
        SecretReentryRequiredError,
        NotVerifiedError,
        RevisionNotFoundError,
    ],
    strawberry.union(
        name="UpdateEmailSettingsResult", description="How a change of the settings ended."
    ),
]

UpdateMember: TypeAlias = (
    UpdateEmailSettingsSuccess
    | InvalidSettingsError
    | RevisionConflictError
    | SecretReentryRequiredError
    | NotVerifiedError
    | RevisionNotFoundError
)


async def update_member(runtime: Runtime, result: UpdateResult | RestoreResult) -> UpdateMember:
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
        case NotVerified():
            return await _not_verified(runtime, result)
        case RevisionNotFound():
            return RevisionNotFoundError(
                code=result.code, message=f"There is no revision {result.revision}."
            )


async def _not_verified(runtime: Runtime, refused: NotVerified) -> NotVerifiedError:
    test = await email_test(runtime, refused.test_id)
    return NotVerifiedError(
        code=refused.code,
        message="Send a test email with exactly these values first, and name that one.",
        test_email=None if test is None else EmailTestType.of(test),
    )
