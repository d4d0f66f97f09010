import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from audit.event import SYSTEM
from db.queries import email_tests as queries
from mail.network.destinations import DestinationRules
from mail.network.network import Network
from mail.session.tools import Tools
from service.email_tests.running import close_interrupted
from service.process.email_test_limits import EmailTestLimits
from service.process.email_test_runs import Canceller, EmailTestRuns
from service.process.runtime import Runtime
from tests.support.inprocess import Edge, Json, RefusedError
from tests.support.mail.scripted import Script, ScriptedServer, hang

pytestmark = pytest.mark.anyio

SAVE = """
mutation ($settings: EmailSettingsInput!) {
  updateEmailSettings(input: {settings: $settings, expectedRevision: 0}) { __typename }
}
"""
SEND = """
mutation ($input: SendTestEmailInput!) {
  sendTestEmail(input: $input) {
    __typename
    ... on SendTestEmailSuccess { testEmail { id outcome stages { name outcome } } }
    ... on UserError { code message }
    ... on TooManyTestsError { retryAfterSeconds }
  }
}
"""
CANCEL = "mutation ($id: ID!) { cancelTestEmail(id: $id) { outcome stages { name outcome } } }"
PROGRESS = "subscription ($id: ID!) { testEmailProgress(id: $id) { outcome stages { outcome } } }"
EVENTS = "{ auditEvents(first: 9) { edges { node { action outcome errorCode actor { displayName }"
EVENTS += " testEmail { outcome } } } } }"
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
TO = {"recipient": "ada@example.net"}
CANCELLER = Canceller(SYSTEM, None)


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    """Yields a mail server that accepts every message."""
    async with ScriptedServer(Script(tls="none"), PLAIN).running() as running:
        yield running


@pytest.fixture
async def silent() -> AsyncIterator[ScriptedServer]:
    """Yields a mail server that accepts connections and never answers."""
    script = Script(greeting=hang, tls="none")
    async with ScriptedServer(script, PLAIN).running() as running:
        yield running


async def _saved(edge: Edge, server: ScriptedServer) -> None:
    settings = {
        "smtpHost": "127.0.0.1",
        "smtpPort": server.port,
        "enableSecureConnection": False,
        "defaultFromAddress": "postledger@example.org",
    }
    await edge.ask(SAVE, settings=settings)


async def _send(edge: Edge, **more: object) -> Json:
    answer = await edge.ask(SEND, input={**TO, **more})
    sent: Json = answer["sendTestEmail"]
    return sent


async def _events(edge: Edge) -> list[Json]:
    answer = await edge.ask(EVENTS)
    return [each["node"] for each in answer["auditEvents"]["edges"]]


async def test_a_test_can_be_followed_to_its_end(edge: Edge, server: ScriptedServer) -> None:
    """Without `wait`, the answer comes at once, and a subscriber receives the end of the test."""
    await _saved(edge, server)
    sent = await _send(edge, wait=False)
    values = [each async for each in edge.follow(PROGRESS, id=sent["testEmail"]["id"])]

    assert "RUNNING" == sent["testEmail"]["outcome"]
    assert "ACCEPTED" == values[-1]["testEmailProgress"]["outcome"]
    assert 1 == len(server.messages)


async def test_the_message_names_the_address_for_replies(
    edge: Edge, server: ScriptedServer
) -> None:
    """The message contains the Reply-To address, whether it is saved or an unsaved change."""
    await _saved(edge, server)
    await edge.ask(
        SAVE.replace("expectedRevision: 0", "expectedRevision: 1"),
        settings={"replyToAddress": "help@example.org"},
    )
    await _send(edge)
    await _send(edge, settings={"replyToAddress": "other@example.org"})

    assert b"\r\nReply-To: help@example.org\r\n" in server.messages[0]
    assert b"\r\nReply-To: other@example.org\r\n" in server.messages[1]


async def test_a_late_subscriber_gets_the_end(edge: Edge, server: ScriptedServer) -> None:
    """A subscriber that arrives after the end receives one value, the whole test."""
    await _saved(edge, server)
    sent = await _send(edge)
    values = [each async for each in edge.follow(PROGRESS, id=sent["testEmail"]["id"])]

    assert 1 == len(values)
    assert sent["testEmail"]["outcome"] == values[0]["testEmailProgress"]["outcome"]


