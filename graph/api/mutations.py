"""The mutations. Each turns its input into a plain value and calls one use-case."""

from typing import Annotated

import strawberry

from graph.api.access import AccessMutations
from graph.api.inputs import (
    RestoreEmailSettingsInput,
    SendTestEmailInput,
    UpdateEmailSettingsInput,
)
from graph.api.permissions import Requires
from graph.errors import coded
from graph.types.base.context import Info
from graph.types.base.ids import key_of
from graph.types.email_test_results import SendTestEmailResult, send_member
from graph.types.email_tests import EmailTestType
from graph.types.settings_results import UpdateEmailSettingsResult, update_member
from service.email_tests import cancel_test_email, send_test_email
from service.process import Permission
from service.settings import restore_email_settings, update_email_settings


@strawberry.type(description="The root of all mutations: what clients can change or do.")
class Mutation(AccessMutations):
    """The mutation root."""

    @strawberry.mutation(
        description="Changes the settings, if they are still at `expectedRevision`. The change "
        "and its audit event are saved together, or not at all.",
        extensions=[Requires(Permission.CHANGE_SETTINGS)],
    )
    async def update_email_settings(
        self,
        info: Info,
        input: Annotated[UpdateEmailSettingsInput, strawberry.argument(description="The change.")],
    ) -> UpdateEmailSettingsResult:
        """Changes the settings."""
        context = info.context
        result = await update_email_settings(context.runtime, context.caller, input.update())
        return await update_member(context.runtime, result)

    @strawberry.mutation(
        description="Saves the values of an earlier revision as a new revision. Secrets stay as "
        "they are now, unless they are entered again. The restore is refused if a stored "
        "secret would be sent to another destination.",
        extensions=[Requires(Permission.CHANGE_SETTINGS)],
    )
    async def restore_email_settings(
        self,
        info: Info,
        input: Annotated[
            RestoreEmailSettingsInput, strawberry.argument(description="The revision to restore.")
        ],
    ) -> UpdateEmailSettingsResult:
        """Restores an earlier revision."""
        context = info.context
        result = await restore_email_settings(context.runtime, context.caller, input.restore())
        return await update_member(context.runtime, result)

    @strawberry.mutation(
        description="Sends a test email through the saved settings, or with unsaved changes, and "
        "reports every stage. The audit trail records the request and the result.",
        extensions=[Requires(Permission.SEND_TESTS)],
    )
    async def send_test_email(
        self,
        info: Info,
        input: Annotated[
            SendTestEmailInput, strawberry.argument(description="The test email to send.")
        ],
    ) -> SendTestEmailResult:
        """Sends a test email."""
        context = info.context
        result = await send_test_email(context.runtime, context.caller, input.request())
        return send_member(result)

    @strawberry.mutation(
        description="Cancels a test email and closes its connection. A test that has ended stays "
        "as it is.",
        extensions=[Requires(Permission.SEND_TESTS)],
    )
    async def cancel_test_email(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The test email's ID.")],
    ) -> EmailTestType:
        """Cancels a test email."""
        context = info.context
        key = key_of(id, "TestEmail") or ""
        test = await cancel_test_email(context.runtime, context.caller, key)
        if test is None:
            raise coded("NOT_FOUND", "There is no test email with this id.")
        return EmailTestType.of(test)
