"""Earlier revisions: read, paged through, compared and restored."""

import base64
import json
from datetime import datetime, timedelta

import pytest

from tests.support import documents
from tests.support.desk import NOON, Desk, Json

pytestmark = pytest.mark.anyio


async def _history(desk: Desk, count: int) -> list[Json]:
    """Saves some revisions, each with its own timeout."""
    return [await desk.save({"timeoutSeconds": 1 + number}) for number in range(count)]


def _without_id(state: Json | None) -> Json:
    """Returns the settings without their id, in which a past state differs from those in force."""
    return {name: value for name, value in (state or {}).items() if name != "id"}


async def _page(desk: Desk, **arguments: object) -> Json:
    found: Json = (await desk.ask(documents.REVISIONS, arguments)).data["emailSettingsRevisions"]
    return found


def _numbers(page: Json) -> list[int]:
    return [edge["node"]["revision"] for edge in page["edges"]]


async def test_a_revision_is_read_by_its_number(desk: Desk) -> None:
    """Every revision stays as it was saved, and an unknown number gives null."""
    saved = await _history(desk, 3)

    for number, state in enumerate(saved, start=1):
        assert _without_id(state) == _without_id(await desk.settings(revision=number))
    for number in (0, -1, 4, 2**31 - 1, -(2**31)):
        assert None is await desk.settings(revision=number)


async def test_the_settings_are_read_as_of_an_instant(desk: Desk) -> None:
    """A revision is in force from its own instant until the next revision's."""
    await _history(desk, 3)
    saved = [await desk.settings(revision=number) or {} for number in (1, 2, 3)]
    instants = [datetime.fromisoformat(state["updatedAt"]) for state in saved]
    moment = timedelta(microseconds=1)

    for at, state in zip(instants, saved, strict=True):
        assert state == await desk.settings(at=at.isoformat())
        assert state == await desk.settings(at=(at + moment).isoformat())
    assert saved[0] == await desk.settings(at=(instants[1] - moment).isoformat())
    assert None is await desk.settings(at=(instants[0] - moment).isoformat())
    assert saved[2] == await desk.settings(at="9999-12-31T23:59:59Z")
    # A year with three digits must not be sorted after later years.
    for before in ("0001-01-01T00:00:00Z", "0999-12-31T23:59:59.999999Z", "1969-01-01T00:00:00Z"):
        assert None is await desk.settings(at=before)
    shifted = instants[1].astimezone().isoformat()
    assert saved[1] == await desk.settings(at=shifted)


async def test_invalid_arguments_are_refused(desk: Desk) -> None:
    """A revision with an instant, a malformed instant and a number out of range are refused."""
    wrong: list[Json] = [
        {"revision": 1, "at": NOON.isoformat()},
        {"at": "2026-11-23T12:00:00"},
        {"at": "yesterday"},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"at": 7},
        {"revision": 2**31},
        {"revision": "1"},
    ]
    for arguments in wrong:
        assert ["BAD_USER_INPUT"] == (await desk.ask(documents.SETTINGS, arguments)).codes


async def test_an_earlier_revision_shows_only_a_secrets_version(desk: Desk) -> None:
    """An earlier revision shows a secret's version, but not when it was set or whether it opens."""
    await desk.save({"smtpPassword": {"set": "one"}})
    await desk.save({"smtpPassword": {"set": "two"}})
    await desk.save({"smtpPassword": {"clear": True}})
    states = [await desk.settings(revision=number) for number in (1, 2, 3)]

    expected = [
        {"state": "SET", "version": 1, "updatedAt": None},
        {"state": "SET", "version": 2, "updatedAt": None},
        {"state": "UNSET", "version": None, "updatedAt": None},
    ]
    assert expected == [state and state["smtpPassword"] for state in states]


async def test_the_settings_in_force_keep_their_id(desk: Desk) -> None:
    """Clients that cache by id see a save, and no row of the history shows another row's values."""
    first = await desk.save({"timeoutSeconds": 1})
    second = await desk.save({"timeoutSeconds": 2})
    current = await desk.settings()
    conflict = await desk.update({"timeoutSeconds": 3}, expectedRevision=1)
    restored = (await desk.restore(1))["emailSettings"]
    same = {first["id"], second["id"], conflict["current"]["id"], restored["id"]}
    rows = [edge["node"]["emailSettings"] for edge in (await _page(desk))["edges"]]
    past = {state["id"]: state["timeoutSeconds"] for state in rows}

    assert current is not None
    assert {current["id"]} == same
    assert 3 == len(past)
    assert current["id"] not in past
    assert [1, 2, 1] == [*past.values()]
    for row in rows:
        assert row == await desk.settings(revision=row["revision"])
        assert row == await desk.settings(at=row["updatedAt"])
        node = await desk.ask("query N($id: ID!) { node(id: $id) { id } }", {"id": row["id"]})
        assert {"id": row["id"]} == node.data["node"]