async def test_following_an_unknown_test_is_refused(edge: Edge) -> None:
    """Following an unknown id is an error."""
    with pytest.raises(RefusedError, match="no test email"):
        _ = [each async for each in edge.follow(PROGRESS, id="bm90aGluZw==")]


async def test_a_hanging_test_can_be_canceled(edge: Edge, silent: ScriptedServer) -> None:
    """A test that hangs can be canceled by another administrator, whom the trail then names."""
    await _saved(edge, silent)
    sent = await _send(edge, wait=False)
    other = Edge(edge.runtime, name="Grace")
    first = await other.ask(CANCEL, id=sent["testEmail"]["id"])
    again = await edge.ask(CANCEL, id=sent["testEmail"]["id"])
    events = await _events(edge)

    assert "CANCELLED" == first["cancelTestEmail"]["outcome"]
    assert first == again
    assert ("TEST_EMAIL_FINISHED", "Grace") == (
        events[0]["action"],
        events[0]["actor"]["displayName"],
    )


async def test_a_test_of_another_process_can_be_canceled(
    runtime: Runtime, silent: ScriptedServer
) -> None:
    """A test can be canceled through any process that uses the same database."""
    if runtime.database.kind == "sqlite":
        pytest.skip("on SQLite there is one service process")
    here = Edge(runtime)
    there = Edge(replace(runtime, tests=type(runtime.tests)()), name="Eve")
    await _saved(here, silent)
    sent = await _send(here, wait=False)
    canceled = await there.ask(CANCEL, id=sent["testEmail"]["id"])
    ended = (await _events(here))[0]

    assert "CANCELLED" == canceled["cancelTestEmail"]["outcome"]
    assert "Eve" == ended["actor"]["displayName"]


async def test_a_forged_canceller_is_not_named(runtime: Runtime, silent: ScriptedServer) -> None:
    """An attacker who writes into the database can stop a test, but not blame it on a person."""
    if runtime.database.kind == "sqlite":
        pytest.skip("on SQLite there is one service process")
    here = Edge(runtime)
    await _saved(here, silent)
    sent = await _send(here, wait=False)
    alice = '{"actor": {"kind": "PERSON", "id": "alice", "name": "Alice"}, "client": null}'
    async with runtime.database.transaction() as session:
        connection = await session.connection()
        await connection.execute(
            text("UPDATE test_email SET cancelled_by = :forged"), {"forged": f"00 {alice}"}
        )
    values = [each async for each in here.follow(PROGRESS, id=sent["testEmail"]["id"])]
    ended = (await _events(here))[0]

    assert "CANCELLED" == values[-1]["testEmailProgress"]["outcome"]
    assert ("TEST_EMAIL_FINISHED", SYSTEM.name) == (ended["action"], ended["actor"]["displayName"])


async def test_canceling_an_unknown_test_is_not_found(edge: Edge) -> None:
    """Canceling with the id of anything but a test is NOT_FOUND."""
    with pytest.raises(RefusedError) as refused:
        await edge.ask(CANCEL, id="RW1haWxTZXR0aW5nczox")

    assert ["NOT_FOUND"] == refused.value.codes


async def test_the_same_key_gives_the_same_test(edge: Edge, server: ScriptedServer) -> None:
    """A request that is repeated with the same key, even concurrently, sends no second message."""
    await _saved(edge, server)
    answers = await asyncio.gather(*(_send(edge, idempotencyKey="k-1") for _ in range(5)))
    another = await _send(Edge(edge.runtime, name="Grace"), idempotencyKey="k-1")

    assert 1 == len({each["testEmail"]["id"] for each in answers})
    assert answers[0]["testEmail"]["id"] != another["testEmail"]["id"]
    assert 2 == len(server.messages)


