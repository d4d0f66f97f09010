"""How asking for a test email ends, as clients read it."""

from typing import Annotated, TypeAlias, Union

import strawberry

from graph.types.base.common import UserError
from graph.types.email_tests import EmailTestType
from graph.types.problems import InvalidSettingsError, SecretReentryRequiredError
from service.email_tests import (
    DestinationNotAllowed,
    EmailTestStarted,
    RecipientNotAllowed,
    SendResult,
    TooManyEmailTests,
)
from service.settings import InvalidSettings, SecretReentryRequired


@strawberry.type(
    description="The test ran, whether or not it went well: `testEmail.outcome` tells."
)
class SendTestEmailSuccess:
    """A test that ran."""

    test_email: EmailTestType = strawberry.field(description="The test.")


@strawberry.type(description="Tests may not be sent to this recipient's domain.")
class RecipientNotAllowedError(UserError):
    """A recipient that is not allowed."""


@strawberry.type(
    description="The service's rules forbid this destination. What is behind it is not told."
)
class DestinationNotAllowedError(UserError):
    """A destination that is not allowed."""


@strawberry.type(description="A limit on tests is reached.")
class TooManyTestsError(UserError):
    """Too many tests."""

    retry_after_seconds: int = strawberry.field(description="When the next one may begin.")


SendTestEmailResult = Annotated[
    Union[  # noqa: UP007 (Strawberry names unions this way)
        SendTestEmailSuccess,
        InvalidSettingsError,
        SecretReentryRequiredError,
        RecipientNotAllowedError,
        DestinationNotAllowedError,
        TooManyTestsError,
    ],
    strawberry.union(name="SendTestEmailResult", description="How asking for a test ended."),
]

SendMember: TypeAlias = (
    SendTestEmailSuccess
    | InvalidSettingsError
    | SecretReentryRequiredError
    | RecipientNotAllowedError
    | DestinationNotAllowedError
    | TooManyTestsError
)


def send_member(result: SendResult) -> SendMember:
    """The union's member that a result of the service becomes."""
    match result:
        case EmailTestStarted():
            return SendTestEmailSuccess(test_email=EmailTestType.of(result.test_email))
        case InvalidSettings():
            return InvalidSettingsError.of(result)
        case SecretReentryRequired():
            return SecretReentryRequiredError.of(result)
        case RecipientNotAllowed():
            domains = ", ".join(result.domains)
            return RecipientNotAllowedError(
                code=result.code, message=f"Tests may be sent to these domains only: {domains}."
            )
        case DestinationNotAllowed():
            return DestinationNotAllowedError(
                code=result.code,
                message="This service may not connect there: its operator's rules forbid it.",
            )
        case TooManyEmailTests():
            seconds = result.retry_after_seconds
            return TooManyTestsError(
                code=result.code,
                message=f"Too many tests: try again in {seconds} seconds.",
                retry_after_seconds=seconds,
            )
