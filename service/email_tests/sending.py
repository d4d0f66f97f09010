"""The use-cases on test emails: sending one, following it, canceling it, listing earlier ones.

A test has an effect outside the database, so it takes two transactions: *requested* is recorded
before the service connects anywhere, and *finished* when the result is known. No transaction is
open in between.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final, TypeAlias, TypeVar

from audit.trail import Clock, append
from db.engine.database import Session
from db.instant import write_instant
from db.queries import email_tests as queries
from db.queries.keyset import Window
from db.queries.settings import lock_head
from mail.network import is_refused
from service.email_tests.events import refused, requested
from service.email_tests.request import EmailTestPlan, EmailTestRequest, is_key, plan
from service.email_tests.rows import EmailTest, Facts, new_row, shown
from service.email_tests.running import Requested, run
from service.process.caller import Caller
from service.process.email_test_limits import RecipientNotAllowed, TooManyEmailTests, too_many
from service.process.email_test_runs import Canceller, write_canceller
from service.process.paging import Page, PageRequest, read_page
from service.process.runtime import Runtime
from service.settings.draft import Draft, InvalidSettings, SecretReentryRequired, draft
from service.settings.proven import draft_digest
from service.settings.saving import RefusalReason
from service.settings.state import CurrentSettings, load_current
from service.values.patch import SettingsPatch

R = TypeVar("R", bound=RefusalReason)
KEY_LIFETIME: Final = timedelta(hours=24)
_POLL_SECONDS: Final = 1.0
"""How often a follower reads a test that runs in another process."""
_REFUSAL_SECONDS: Final = 1.0
"""How long a caller who does not wait for a test is kept waiting for a refused destination."""


@dataclass(frozen=True, slots=True)
class EmailTestStarted:
    """The test has ended or is running; its report says whether it succeeded."""

    test_email: EmailTest


@dataclass(frozen=True, slots=True)
class DestinationNotAllowed:
    """A rule forbids the destination, so the service did not connect to it.

    The result does not disclose what is at the destination.
    """

    code: ClassVar = "DESTINATION_NOT_ALLOWED"


SendResult: TypeAlias = (
    EmailTestStarted
    | InvalidSettings
    | SecretReentryRequired
    | RecipientNotAllowed
    | DestinationNotAllowed
    | TooManyEmailTests
)
_Refused: TypeAlias = (
    InvalidSettings | SecretReentryRequired | RecipientNotAllowed | TooManyEmailTests
)


async def send_test_email(
    runtime: Runtime, caller: Caller, request: EmailTestRequest
) -> SendResult:
    """Starts a test email, and waits for its end if the request says so.

    The test goes on even if the caller disconnects.
    """
    # The start has its own task: canceling the call must not leave a test recorded but not run.
    test_id = await asyncio.shield(asyncio.create_task(_start(runtime, caller, request)))
    if not isinstance(test_id, str):
        return test_id
    if request.wait:
        await _ended(runtime, test_id)
    test = await _existing(runtime, test_id)
    return DestinationNotAllowed() if test.report.destination_refused else EmailTestStarted(test)


async def email_test(runtime: Runtime, test_id: str) -> EmailTest | None:
    """Returns a test email in its present state, or None for an unknown id."""
    async with runtime.database.reading() as session:
        row = await queries.email_test(session, test_id)
    return None if row is None else shown(runtime, row)


async def list_email_tests(runtime: Runtime, page: PageRequest) -> Page[EmailTest]:
    """Returns a page of the test emails, newest first."""
    async with runtime.database.reading() as session:

        async def read(window: Window) -> Sequence[EmailTest]:
            return [shown(runtime, row) for row in await queries.email_tests(session, window)]

        return await read_page(page, read)


async def cancel_test_email(runtime: Runtime, caller: Caller, test_id: str) -> EmailTest | None:
    """Cancels a test, which closes its connection, and returns it when it has ended.

    An ended test is returned as it is; None for an unknown id. If another process runs the test,
    the cancellation is written into the database, where that process sees it within a second.
    """
    canceller = Canceller(caller.actor, caller.client)
    async with runtime.database.transaction() as session:
        row = await queries.open_email_test(session, test_id)
        if row is not None and row.cancelled_by is None:
            row.cancelled_by = write_canceller(canceller, test_id, runtime.keys)
            session.add(row)
    if row is not None:
        runtime.tests.stop(test_id, canceller)
        await _ended(runtime, test_id)
    return await email_test(runtime, test_id)


async def follow_test_email(runtime: Runtime, test_id: str) -> AsyncIterator[EmailTest]:
    """Yields a test in its present state, again after every change, and a last time at its end.

    Each value is the whole test, so a slow reader may miss states in between but never the latest.
    Yields nothing for an unknown id.
    """
    last: EmailTest | None = None
    while (test := await email_test(runtime, test_id)) is not None:
        if test != last:
            yield test
        last = test
        if test.finished_at is not None:
            return
        await runtime.tests.changed(test_id, _POLL_SECONDS)


async def _start(runtime: Runtime, caller: Caller, request: EmailTestRequest) -> str | _Refused:
    """Starts a test and returns its id.

    If an earlier request had the same idempotency key, it returns the id of that request's test.
    """
    started = await _request(runtime, caller, request)
    if not isinstance(started, Requested):
        return started
    test_id = started.row.id
    runtime.tests.start(test_id, run(runtime, caller, started))
    if not request.wait:
        # A caller who does not wait for the test still gets the refusal of a forbidden destination.
        with suppress(TimeoutError):
            async with asyncio.timeout(_REFUSAL_SECONDS):
                if await is_refused(started.plan.account, runtime.mail_tools.network):
                    await runtime.tests.join(test_id)
    return test_id


async def _request(
    runtime: Runtime, caller: Caller, request: EmailTestRequest
) -> Requested | str | _Refused:
    """Checks the request and records it, or records its refusal: the first transaction of a test.

    If an earlier request had the same idempotency key, it returns the id of that request's test.
    """
    now = runtime.clock()
    async with runtime.database.transaction() as session:
        await lock_head(session, runtime.scope)
        earlier = await _earlier(session, caller, request, now)
        if earlier is not None:
            return earlier
        current = await load_current(session, runtime.scope, runtime.keys)
        accepted = await draft(current, request.patch or SettingsPatch(), runtime.keys)
        if not isinstance(accepted, Draft):
            return await _refuse(session, caller, current, accepted, runtime.clock)
        planned = plan(request, current, accepted, runtime.test_limits)
        if not isinstance(planned, EmailTestPlan):
            return await _refuse(session, caller, current, planned, runtime.clock)
        limited = await too_many(session, runtime.test_limits, caller, now)
        if limited is not None:
            return await _refuse(session, caller, current, limited, runtime.clock)
        digest = await draft_digest(current, accepted, now)
        facts = Facts(await queries.next_number(session), current.revision, planned, digest)
        row = new_row(runtime, caller, request, facts)
        row.started_at = (await append(session, requested(caller, row, planned), runtime.clock)).ts
        session.add(row)
    return Requested(row, planned)


async def _earlier(
    session: Session, caller: Caller, request: EmailTestRequest, now: datetime
) -> str | None:
    key = request.idempotency_key
    if key is None or not is_key(key):
        return None  # `plan` refuses an invalid key, together with everything else that is wrong.
    row = await queries.with_key(session, caller.actor.id, key, write_instant(now - KEY_LIFETIME))
    return None if row is None else row.id


async def _refuse(
    session: Session, caller: Caller, current: CurrentSettings, refusal: R, clock: Clock
) -> R:
    await append(session, refused(caller, current, refusal), clock)
    return refusal


async def _ended(runtime: Runtime, test_id: str) -> None:
    await runtime.tests.join(test_id)
    async for _ in follow_test_email(runtime, test_id):
        pass


async def _existing(runtime: Runtime, test_id: str) -> EmailTest:
    test = await email_test(runtime, test_id)
    if test is None:
        raise RuntimeError("a test email's row is never removed")
    return test