async def test_a_key_is_forgotten_after_a_day(runtime: Runtime, server: ScriptedServer) -> None:
    """After 24 hours, a request with the same key sends a new test."""
    day = datetime(2026, 11, 23, tzinfo=UTC)
    before = Edge(replace(runtime, clock=lambda: day))
    later = Edge(replace(runtime, clock=lambda: day + timedelta(hours=24, seconds=1)))
    await _saved(before, server)
    first = await _send(before, idempotencyKey="k-1")
    second = await _send(later, idempotencyKey="k-1")

    assert first["testEmail"]["id"] != second["testEmail"]["id"]


@pytest.mark.parametrize(
    ("limits", "more", "code"),
    [
        pytest.param(EmailTestLimits(per_actor=1), {}, "TOO_MANY_TESTS", id="per-actor"),
        pytest.param(EmailTestLimits(overall=1), {}, "TOO_MANY_TESTS", id="overall"),
        pytest.param(EmailTestLimits(running=1), {}, "TOO_MANY_TESTS", id="running"),
    ],
)
async def test_a_limit_says_how_long_to_wait(
    runtime: Runtime, silent: ScriptedServer, limits: EmailTestLimits, more: Json, code: str
) -> None:
    """A test over a limit is refused with the seconds to wait, and the refusal is recorded."""
    edge = Edge(replace(runtime, test_limits=limits))
    await _saved(edge, silent)
    first = await _send(edge, wait=False)
    second = await _send(edge, wait=False, **more)
    events = await _events(edge)
    await edge.ask(CANCEL, id=first["testEmail"]["id"])

    assert code == second["code"]
    assert 1 <= second["retryAfterSeconds"] <= 60
    assert ("DENIED", code) == (events[0]["outcome"], events[0]["errorCode"])


async def test_a_limit_passes_with_time(runtime: Runtime, server: ScriptedServer) -> None:
    """After the seconds that a refusal names, the next test may begin."""
    now = datetime(2026, 11, 23, tzinfo=UTC)
    limited = replace(runtime, test_limits=EmailTestLimits(per_actor=1), clock=lambda: now)
    await _saved(Edge(limited), server)
    first = await _send(Edge(limited))
    second = await _send(Edge(limited))
    later = now + timedelta(seconds=second["retryAfterSeconds"])
    third = await _send(Edge(replace(limited, clock=lambda: later)))

    assert ["SendTestEmailSuccess", "TooManyTestsError", "SendTestEmailSuccess"] == [
        each["__typename"] for each in (first, second, third)
    ]


async def test_recipients_can_be_limited(runtime: Runtime, server: ScriptedServer) -> None:
    """With a list of domains, a test to a recipient of any other domain is refused."""
    limits = EmailTestLimits(recipient_domains=("example.org",))
    edge = Edge(replace(runtime, test_limits=limits))
    await _saved(edge, server)
    refused = await _send(edge)
    allowed = await _send(edge, recipient="ada@EXAMPLE.org")

    assert "RECIPIENT_NOT_ALLOWED" == refused["code"]
    assert "ACCEPTED" == allowed["testEmail"]["outcome"]


async def test_a_forbidden_destination_is_not_connected_to(
    runtime: Runtime, server: ScriptedServer
) -> None:
    """A forbidden destination in the settings is refused, and the refusal is in the trail."""
    rules = replace(DestinationRules.parse([], ["127.0.0.0/8"]), refusal_seconds=0)
    tools = Tools(Network(rules=rules))
    edge = Edge(replace(runtime, mail_tools=tools))
    await _saved(edge, server)
    refused = await _send(edge)
    events = await _events(edge)

    assert "DESTINATION_NOT_ALLOWED" == refused["code"]
    assert 0 == server.connections
    assert "DESTINATION_NOT_ALLOWED" == events[0]["errorCode"]


async def test_a_test_of_a_dead_process_is_closed(runtime: Runtime, silent: ScriptedServer) -> None:
    """The next start closes a test of a dead process as INTERRUPTED, with an event."""
    edge = Edge(runtime)
    await _saved(edge, silent)
    sent = await _send(edge, wait=False)
    reborn = replace(runtime, tests=type(runtime.tests)())
    closed = await close_interrupted(reborn)
    events = await _events(Edge(reborn))
    await runtime.tests.close(0)

    assert 1 == len(closed)
    assert "RUNNING" == sent["testEmail"]["outcome"]
    assert ["TEST_EMAIL_FINISHED", "TEST_EMAIL_REQUESTED"] == [
        each["action"] for each in events[:2]
    ]
    assert "INTERRUPTED" == events[0]["testEmail"]["outcome"]
    assert 3 == len(await _events(Edge(reborn)))


