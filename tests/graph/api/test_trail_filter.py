"""An invalid filter of the trail is the caller's mistake, over any transport."""

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
SAVE: Final = (
    "mutation($input: UpdateEmailSettingsInput!) "
    "{ updateEmailSettings(input: $input) { __typename } }"
)
CHANGED: Final = (
    "query($fields: [[String!]!]) { auditEvents(filter: {fields: $fields}) "
    "{ edges { node { changes { field } } } } }"
)
MANY: Final = [f"unknown-{number}" for number in range(600)]
ONE: Final = "ACCESS_TOKEN_CREATED"


@pytest.fixture
async def world(storage: Storage, config: Config) -> AsyncIterator[World]:
    """The app over each database."""
    async with (
        open_runtime(storage) as runtime,
        open_world(compose(config, runtime), runtime) as opened,
    ):
        yield opened


async def trail_size(world: World) -> int:
    """Returns how many events there are."""
    answer = await world.ask("{ auditCheckpoint { size } }")
    size: int = answer["data"]["auditCheckpoint"]["size"]
    return size


INVALID: Final = (
    pytest.param({"actions": [ONE] * 101}, "actions takes at most 100", id="actions"),
    pytest.param({"outcomes": ["FAILED"] * 101}, "outcomes takes at most 100", id="outcomes"),
    pytest.param({"actorIds": MANY}, "actorIds takes at most 100", id="actors"),
    pytest.param({"fields": MANY}, "fields takes at most 100", id="fields"),
    pytest.param({"revision": -1}, "revision must be between 0 and 2147483647", id="revision"),
    pytest.param({"actorIds": ["x", "a\0b"]}, "actorIds holds a character", id="nul-in-actor"),
    pytest.param({"correlationId": "\0"}, "correlationId holds", id="nul-in-correlation"),
    pytest.param({"fields": ["\0"]}, "fields holds a character", id="nul-in-field"),
    pytest.param({"text": "a\0b"}, "text holds a character", id="nul-in-text"),
    pytest.param({"since": "2026-01-01T00:00:00Z\0"}, "2026-11-23T07:29:00", id="nul-in-instant"),
    pytest.param(
        {"since": "0001-01-01T00:00:00+14:00"}, "2026-11-23T07:29:00", id="before-all-years"
    ),
    pytest.param(
        {"until": "9999-12-31T23:59:59-14:00"}, "2026-11-23T07:29:00", id="after-all-years"
    ),
)


@pytest.mark.parametrize(("wanted", "words"), INVALID)
async def test_an_invalid_filter_is_refused(world: World, wanted: Filter, words: str) -> None:
    """GraphQL and the export refuse it with the same message, and nothing is recorded."""
    before = await trail_size(world)
    answer = await world.ask(SEARCH, filter=wanted)
    response = await world.client.get("/audit/export", params=wanted, headers=world.headers())

    assert (["BAD_USER_INPUT"], 400) == (codes(answer), response.status_code)
    assert codes(answer) == codes(response.json())
    for refusal in (answer, response.json()):
        assert words in refusal["errors"][0]["message"]
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
async def test_an_invalid_query_string_is_refused(world: World, query: str, words: str) -> None:
    """Only lists can be repeated, and a revision's number must be in range."""
    before = await trail_size(world)
    response = await world.client.get(f"/audit/export?{query}", headers=world.headers())

    assert (400, ["BAD_USER_INPUT"]) == (response.status_code, codes(response.json()))
    assert words in response.json()["errors"][0]["message"]
    assert before == await trail_size(world)


async def test_an_invalid_filter_cannot_be_followed(world: World) -> None:
    """A subscription refuses a filter by the same rule."""
    headers = {**world.headers(), "Accept": "text/event-stream"}
    body = {"query": FOLLOW, "variables": {"filter": {"actorIds": MANY}}}
    response = await world.client.post("/graphql", json=body, headers=headers)

    assert "BAD_USER_INPUT" in response.text
    assert "actorIds takes at most 100 values." in response.text


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
async def test_a_valid_filter_finds_its_events(world: World, wanted: Filter) -> None:
    """A filter is valid up to the limits, and finds the same over GraphQL and in the export."""
    answer = await world.ask(SEARCH, filter=wanted)
    given = {name: value for name, value in wanted.items() if value is not None}
    response = await world.client.get(
        "/audit/export", params={"format": "jsonl", **given}, headers=world.headers()
    )
    found = [each["node"]["body"] for each in answer["data"]["auditEvents"]["edges"]]

    assert 3 == len(found)
    assert found[::-1] == response.text.splitlines()


async def test_a_field_is_a_path(world: World) -> None:
    """Events are found by the paths of fields, and dotted text is refused."""
    oauth2 = {"tokenUrl": "https://login.example.com/token", "clientId": "postledger"}
    for revision, settings in enumerate(({"oauth2": oauth2}, {"smtpPort": 25}, {"smtpPort": 0})):
        change = {"settings": settings, "expectedRevision": revision}
        await world.ask(SAVE, input=change)

    async def found(fields: list[list[str]]) -> list[list[list[str]]]:
        answer = await world.ask(CHANGED, fields=fields)
        edges = answer["data"]["auditEvents"]["edges"]
        return [[each["field"] for each in edge["node"]["changes"]] for edge in edges]

    both = [["oauth2", "tokenUrl"], ["oauth2", "clientId"]]
    assert [both] == await found([["oauth2", "tokenUrl"]])
    # The refused change has no changes, but names the field.
    assert [[], [["smtpPort"]]] == await found([["smtpPort"]])
    assert [[], [["smtpPort"]], both] == await found([["smtpPort"], ["oauth2", "clientId"]])
    assert [] == await found([["oauth2"]])
    dotted, empty = [["oauth2.tokenUrl"]], [list[str]()]
    for wrong in (dotted, empty):
        assert ["BAD_USER_INPUT"] == codes(await world.ask(CHANGED, fields=wrong))


async def test_a_hundred_actors_are_searched_for(world: World) -> None:
    """Each of a hundred values is searched for."""
    await world.client.get("/audit/export?format=csv", headers=world.headers(Role.AUDITOR))
    actors = [*MANY[:99], world.tokens[Role.AUDITOR].token.id]
    found = await world.ask(SEARCH, filter={"actorIds": actors})
    (edge,) = found["data"]["auditEvents"]["edges"]

    assert "AUDIT_EXPORTED" == json.loads(edge["node"]["body"])["action"]
