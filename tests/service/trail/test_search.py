"""Finding events: every condition, alone and combined, on both databases."""

from datetime import timedelta

import pytest

from audit.event import (
    Actor,
    ActorKind,
    AuditAction,
    AuditOutcome,
    Change,
    Event,
    redacted_change,
)
from audit.trail.appending import Trail, append
from audit.trail.history import EventFilter, read_events
from audit.trail.words import event_words, search_words
from db.engine.database import Database
from db.queries import event_search
from db.queries.keyset import Window
from tests.support.trail.events import START, at

pytestmark = pytest.mark.anyio

ALICE = Actor(ActorKind.ACCESS_TOKEN, "id-alice", "Alice Ångström", "ADMINISTRATOR")
BOB = Actor(ActorKind.ACCESS_TOKEN, "id-bob", "Bob", "AUDITOR")

EVENTS = (
    Event(
        AuditAction.EMAIL_SETTINGS_UPDATED,
        AuditOutcome.SUCCEEDED,
        ALICE,
        "email_settings",
        revision=1,
        changes=(
            Change("smtpHost", None, "smtp.example.com"),
            Change("defaultFromDisplayName", None, "Zażółć gęślą"),
            redacted_change("smtpPassword", None, 1),
        ),
        reason="first set-up",
    ),
    Event(
        AuditAction.EMAIL_SETTINGS_CHANGE_REFUSED,
        AuditOutcome.DENIED,
        BOB,
        "email_settings",
        revision=1,
        error_code="INVALID_SETTINGS",
        detail={"fields": "smtpPort: PORT_INVALID, oauth2.tokenUrl: URL_INVALID"},
    ),
    Event(
        AuditAction.TEST_EMAIL_REQUESTED,
        AuditOutcome.SUCCEEDED,
        ALICE,
        "test_email",
        revision=1,
        correlation_id="test-1",
        detail={"recipient": "carol@example.org"},
    ),
    Event(
        AuditAction.TEST_EMAIL_FINISHED,
        AuditOutcome.FAILED,
        ALICE,
        "test_email",
        revision=1,
        correlation_id="test-1",
        error_code="CREDENTIALS_REJECTED",
    ),
    Event(
        AuditAction.EMAIL_SETTINGS_UPDATED,
        AuditOutcome.SUCCEEDED,
        BOB,
        "email_settings",
        revision=2,
        changes=(Change("smtpPort", "587", "465"),),
    ),
)


@pytest.fixture
async def filled(database: Database, trail: Trail) -> Database:
    """Returns a database with the events above, a minute apart."""
    trail.attach(database)
    for number, event in enumerate(EVENTS):
        async with database.transaction() as session:
            await append(session, event, at(START + timedelta(minutes=number)))
    return database


