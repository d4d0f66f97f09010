"""Problems with values of the settings as clients read them, and the errors that report them."""

from typing import Final

import strawberry

from graph.types.base.common import SuggestionType, UserError
from graph.types.base.enums import ProblemSeverity
from service.settings import InvalidSettings, SecretReentryRequired
from service.values import Problem, label_of, listed


@strawberry.type(description="A problem with a value of the settings.")
class SettingsProblem:
    """A problem."""

    severity: ProblemSeverity = strawberry.field(description="How serious the problem is.")
    code: str = strawberry.field(
        description="A stable code in UPPER_SNAKE_CASE, such as "
        "`FROM_ADDRESS_DIFFERS_FROM_USERNAME`."
    )
    field: list[str] = strawberry.field(
        description='The path of the input field, such as `["smtpPort"]` or `["oauth2", '
        '"tokenUrl"]`.'
    )
    message: str = strawberry.field(description="What is wrong, and how to fix it.")
    suggestion: SuggestionType | None = strawberry.field(
        description="A change that fixes the problem. Null if there is no suggestion."
    )

    @classmethod
    def of(cls, problem: Problem) -> "SettingsProblem":
        """Builds it from the service's `Problem`."""
        return cls(
            severity=problem.severity,
            code=problem.code,
            field=list(problem.field),
            message=problem.message,
            suggestion=None
            if problem.suggestion is None
            else SuggestionType.of(problem.suggestion),
        )


@strawberry.type(
    description="Some values are invalid, so nothing was done. All invalid values are reported at "
    "once."
)
class InvalidSettingsError(UserError):
    """Invalid values."""

    problems: list[SettingsProblem] = strawberry.field(description="What is wrong, field by field.")

    @classmethod
    def of(cls, invalid: InvalidSettings) -> "InvalidSettingsError":
        """Builds it from the service's `InvalidSettings`."""
        return cls(
            code=invalid.code,
            message=_summary(invalid.problems),
            problems=[SettingsProblem.of(each) for each in invalid.problems],
        )


_SHOWN: Final = 3


def _summary(problems: tuple[Problem, ...]) -> str:
    """Returns a text for people that says what to correct: the first errors, with their labels."""
    errors = [each for each in problems if each.severity is ProblemSeverity.ERROR]
    said = [f"{label_of(each.field)}: {each.message}" for each in errors[:_SHOWN]]
    if len(errors) > _SHOWN:
        said.append(f"{len(errors) - _SHOWN} more to correct.")
    return " ".join(said)


@strawberry.type(
    description="A stored secret is bound to the destination that it was entered for. Some "
    "changed fields affect that destination, so the secret must be entered again, or cleared."
)
class SecretReentryRequiredError(UserError):
    """A secret that must be entered again."""

    secrets: list[list[str]] = strawberry.field(
        description="The paths of the secrets to enter again, or to clear, such as "
        '`[["smtpPassword"], ["oauth2", "clientSecret"]]`.'
    )
    changed_fields: list[list[str]] = strawberry.field(
        description="The paths of the changed fields to which the secrets are bound, such as "
        '`[["smtpHost"]]`.'
    )

    @classmethod
    def of(cls, required: SecretReentryRequired) -> "SecretReentryRequiredError":
        """Builds it from the service's `SecretReentryRequired`."""
        return cls(
            code=required.code,
            message=f"Enter {listed(required.secrets)} again, or clear it: it is stored for the "
            "present destination only.",
            secrets=[list(path) for path in required.secrets],
            changed_fields=[list(path) for path in required.changed_fields],
        )
