"""How asking for a test email ends, as clients read it."""

from typing import Annotated, Union

import strawberry

from graph.types.problems import InvalidSettingsError, SecretReentryRequiredError
from graph.types.test_email import TestEmail
from service.test_emails import InvalidSettings, SecretReentryRequired, SendResult, TestEmailSent


@strawberry.type(
    description="The test ran, whether or not it went well: `testEmail.outcome` tells."
)
class SendTestEmailSuccess:
    """A test that ran."""

    test_email: TestEmail = strawberry.field(description="The test.")


SendTestEmailResult = Annotated[
    Union[  # noqa: UP007 (Strawberry names unions this way)
        SendTestEmailSuccess, InvalidSettingsError, SecretReentryRequiredError
    ],
    strawberry.union(name="SendTestEmailResult", description="How asking for a test ended."),
]


def send_result(
    result: SendResult,
) -> SendTestEmailSuccess | InvalidSettingsError | SecretReentryRequiredError:
    """The union's member that a result of the service becomes."""
    match result:
        case TestEmailSent():
            return SendTestEmailSuccess(test_email=TestEmail.of(result.test_email))
        case InvalidSettings():
            return InvalidSettingsError.of(result)
        case SecretReentryRequired():
            return SecretReentryRequiredError.of(result)
