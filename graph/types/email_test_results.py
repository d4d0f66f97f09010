"""The outcomes of requesting a test email, as clients read them."""

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
    description="The test ran or is running. Whether it passed is in `testEmail.outcome`."
)
class SendTestEmailSuccess:
    """A test that was started."""

    test_email: EmailTestType = strawberry.field(description="The test email.")


@strawberry.type(description="Test emails may not be sent to the recipient's domain.")
class RecipientNotAllowedError(UserError):
    """A recipient that is not allowed."""


@strawberry.type(
    description="The service's rules forbid connecting to this destination. The error does not "
    "disclose what is there."
)
class DestinationNotAllowedError(UserError):
    """A destination that is not allowed."""


@strawberry.type(description="A limit on the number of test emails has been reached.")
class TooManyTestsError(UserError):
    """Too many tests."""

    retry_after_seconds: int = strawberry.field(
        description="How many seconds to wait before requesting the next test email."
    )


SendTestEmailResult = Annotated[
    Union[  # noqa: UP007 (Strawberry names unions this way)
        SendTestEmailSuccess,
        InvalidSettingsError,
        SecretReentryRequiredError,
        RecipientNotAllowedError,
        DestinationNotAllowedError,
        TooManyTestsError,
    ],
    strawberry.union(name="SendTestEmailResult", description="The outcome of `sendTestEmail`."),
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
    """Returns the union's member for a result of the service."""
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
                code=result.code,
                message=f"Test emails may be sent to these domains only: {domains}.",
            )
        case DestinationNotAllowed():
            return DestinationNotAllowedError(
                code=result.code,
                message="The operator's rules forbid this service to connect to that destination.",
            )
        case TooManyEmailTests():
            seconds = result.retry_after_seconds
            return TooManyTestsError(
                code=result.code,
                message=f"Too many test emails. Try again in {seconds} seconds.",
                retry_after_seconds=seconds,
            )
