"""What cannot be asked of the trail is the caller's mistake, by either door, on either database."""

import json
from collections.abc import AsyncIterator
from typing import Any, Final, TypeAlias

import pytest

from graph.app import compose
from graph.config import Config
from service.operate.startup import open_runtime
from service.process.caller import Role
from service.process.storage import Storage
from tests.support.edge.world import World, codes, open_world

pytestmark = pytest.mark.anyio

Filter: TypeAlias = dict[str, Any]

SEARCH: Final = (
    "query($filter: AuditEventFilter) { auditEvents(filter: $filter) { edges { node { body } } } }"
)
FOLLOW: Final = (
    "subscription($filter: AuditEventFilter) { auditEventAppended(filter: $filter) { body } }"
)
MANY: Final = [f"nobody-{number}" for number in range(600)]
ONE: Final = "ACCESS_TOKEN_CREATED"


@pytest.fixture
async def world(storage: Storage, config: Config) -> AsyncIterator[World]:
    """The app over either database."""
    async with (
        open_runtime(storage) as runtime,
        open_world(compose(config, runtime), runtime) as opened,
    ):
        yield opened


async def trail_size(world: World) -> int:
    """How many events there are."""
    answer = await world.ask("{ auditCheckpoint { size } }")
    size: int = answer["data"]["auditCheckpoint"]["size"]
    return size


UNFIT: Final = (
    pytest.param({"actions": [ONE] * 101}, "actions takes at most 100", id="actions"),
    pytest.param({"outcomes": ["FAILED"] * 101}, "outcomes takes at most 100", id="outcomes"),
    pytest.param({"actorIds": MANY}, "actorIds takes at most 100", id="actors"),
    pytest.param({"fields": MANY}, "fields takes at most 100", id="fields"),
    pytest.param({"revision": -1}, "revision must be between 0 and 2147483647", id="revision"),
    pytest.param({"actorIds": ["x", "a\0b"]}, "actorIds holds a character", id="nul-in-actor"),
    pytest.param({"correlationId": "\0"}, "correlationId holds", id="nul-in-correlation"),
    pytest.param({"fields": ["\0"]}, "fields holds a character", id="nul-in-field"),
    pytest.param({"text": "a\0b"}, "text holds a character", id="nul-in-text"),
    pytest.param({"since": "2026-01-01T00:00:00Z\0"}, "instant", id="nul-in-instant"),
    pytest.param({"since": "0001-01-01T00:00:00+14:00"}, "instant", id="before-all-years"),
    pytest.param({"until": "9999-12-31T23:59:59-14:00"}, "instant", id="after-all-years"),
)


@pytest.mark.parametrize(("wanted", "words"), UNFIT)
async def test_an_unfit_filter_is_refused_by_either_door(
    world: World, wanted: Filter, words: str
) -> None:
    """The same sentence, which names the field; and nothing is exported, so nothing recorded."""
    before = await trail_size(world)
    asked = await world.ask(SEARCH, filter=wanted)
    got = await world.client.get("/audit/export", params=wanted, headers=world.headers())

    assert (["BAD_USER_INPUT"], 400) == (codes(asked), got.status_code)
    assert codes(asked) == codes(got.json())
    for answer in (asked, got.json()):
        assert words in answer["errors"][0]["message"]
    assert before == await trail_size(world)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        pytest.param("revision=99999999999999999999999", "revision must be", id="revision"),
        pytest.param("revision=2147483648", "revision must be", id="revision-just-too-large"),
        pytest.param("revision=" + "9" * 5_000, "revision has a value", id="revision-no-number"),
        pytest.param("text=a&text=b", "text is given more than once", id="text-twice"),
        pytest.param("format=csv&format=csv", "format is given more than once", id="format-twice"),
        pytest.param(
            "since=2026-01-01T00:00:00Z&since=2027-01-01T00:00:00Z",
            "since is given more than once",
            id="since-twice",
        ),
    ],
)
async def test_an_unfit_query_string_is_refused(world: World, query: str, words: str) -> None:
    """A list alone can be repeated, and a number is one that a revision can have."""
    before = await trail_size(world)
    got = await world.client.get(f"/audit/export?{query}", headers=world.headers())

    assert (400, ["BAD_USER_INPUT"]) == (got.status_code, codes(got.json()))
    assert words in got.json()["errors"][0]["message"]
    assert before == await trail_size(world)


async def test_an_unfit_filter_cannot_be_followed(world: World) -> None:
    """The third door refuses by the same rule."""
    headers = {**world.headers(), "Accept": "text/event-stream"}
    body = {"query": FOLLOW, "variables": {"filter": {"actorIds": MANY}}}
    got = await world.client.post("/graphql", json=body, headers=headers)

    assert "BAD_USER_INPUT" in got.text
    assert "actorIds takes at most 100 values." in got.text


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param({"actions": [ONE] * 100}, id="one-value-a-hundred-times"),
        pytest.param({"actions": [ONE], "actorIds": []}, id="empty-list"),
        pytest.param({"actions": [ONE], "text": ""}, id="empty-text"),
        pytest.param({"actions": [ONE], "since": "0001-01-01T00:00:00-14:00"}, id="first-day"),
        pytest.param({"actions": [ONE], "revision": None}, id="null"),
    ],
)
async def test_what_can_be_asked_is_found(world: World, wanted: Filter) -> None:
    """Right up to the bounds, and alike by both doors."""
    asked = await world.ask(SEARCH, filter=wanted)
    given = {name: value for name, value in wanted.items() if value is not None}
    got = await world.client.get(
        "/audit/export", params={"format": "jsonl", **given}, headers=world.headers()
    )
    found = [each["node"]["body"] for each in asked["data"]["auditEvents"]["edges"]]

    assert 3 == len(found)
    assert found[::-1] == got.text.splitlines()


async def test_a_hundred_actors_are_searched_for(world: World) -> None:
    """Each value is a search of its own, and what one of them finds is found."""
    await world.client.get("/audit/export?format=csv", headers=world.headers(Role.AUDITOR))
    actors = [*MANY[:99], world.tokens[Role.AUDITOR].token.id]
    found = await world.ask(SEARCH, filter={"actorIds": actors})
    (edge,) = found["data"]["auditEvents"]["edges"]

    assert "AUDIT_EXPORTED" == json.loads(edge["node"]["body"])["action"]
