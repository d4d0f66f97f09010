"""The use-cases on test emails: asking for one, following it, cancelling it, looking back.

A test has an effect outside, so it takes two transactions: *requested* is recorded before
anything is connected to, *finished* when the result is known. No transaction is open between.
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
_LOOK_SECONDS: Final = 1.0
"""How often a test that runs in another process is looked at by who follows it; and how long a
caller who does not wait is kept for a refusal."""


@dataclass(frozen=True, slots=True)
class EmailTestStarted:
    """The test was run or is under way, whether or not it goes well."""

    test_email: EmailTest


@dataclass(frozen=True, slots=True)
class DestinationNotAllowed:
    """A rule forbids the destination; nothing was connected to. What is there is not told."""

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
    """Starts a test email, and waits for its end where the request says so.

    The test goes on whatever becomes of the call that asked for it.
    """
    # In a task of its own: a call that is cancelled must not leave a test recorded but not run.
    test_id = await asyncio.shield(asyncio.create_task(_start(runtime, caller, request)))
    if not isinstance(test_id, str):
        return test_id
    if request.wait:
        await _ended(runtime, test_id)
    test = await _existing(runtime, test_id)
    return DestinationNotAllowed() if test.report.destination_refused else EmailTestStarted(test)


async def email_test(runtime: Runtime, test_id: str) -> EmailTest | None:
    """One test email, as it stands."""
    async with runtime.database.reading() as session:
        row = await queries.email_test(session, test_id)
    return None if row is None else shown(runtime, row)


async def list_email_tests(runtime: Runtime, page: PageRequest) -> Page[EmailTest]:
    """A page of the test emails, newest first."""
    async with runtime.database.reading() as session:

        async def read(window: Window) -> Sequence[EmailTest]:
            return [shown(runtime, row) for row in await queries.email_tests(session, window)]

        return await read_page(page, read)


async def cancel_test_email(runtime: Runtime, caller: Caller, test_id: str) -> EmailTest | None:
    """Stops a test and closes its connection; None for an unknown one, no change for an ended one.

    A test that another process runs is asked to stop, and stops within a second.
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
    """A test as it stands, again after every change, and a last time when it has ended.

    Each is whole, so whoever reads slowly misses stages on the way but never the latest. Nothing
    comes for an unknown test.
    """
    last: EmailTest | None = None
    while (test := await email_test(runtime, test_id)) is not None:
        if test != last:
            yield test
        last = test
        if test.finished_at is not None:
            return
        await runtime.tests.changed(test_id, _LOOK_SECONDS)


async def _start(runtime: Runtime, caller: Caller, request: EmailTestRequest) -> str | _Refused:
    """Begins a test; its id, or that of the test that was begun with the same key before."""
    started = await _request(runtime, caller, request)
    if not isinstance(started, Requested):
        return started
    test_id = started.row.id
    runtime.tests.start(test_id, run(runtime, caller, started))
    if not request.wait:
        # A destination that is forbidden is told at once, also to a caller who does not wait.
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_SECONDS):
                if await is_refused(started.plan.account, runtime.mail_tools.network):
                    await runtime.tests.join(test_id)
    return test_id


async def _request(
    runtime: Runtime, caller: Caller, request: EmailTestRequest
) -> Requested | str | _Refused:
    """The first transaction: judges the request and records it, or records the refusal.

    A request with the idempotency key of an earlier one gives that test's id.
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
        return None  # what is no key is refused with everything else that is wrong
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
