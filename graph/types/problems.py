"""What clients are told of values that cannot be taken, or should be looked at."""

import strawberry

from graph.types.base.common import SuggestionType, UserError
from graph.types.base.enums import ProblemSeverity
from service.settings import InvalidSettings, SecretReentryRequired
from service.values import Problem


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
    suggestion: SuggestionType | None = strawberry.field(description="A change that would mend it.")

    @classmethod
    def of(cls, problem: Problem) -> "SettingsProblem":
        """From a problem of the service."""
        return cls(
            severity=problem.severity,
            code=problem.code,
            field=list(problem.field),
            message=problem.message,
            suggestion=None
            if problem.suggestion is None
            else SuggestionType.of(problem.suggestion),
        )


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
