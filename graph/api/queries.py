"""The queries. Each field declares the permission that it requires, and calls one use-case."""

from datetime import datetime
from typing import Annotated

import strawberry

from graph.api.access import AccessQueries
from graph.api.inputs import EmailSettingsInput
from graph.api.nodes import NodeQueries
from graph.api.permissions import Requires, require
from graph.api.trail_queries import TrailQueries
from graph.errors import bad_input
from graph.types.access import Viewer
from graph.types.base.context import Info
from graph.types.base.ids import key_of
from graph.types.base.paging import After, Before, First, Last, page_request
from graph.types.email_tests import TEST_EMAIL_CURSOR, EmailTestConnection, EmailTestType
from graph.types.form import EmailSettingsField
from graph.types.problems import SettingsProblem
from graph.types.provider import EmailProvider
from graph.types.revision import REVISION_CURSOR, EmailSettingsRevisionConnection
from graph.types.settings import EmailSettings
from graph.types.settings_results import CompareEmailSettingsResult, compare_member
from service.email_tests import email_test, list_email_tests
from service.process import Permission
from service.settings import (
    check_email_settings,
    compare_revisions,
    email_settings,
    email_settings_at,
    email_settings_revision,
    email_settings_revisions,
)
from service.values import FORM_FIELDS, email_providers


@strawberry.type(description="The root of all queries: what clients can read.")
class Query(NodeQueries, AccessQueries, TrailQueries):
    """The query root."""

    @strawberry.field(description="The authenticated caller, with its role and permissions.")
    def viewer(self, info: Info) -> Viewer:
        """Returns the caller."""
        return Viewer.of(info.context.caller)

    @strawberry.field(
        description="The settings in force. With `revision` or `at`, the settings as they were "
        "then, which requires READ_TRAIL. Null if nothing was saved.",
        extensions=[Requires(Permission.READ_SETTINGS)],
    )
    async def email_settings(
        self,
        info: Info,
        revision: Annotated[
            int | None,
            strawberry.argument(
                description="The number of the revision to read. Not together with `at`."
            ),
        ] = None,
        at: Annotated[
            datetime | None,
            strawberry.argument(
                description="The date and time as of which to read the settings. Not together "
                "with `revision`."
            ),
        ] = None,
    ) -> EmailSettings | None:
        """Returns the settings in force, or those of a revision or an instant."""
        if revision is not None and at is not None:
            raise bad_input("Use either revision or at, not both.")
        runtime = info.context.runtime
        if revision is None and at is None:
            current = await email_settings(runtime)
            return None if current is None else EmailSettings.in_force(current)
        require(info, Permission.READ_TRAIL)
        if at is not None:
            state = await email_settings_at(runtime, at)
        else:
            state = await email_settings_revision(runtime, revision or 0)
        return None if state is None else EmailSettings.of_revision(state)

    @strawberry.field(
        description="The revisions of the settings, newest first.",
        extensions=[Requires(Permission.READ_TRAIL)],
    )
    async def email_settings_revisions(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> EmailSettingsRevisionConnection:
        """Returns a page of the revisions."""
        page = page_request(REVISION_CURSOR, first, after, last, before)
        found = await email_settings_revisions(info.context.runtime, page)
        return EmailSettingsRevisionConnection.of(found)

    @strawberry.field(
        description="The differences between two revisions, field by field. Revision 0 is the "
        "state before the first save.",
        extensions=[Requires(Permission.READ_TRAIL)],
    )
    async def compare_email_settings(
        self,
        info: Info,
        from_: Annotated[
            int,
            strawberry.argument(
                name="from", description="The number of the revision to start from."
            ),
        ],
        to: Annotated[
            int, strawberry.argument(description="The number of the revision to compare with it.")
        ],
    ) -> CompareEmailSettingsResult:
        """Returns what differs between two revisions."""
        return compare_member(await compare_revisions(info.context.runtime, from_, to))

    @strawberry.field(
        description="Checks a change without saving it or connecting to a server. Returns only "
        "errors if there are any, and otherwise warnings and hints.",
        extensions=[Requires(Permission.CHANGE_SETTINGS)],
    )
    async def check_email_settings(
        self,
        info: Info,
        settings: Annotated[
            EmailSettingsInput, strawberry.argument(description="The fields to change.")
        ],
    ) -> list[SettingsProblem]:
        """Returns the problems that saving a change would report."""
        problems = await check_email_settings(info.context.runtime, settings.patch())
        return [SettingsProblem.of(each) for each in problems]

    @strawberry.field(
        description="The fields of the settings in the order of the settings page, with labels, "
        "defaults and limits. Before the first save, the defaults are in force.",
        extensions=[Requires(Permission.READ_SETTINGS)],
    )
    def email_settings_fields(self) -> list[EmailSettingsField]:
        """Returns the fields of the settings."""
        return [EmailSettingsField.of(each) for each in FORM_FIELDS]

    @strawberry.field(
        description="The known email providers. With `address`, only those that host mailboxes in "
        "the address's domain: none for a custom domain, which any provider could host.",
        extensions=[Requires(Permission.READ_SETTINGS)],
    )
    async def email_providers(
        self,
        address: Annotated[
            str | None,
            strawberry.argument(description="An email address, such as `you@gmail.com`."),
        ] = None,
    ) -> list[EmailProvider]:
        """Returns the known providers."""
        return [EmailProvider.of(each) for each in email_providers(address)]

    @strawberry.field(
        description="A test email by its ID. Null if no test email has this ID.",
        extensions=[Requires(Permission.READ_SETTINGS)],
    )
    async def test_email(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The test email's ID.")],
    ) -> EmailTestType | None:
        """Returns one test email."""
        test = await email_test(info.context.runtime, key_of(id, "TestEmail") or "")
        return None if test is None else EmailTestType.of(test)

    @strawberry.field(
        description="The test emails, newest first.",
        extensions=[Requires(Permission.READ_SETTINGS)],
    )
    async def test_emails(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> EmailTestConnection:
        """Returns a page of the test emails."""
        page = page_request(TEST_EMAIL_CURSOR, first, after, last, before)
        return EmailTestConnection.of(await list_email_tests(info.context.runtime, page))