async def test_the_revisions_are_listed_newest_first(desk: Desk) -> None:
    """Each revision is listed with its changes, its actor, its reason and its event."""
    await desk.save({"smtpPort": 25}, reason="First.")
    await desk.save({"smtpPort": 26, "smtpPassword": {"set": "x"}}, reason="Second.")
    page = await _page(desk)
    newest, first = (edge["node"] for edge in page["edges"])

    assert [2, 1] == _numbers(page)
    assert ("Second.", "First.") == (newest["reason"], first["reason"])
    assert [["smtpPort"], ["smtpPassword"]] == [each["field"] for each in newest["changes"]]
    assert newest["changes"] == newest["auditEvent"]["changes"]
    assert newest["createdAt"] == newest["emailSettings"]["updatedAt"]
    assert "The administrator" == newest["createdBy"]["displayName"]
    assert await desk.settings(revision=2) == newest["emailSettings"]
    assert {"hasNextPage": False, "hasPreviousPage": False} == {
        name: page["pageInfo"][name] for name in ("hasNextPage", "hasPreviousPage")
    }


async def test_pages_lead_through_the_list_both_ways(desk: Desk) -> None:
    """Every revision is on one page, in both directions, while others are being saved."""
    await _history(desk, 7)
    forwards: list[int] = []
    after = None
    while True:
        page = await _page(desk, first=3, after=after)
        forwards += _numbers(page)
        assert (after is not None) == page["pageInfo"]["hasPreviousPage"]
        after = page["pageInfo"]["endCursor"]
        # A cursor stays valid while revisions are added before it.
        await desk.save({"timeoutSeconds": 100 + len(forwards)})
        if not page["pageInfo"]["hasNextPage"]:
            break
    backwards: list[int] = []
    before = None
    while True:
        page = await _page(desk, last=3, before=before)
        backwards = _numbers(page) + backwards
        assert (before is not None) == page["pageInfo"]["hasNextPage"]
        before = page["pageInfo"]["startCursor"]
        if not page["pageInfo"]["hasPreviousPage"]:
            break

    assert list(range(7, 0, -1)) == forwards
    assert list(range(10, 0, -1)) == backwards


async def test_a_page_is_limited_by_its_cursors(desk: Desk) -> None:
    """`after` and `before` together select a part of the list, which may be an empty page."""
    await _history(desk, 5)
    cursors = [edge["cursor"] for edge in (await _page(desk))["edges"]]

    assert [4, 3, 2] == _numbers(await _page(desk, after=cursors[0], before=cursors[4]))
    assert [4] == _numbers(await _page(desk, after=cursors[0], before=cursors[4], first=1))
    assert [2] == _numbers(await _page(desk, after=cursors[0], before=cursors[4], last=1))
    assert [] == _numbers(await _page(desk, after=cursors[4]))
    assert [] == _numbers(await _page(desk, first=0))
    empty = (await _page(desk, after=cursors[4]))["pageInfo"]
    assert (None, None, False) == (empty["startCursor"], empty["endCursor"], empty["hasNextPage"])


def _cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


async def test_an_invalid_page_is_refused(desk: Desk) -> None:
    """Sizes out of range, both ends at once, and cursors of another list are refused."""
    wrong: list[Json] = [
        {"first": 101},
        {"first": -1},
        {"last": 101},
        {"first": 1, "last": 1},
        {"after": "x"},
        {"after": ""},
        {"after": "\0"},
        {"before": "é"},
        {"after": _cursor("AuditEvent.v1:1")},
        {"after": _cursor("EmailSettingsRevision.v1:")},
        {"after": _cursor("EmailSettingsRevision.v1:-1")},
        {"after": _cursor("EmailSettingsRevision.v1:1 ")},
        {"after": _cursor("EmailSettingsRevision.v1:٣")},
        {"after": _cursor("EmailSettingsRevision.v1:2147483648")},
        {"after": _cursor("EmailSettingsRevision.v1:" + "0" * 12 + "9" * 30)},
        {"after": _cursor("EmailSettingsRevision.v1:" + "9" * 5_000)},
    ]
    for arguments in wrong:
        answer = await desk.ask(documents.CURSORS, arguments)

        assert ["BAD_USER_INPUT"] == answer.codes, arguments


