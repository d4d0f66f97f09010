"""The outcomes of changing the settings, as clients read them."""

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
from service.trail import Change


@strawberry.type(
    description="The settings are saved. If nothing differed, `changes` is empty, `auditEvent` is "
    "null and the revision stays the same."
)
class UpdateEmailSettingsSuccess:
    """A save."""

    email_settings: EmailSettings = strawberry.field(
        description="The settings that are now in force."
    )
    changes: list[FieldChange] = strawberry.field(description="What this save changed.")
    audit_event: AuditEvent | None = strawberry.field(
        description="The audit event of this save. Null if nothing differed."
    )


@strawberry.type(
    description="The settings have changed since `expectedRevision`, so nothing was saved. Review "
    "`theirChanges`, then save again with the revision of `current`."
)
class RevisionConflictError(UserError):
    """A conflict."""

    current: EmailSettings = strawberry.field(description="The settings that are in force.")
    their_changes: list[FieldChange] = strawberry.field(
        description="What has changed since `expectedRevision`."
    )


@strawberry.type(
    description="The test email in `verifiedByTestEmail` did not pass with exactly these values."
)
class NotVerifiedError(UserError):
    """A save without the required test."""

    test_email: EmailTestType | None = strawberry.field(
        description="The test email in `verifiedByTestEmail`. Null if no test email has that ID."
    )


@strawberry.type(description="No revision has this number.")
class RevisionNotFoundError(UserError):
    """A revision that does not exist."""

    revision: int = strawberry.field(description="The number that no revision has.")

    @classmethod
    def of(cls, missing: RevisionNotFound) -> "RevisionNotFoundError":
        """Builds it from the service's `RevisionNotFound`."""
        return cls(
            code=missing.code,
            message=f"There is no revision {missing.revision}.",
            revision=missing.revision,
        )


@strawberry.type(description="The differences between two revisions.")
class CompareEmailSettingsSuccess:
    """A comparison."""

    changes: list[FieldChange] = strawberry.field(
        description="What differs, field by field. Empty if nothing does."
    )


CompareEmailSettingsResult: TypeAlias = Annotated[
    CompareEmailSettingsSuccess | RevisionNotFoundError,
    strawberry.union(
        "CompareEmailSettingsResult", description="The outcome of `compareEmailSettings`."
    ),
]


def compare_member(result: tuple[Change, ...] | RevisionNotFound) -> CompareEmailSettingsResult:
    """Returns the union's member for a result of the service."""
    if isinstance(result, RevisionNotFound):
        return RevisionNotFoundError.of(result)
    return CompareEmailSettingsSuccess(changes=[FieldChange.of(each) for each in result])


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
        name="UpdateEmailSettingsResult",
        description="The outcome of `updateEmailSettings` and `restoreEmailSettings`.",
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
    """Returns the union's member for a result of the service."""
    match result:
        case SettingsUpdated():
            return UpdateEmailSettingsSuccess(
                email_settings=EmailSettings.in_force(result.state),
                changes=[FieldChange.of(each) for each in result.changes],
                audit_event=None if result.event is None else AuditEvent.of(result.event),
            )
        case InvalidSettings():
            return InvalidSettingsError.of(result)
        case RevisionConflict():
            return RevisionConflictError(
                code="REVISION_CONFLICT",
                message="The settings have changed since you read them. Review the changes first.",
                current=EmailSettings.in_force(result.current),
                their_changes=[FieldChange.of(each) for each in result.their_changes],
            )
        case SecretReentryRequired():
            return SecretReentryRequiredError.of(result)
        case NotVerified():
            return await _not_verified(runtime, result)
        case RevisionNotFound():
            return RevisionNotFoundError.of(result)


async def _not_verified(runtime: Runtime, refused: NotVerified) -> NotVerifiedError:
    test = await email_test(runtime, refused.test_id)
    return NotVerifiedError(
        code=refused.code,
        message="Nothing was saved, because the test email did not pass with exactly these values. "
        "Send a test email with these values first.",
        test_email=None if test is None else EmailTestType.of(test),
    )