async def test_a_stop_of_the_service_is_not_a_cancellation(
    runtime: Runtime, silent: ScriptedServer
) -> None:
    """A test that a stop of the service ends is INTERRUPTED, by the service itself."""
    edge = Edge(runtime)
    await _saved(edge, silent)
    await _send(edge, wait=False)
    await runtime.tests.close(0)
    events = await _events(edge)

    assert ("INTERRUPTED", "Postledger") == (
        events[0]["testEmail"]["outcome"],
        events[0]["actor"]["displayName"],
    )


async def test_a_cancellation_that_comes_too_late_changes_nothing(
    runtime: Runtime, server: ScriptedServer
) -> None:
    """A test that is canceled while its end is being recorded keeps its end."""
    late: list[str] = []

    def clock() -> datetime:
        # A test's own task reads the clock only when it records its end.
        task = asyncio.current_task()
        name, _, test_id = (task.get_name() if task else "").partition(" ")
        if name == "test-email":
            runtime.tests.stop(test_id, CANCELLER)
            late.append(test_id)
        return datetime.now(UTC)

    edge = Edge(replace(runtime, clock=clock))
    await _saved(edge, server)
    await _send(edge, wait=False)
    await runtime.tests.close(20)
    events = await _events(edge)

    assert late
    assert ("TEST_EMAIL_FINISHED", "SUCCEEDED") == (events[0]["action"], events[0]["outcome"])
    assert "ACCEPTED" == events[0]["testEmail"]["outcome"]


async def test_a_test_that_is_stopped_before_it_began_does_not_begin() -> None:
    """A test that is canceled before its first step records its end and connects nowhere."""
    runs, steps = EmailTestRuns(), []

    async def work() -> None:
        try:
            with runs.stoppable("t"):
                steps.append("attempted")
        except asyncio.CancelledError:
            steps.append("recorded")

    task = runs.start("t", work())
    runs.stop("t", CANCELLER)
    await task

    assert ["recorded"] == steps


async def test_a_stop_of_the_service_does_not_wait_for_the_database(
    runtime: Runtime, silent: ScriptedServer
) -> None:
    """A stop gives up on an end that cannot be recorded; the next start closes the test."""
    edge = Edge(runtime)
    await _saved(edge, silent)
    await _send(edge, wait=False)
    tasks = [task for task in asyncio.all_tasks() if task.get_name().startswith("test-email")]
    async with asyncio.timeout(20), runtime.database.transaction() as session:
        open_tests = await queries.open_test_emails(session)
        while not all(task.done() for task in tasks):
            await runtime.tests.close(0, recording_seconds=0)
    before = await _events(edge)
    closed = await close_interrupted(replace(runtime, tests=EmailTestRuns()))
    after = await _events(edge)

    assert [row.id for row in open_tests] == closed
    assert "RUNNING" == before[0]["testEmail"]["outcome"]
    assert "INTERRUPTED" == after[0]["testEmail"]["outcome"]


async def test_the_history_of_tests_is_paged_newest_first(
    edge: Edge, server: ScriptedServer
) -> None:
    """Cursors lead to older tests, and back to newer ones."""
    await _saved(edge, server)
    ids = [(await _send(edge))["testEmail"]["id"] for _ in range(3)]
    page = "{ testEmails(%s) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }"
    first = (await edge.ask(page % "first: 2"))["testEmails"]
    after = first["pageInfo"]["endCursor"]
    second = (await edge.ask(page % f'first: 2, after: "{after}"'))["testEmails"]
    back = (await edge.ask(page % f'last: 1, before: "{after}"'))["testEmails"]

    assert [ids[2], ids[1]] == [each["node"]["id"] for each in first["edges"]]
    assert [ids[0]] == [each["node"]["id"] for each in second["edges"]]
    assert [ids[2]] == [each["node"]["id"] for each in back["edges"]]
    assert (True, False) == (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"])