async def test_two_revisions_are_compared(desk: Desk) -> None:
    """Revisions are compared in either direction, also with revision 0, before any save."""
    await desk.save({"smtpHost": "a.example.com", "smtpPassword": {"set": "x"}})
    await desk.save({"smtpPort": 25, "smtpPassword": {"set": "x"}})
    await desk.save({"smtpHost": None, "smtpPassword": {"set": "x"}})

    async def compare(before: int, after: int) -> dict[str, tuple[object, object]]:
        answer = await desk.ask(documents.COMPARE, {"from": before, "to": after})
        changes = answer.data["compareEmailSettings"]["changes"]
        return {each["field"][-1]: (each["before"], each["after"]) for each in changes}

    host = {"smtpHost": ("a.example.com", None)}
    assert {**host, "smtpPort": (587, 25)} == await compare(1, 3)
    assert {"smtpHost": (None, "a.example.com"), "smtpPort": (25, 587)} == await compare(3, 1)
    assert {"smtpPort": (587, 25), "smtpPassword": (None, 1)} == (await compare(0, 3))
    assert {} == await compare(2, 2)
    assert {} == await compare(0, 0)
    for before, after, missing in ((0, 4, 4), (4, 0, 4), (-1, 1, -1)):
        answer = await desk.ask(documents.COMPARE, {"from": before, "to": after})
        assert {
            "__typename": "RevisionNotFoundError",
            "code": "REVISION_NOT_FOUND",
            "message": f"There is no revision {missing}.",
            "revision": missing,
        } == answer.data["compareEmailSettings"]


async def test_restoring_makes_a_new_revision_of_old_values(desk: Desk) -> None:
    """All values except the secrets are restored, in a new revision with its own event."""
    first = await desk.save(
        {"defaultFromDisplayName": "One", "timeoutSeconds": 5, "smtpPassword": {"set": "one"}}
    )
    await desk.save({"defaultFromDisplayName": "Two", "smtpPassword": {"set": "two"}})
    result = await desk.restore(1)
    state, event = result["emailSettings"], result["auditEvent"]

    assert (3, "One", 5) == (
        state["revision"],
        state["defaultFromDisplayName"],
        state["timeoutSeconds"],
    )
    assert ("SET", 2) == (state["smtpPassword"]["state"], state["smtpPassword"]["version"])
    assert first["smtpPassword"]["version"] != state["smtpPassword"]["version"]
    assert ("EMAIL_SETTINGS_RESTORED", "It worked then.") == (event["action"], event["reason"])
    assert [["defaultFromDisplayName"]] == [each["field"] for each in result["changes"]]
    newest = (await _page(desk, first=1))["edges"][0]["node"]
    assert (1, "It worked then.") == (newest["restoredFrom"], newest["reason"])


async def test_restoring_the_values_in_force_changes_nothing(desk: Desk) -> None:
    """Restoring the values in force makes neither a revision nor an event."""
    await _history(desk, 2)
    events = await desk.events()
    result = await desk.restore(2)

    assert (2, [], None) == (
        result["emailSettings"]["revision"],
        result["changes"],
        result["auditEvent"],
    )
    assert events == await desk.events()


async def test_restoring_an_unknown_revision_is_refused(desk: Desk) -> None:
    """An unknown revision is reported as such, and the refusal is in the trail."""
    await _history(desk, 1)
    for number in (0, 2, -1, 2**31 - 1):
        result = await desk.restore(number)
        event = (await desk.events())[-1]

        assert ("RevisionNotFoundError", "REVISION_NOT_FOUND") == (
            result["__typename"],
            result["code"],
        )
        assert ("EMAIL_SETTINGS_CHANGE_REFUSED", "REVISION_NOT_FOUND") == (
            event["action"],
            event["errorCode"],
        )
        assert (number, "It worked then.") == (
            json.loads(event["body"])["detail"]["to_restore"],
            event["reason"],
        )
    assert 1 == await desk.whole()


async def test_nothing_is_restored_before_the_first_save(desk: Desk) -> None:
    """Before the first save, every revision is unknown."""
    result = await desk.restore(1)

    assert "RevisionNotFoundError" == result["__typename"]