async def _found(
    database: Database, wanted: EventFilter, window: Window | None = None
) -> list[int]:
    async with database.reading() as session:
        return [each.seq for each in await read_events(session, window or Window(50), wanted)]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param(EventFilter(), [4, 3, 2, 1, 0], id="no-condition"),
        pytest.param(
            EventFilter(actions=(AuditAction.EMAIL_SETTINGS_UPDATED,)), [4, 0], id="one-action"
        ),
        pytest.param(
            EventFilter(
                actions=(AuditAction.EMAIL_SETTINGS_UPDATED, AuditAction.TEST_EMAIL_FINISHED)
            ),
            [4, 3, 0],
            id="any-of-two-actions",
        ),
        pytest.param(EventFilter(outcomes=(AuditOutcome.DENIED,)), [1], id="outcome"),
        pytest.param(EventFilter(actor_ids=("id-bob",)), [4, 1], id="actor"),
        pytest.param(EventFilter(actor_ids=("id-bob", "id-alice")), [4, 3, 2, 1, 0], id="actors"),
        pytest.param(
            EventFilter(actor_ids=("id-bob",), outcomes=(AuditOutcome.SUCCEEDED,)),
            [4],
            id="actor-and-outcome",
        ),
        pytest.param(EventFilter(fields=("smtpPort",)), [4, 1], id="field-changed-or-refused"),
        pytest.param(EventFilter(fields=("smtpHost", "smtpPort")), [4, 1, 0], id="any-field"),
        pytest.param(EventFilter(fields=("oauth2.tokenUrl",)), [1], id="field-with-a-dot"),
        pytest.param(EventFilter(fields=("smtp",)), [], id="half-a-field"),
        pytest.param(EventFilter(revision=2), [4], id="revision"),
        pytest.param(EventFilter(correlation_id="test-1"), [3, 2], id="correlation"),
        pytest.param(
            EventFilter(since=START + timedelta(minutes=3)), [4, 3], id="since-is-inclusive"
        ),
        pytest.param(
            EventFilter(until=START + timedelta(minutes=3)), [2, 1, 0], id="until-is-exclusive"
        ),
        pytest.param(EventFilter(since=START + timedelta(days=1)), [], id="since-the-future"),
        pytest.param(EventFilter(until=START - timedelta(days=1)), [], id="until-the-past"),
        pytest.param(EventFilter(text="alice"), [3, 2, 0], id="text-actor"),
        pytest.param(EventFilter(text="ÅNGSTRÖM"), [3, 2, 0], id="text-in-any-case"),
        pytest.param(EventFilter(text="zażółć"), [0], id="text-beyond-ascii"),
        pytest.param(EventFilter(text="Zaż*"), [0], id="text-beginning-beyond-ascii"),
        pytest.param(EventFilter(text="smtp.example.com"), [0], id="text-value"),
        pytest.param(EventFilter(text="carol@example.org"), [2], id="text-detail"),
        pytest.param(EventFilter(text="examp*"), [2, 0], id="text-beginning"),
        pytest.param(EventFilter(text="examp"), [], id="text-is-whole-words"),
        pytest.param(EventFilter(text="example alice"), [2, 0], id="text-all-words"),
        pytest.param(EventFilter(text="CREDENTIALS_REJECTED"), [3], id="text-error-code"),
        pytest.param(EventFilter(text="set-up"), [0], id="text-reason"),
        pytest.param(EventFilter(text="!!!"), [], id="text-without-words"),
        pytest.param(EventFilter(text="  "), [4, 3, 2, 1, 0], id="text-blank"),
        pytest.param(EventFilter(text='" OR 1 --'), [], id="text-is-no-query-language"),
        pytest.param(
            EventFilter(text="alice", actions=(AuditAction.TEST_EMAIL_FINISHED,)),
            [3],
            id="text-and-action",
        ),
        pytest.param(EventFilter(text="alice", fields=("smtpHost",)), [0], id="text-and-field"),
        pytest.param(EventFilter(text="bob", revision=2), [4], id="text-and-revision"),
        pytest.param(EventFilter(text="bob", revision=3), [], id="text-and-no-such-revision"),
        pytest.param(
            EventFilter(text="alice", correlation_id="test-1"), [3, 2], id="text-and-correlation"
        ),
        pytest.param(
            EventFilter(text="alice", correlation_id="test 1"), [], id="text-and-like-correlation"
        ),
        pytest.param(
            EventFilter(actor_ids=("id_bob", "ID-BOB"), outcomes=(AuditOutcome.DENIED,)),
            [],
            id="ids-alike-are-not-the-same",
        ),
        pytest.param(
            EventFilter(
                actions=(AuditAction.TEST_EMAIL_FINISHED, AuditAction.TEST_EMAIL_REQUESTED),
                outcomes=(AuditOutcome.FAILED,),
                actor_ids=("id-alice", "id-bob"),
                revision=1,
                correlation_id="test-1",
            ),
            [3],
            id="everything-at-once",
        ),
    ],
)
async def test_a_filter_finds_matching_events(
    filled: Database, wanted: EventFilter, expected: list[int]
) -> None:
    """An event must meet all conditions of a filter, each with any of its values."""
    assert expected == await _found(filled, wanted)


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        pytest.param(Window(2), [4, 1], id="newest"),
        pytest.param(Window(1, below=4), [1], id="after-a-cursor"),
        pytest.param(Window(1, newest=False), [1], id="oldest"),
        pytest.param(Window(5, above=1), [4], id="before-a-cursor"),
    ],
)
@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(EventFilter(actor_ids=("id-bob",)), id="column"),
        pytest.param(EventFilter(actor_ids=("id-bob", "id-nobody")), id="several"),
        pytest.param(EventFilter(text="bob"), id="text"),
    ],
)
async def test_pages_are_cut_by_number(
    filled: Database, wanted: EventFilter, window: Window, expected: list[int]
) -> None:
    """A page begins at a sequence number and contains only matching events."""
    assert expected == await _found(filled, wanted, window)


@pytest.mark.parametrize(
    ("wanted", "window", "expected"),
    [
        pytest.param(EventFilter(text="alice"), Window(50), [3, 2, 0], id="all"),
        pytest.param(EventFilter(text="bob"), Window(1), [4], id="near"),
        pytest.param(EventFilter(text="carol"), Window(1), [2], id="far"),
        pytest.param(EventFilter(text="bob"), Window(1, newest=False), [1], id="from-the-oldest"),
        pytest.param(EventFilter(text="alice"), Window(50, above=0, below=3), [2], id="between"),
        pytest.param(EventFilter(text="bob", revision=1), Window(50), [1], id="and-more"),
    ],
)
async def test_words_are_found_however_far_from_the_end(
    filled: Database,
    monkeypatch: pytest.MonkeyPatch,
    wanted: EventFilter,
    window: Window,
    expected: list[int],
) -> None:
    """A text is found beyond the newest events, which PostgreSQL searches first."""
    monkeypatch.setattr(event_search, "_NEARBY", 1)

    assert expected == await _found(filled, wanted, window)


def test_a_secrets_version_is_all_that_can_be_found_of_it() -> None:
    """The words of an event contain a secret's version, but not the secret."""
    assert "_smtphost _defaultfromdisplayname _smtppassword" in event_words(EVENTS[0])
    assert "redacted version 1" in event_words(EVENTS[0])


def test_events_and_searches_are_split_into_the_same_words() -> None:
    """A search for a text of an event has only words that the event has."""
    text = "ﬁne Straße Ⅷ 数値 a_b-c " + "x" * 90
    event = Event(
        AuditAction.ACCESS_DENIED, AuditOutcome.DENIED, Actor(ActorKind.SYSTEM, None, text), "x"
    )

    assert set() == set(search_words(text)) - set(event_words(event).split())
