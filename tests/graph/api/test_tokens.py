"""Access tokens over the API: created, listed, used and revoked."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from db.tables import AccessTokenRow
from graph.app import compose
from graph.types.base.ids import write_id
from service.access import tokens as access
from service.access.tokens import CreatedToken, access_token, create_token
from service.operate.startup import open_runtime
from service.process.caller import COMMAND_LINE, Role
from service.process.keys import new_key
from service.process.runtime import Runtime
from service.process.storage import Storage
from tests.support.edge.world import World, codes, configured, open_world

pytestmark = pytest.mark.anyio

CREATE = """
mutation Create($input: CreateAccessTokenInput!) {
  createAccessToken(input: $input) {
    ... on CreateAccessTokenSuccess {
      token
      accessToken { id name role expiresAt lastUsedAt createdBy { displayName } }
    }
    ... on InvalidTokenError { code field message }
  }
}
"""
REVOKE = "mutation Revoke($id: ID!) { revokeAccessToken(id: $id) { revokedAt } }"
NODE = "query Node($id: ID!) { node(id: $id) { id __typename } }"
NOW = datetime(2026, 11, 23, 7, 29, tzinfo=UTC)


async def test_a_token_is_created_and_used(world: World) -> None:
    """A new token works at once, and the trail does not contain it."""
    given = {"name": "Monitoring", "role": "VIEWER", "expiresAt": "2126-01-01T00:00:00Z"}
    created = (await world.ask(CREATE, input=given))["data"]["createAccessToken"]
    used = await world.client.post(
        "/graphql",
        json={"query": "{ viewer { role } }"},
        headers={"Authorization": f"Bearer {created['token']}"},
    )
    trail = await world.ask("{ auditEvents(first: 1) { edges { node { action body } } } }")
    event = trail["data"]["auditEvents"]["edges"][0]["node"]

    assert "2126-01-01T00:00:00.000000Z" == created["accessToken"]["expiresAt"]
    assert "A administrator" == created["accessToken"]["createdBy"]["displayName"]
    assert {"data": {"viewer": {"role": "VIEWER"}}} == used.json()
    assert "ACCESS_TOKEN_CREATED" == event["action"]
    assert created["token"] not in event["body"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        pytest.param({"name": " ", "role": "VIEWER"}, ["name"], id="no name"),
        pytest.param({"name": "a\0b", "role": "VIEWER"}, ["name"], id="a control character"),
        pytest.param(
            {"name": "a", "role": "VIEWER", "expiresAt": "2020-01-01T00:00:00Z"},
            ["expiresAt"],
            id="expired",
        ),
    ],
)
async def test_an_invalid_token(world: World, given: object, field: list[str]) -> None:
    """An invalid token is reported as a value that names the wrong field."""
    answer = (await world.ask(CREATE, input=given))["data"]["createAccessToken"]

    assert "INVALID_TOKEN" == answer["code"]
    assert field == answer["field"]


async def test_tokens_are_paged(world: World) -> None:
    """Tokens are listed newest first, and cursors lead through the pages both ways."""
    query = """query Page($first: Int, $after: String, $last: Int) {
      accessTokens(first: $first, after: $after, last: $last) {
        edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage } } }"""
    first = (await world.ask(query, first=2))["data"]["accessTokens"]
    second = (await world.ask(query, first=2, after=first["edges"][1]["cursor"]))["data"]
    last = (await world.ask(query, last=1))["data"]["accessTokens"]

    assert ["A viewer", "A auditor"] == [each["node"]["name"] for each in first["edges"]]
    assert {"hasNextPage": True, "hasPreviousPage": False} == first["pageInfo"]
    assert ["A administrator"] == [each["node"]["name"] for each in second["accessTokens"]["edges"]]
    assert ["A administrator"] == [each["node"]["name"] for each in last["edges"]]


async def test_a_revoked_token_is_refused(world: World) -> None:
    """A revoked token is refused, and revoking it again changes nothing."""
    revoked = world.tokens[Role.VIEWER].token.id
    key = write_id("AccessToken", revoked)
    first = await world.ask(REVOKE, id=key)
    again = await world.ask(REVOKE, id=key)
    refused = await world.ask("{ viewer { role } }", role=Role.VIEWER)
    unknown = await world.ask(REVOKE, id=write_id("AccessToken", "other\0"))

    assert first == again
    assert ["UNAUTHENTICATED"] == codes(refused)
    assert ["NOT_FOUND"] == codes(unknown)


async def test_an_expired_token_is_refused(runtime: Runtime, tmp_path: Path) -> None:
    """A token is refused from the exact instant of its expiry."""
    now = NOW
    timed = replace(runtime, clock=lambda: now)
    created = await create_token(
        timed, COMMAND_LINE, "brief", Role.VIEWER, NOW + timedelta(hours=1)
    )
    assert isinstance(created, CreatedToken)
    async with open_world(compose(configured(tmp_path), timed), timed) as world:
        world.tokens[Role.VIEWER] = created
        before = await world.ask("{ viewer { role } }", role=Role.VIEWER)
        now = NOW + timedelta(hours=1)
        after = await world.ask("{ viewer { role } }", role=Role.VIEWER)

    assert "errors" not in before
    assert ["UNAUTHENTICATED"] == codes(after)


async def test_last_use(runtime: Runtime, tmp_path: Path) -> None:
    """The last use is written at most once a minute."""
    now = NOW
    timed = replace(runtime, clock=lambda: now)
    seen = []
    async with open_world(compose(configured(tmp_path), timed), timed) as world:
        for seconds in (0, 59, 60):
            now = NOW + timedelta(seconds=seconds)
            await world.ask("{ viewer { role } }")
            token = await access_token(timed, world.tokens[Role.ADMINISTRATOR].token.id)
            assert token is not None
            seen.append(token.last_used_at)

    assert [NOW, NOW, NOW + timedelta(seconds=60)] == seen


async def test_a_use_that_cannot_be_noted_blocks_no_caller(
    postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If another transaction locks the token's row, the caller does not wait for it."""
    monkeypatch.setattr(access, "_NOTE_SECONDS", 0.01)
    storage = Storage(tmp_path, postgresql_url, (new_key(),), (new_key(),))
    async with open_runtime(storage) as runtime:
        app = compose(configured(tmp_path), runtime)
        async with open_world(app, runtime) as world, runtime.database.transaction() as session:
            await session.exec(select(AccessTokenRow).with_for_update())
            async with asyncio.timeout(20):
                answer = await world.ask("{ viewer { role } }")

    assert "errors" not in answer


async def test_denials_are_recorded(world: World) -> None:
    """A denied call of a known caller is recorded with the field's own name."""
    query = "query Peek { a: auditEvents { edges { cursor } } b: viewer { role } }"
    await world.ask(query, role=Role.VIEWER)
    trail = await world.ask(
        "{ auditEvents(first: 2) { edges { node { action outcome errorCode actor { displayName } "
        "client { operationName } body } } } }"
    )
    event, earlier = (each["node"] for each in trail["data"]["auditEvents"]["edges"])

    assert ("ACCESS_DENIED", "DENIED", "FORBIDDEN") == (
        event["action"],
        event["outcome"],
        event["errorCode"],
    )
    assert "A viewer" == event["actor"]["displayName"]
    assert "Peek" == event["client"]["operationName"]
    assert '"fields":"auditEvents"' in event["body"]
    assert "ACCESS_TOKEN_CREATED" == earlier["action"]


@pytest.mark.parametrize(
    ("key", "role", "found"),
    [
        pytest.param(("AuditEvent", "0"), Role.AUDITOR, True, id="event"),
        pytest.param(("AuditEvent", "0"), Role.VIEWER, False, id="event, not permitted"),
        pytest.param(("AuditEvent", "99"), Role.AUDITOR, False, id="no such event"),
        pytest.param(("AuditEvent", "00"), Role.AUDITOR, False, id="not how we write it"),
        pytest.param(("AuditEvent", "9" * 30), Role.AUDITOR, False, id="huge"),
        pytest.param(("AccessToken", "x\0"), Role.ADMINISTRATOR, False, id="NUL"),
        pytest.param(("TestEmail", "x"), Role.VIEWER, False, id="no such test"),
        pytest.param(("EmailSettings", "current"), Role.VIEWER, False, id="nothing saved"),
        pytest.param(("EmailSettings", "1"), Role.AUDITOR, False, id="no such state"),
        pytest.param(("EmailSettingsRevision", "1"), Role.AUDITOR, False, id="no such revision"),
        pytest.param(("Other", "1"), Role.ADMINISTRATOR, False, id="no such type"),
    ],
)
async def test_node(world: World, key: tuple[str, str], role: Role, found: bool) -> None:  # noqa: FBT001 (a table's column)
    """A node is found by its id, and anything else gives null without an error."""
    node_id = write_id(*key)
    answer = await world.ask(NODE, role=role, id=node_id)

    assert "errors" not in answer
    assert ({"id": node_id, "__typename": key[0]} if found else None) == answer["data"]["node"]


@pytest.mark.parametrize("key", ["AuditEvent:0", "AccessToken:x", "EmailSettings:1"])
async def test_a_denied_node_is_recorded(world: World, key: str) -> None:
    """The caller learns nothing of a denied node, but the trail records the attempt."""
    answer = await world.ask(NODE, role=Role.VIEWER, id=write_id(*key.split(":")))
    recorded = await world.ask("{ auditEvents(first: 1) { edges { node { action body } } } }")
    event = recorded["data"]["auditEvents"]["edges"][0]["node"]

    assert {"data": {"node": None}} == answer
    assert "ACCESS_DENIED" == event["action"]
    assert '"fields":"node"' in event["body"]


async def test_malformed_id(world: World) -> None:
    """A malformed id gives null."""
    answer = await world.ask(NODE, id="not an id")

    assert {"data": {"node": None}} == answer


async def test_settings_by_their_id(world: World) -> None:
    """Every role may fetch the settings in force; those as of a revision require READ_TRAIL."""
    change = """mutation Change($port: Int, $seen: Int!) { updateEmailSettings(
      input: {settings: {smtpPort: $port}, expectedRevision: $seen}) { __typename } }"""
    for revision in (0, 1):
        await world.ask(change, port=2500 + revision, seen=revision)
    found = {
        (role, revision): (
            await world.ask(NODE, role=role, id=write_id("EmailSettings", revision))
        )["data"]["node"]
        is not None
        for role in (Role.VIEWER, Role.AUDITOR)
        for revision in ("current", 1, 2)
    }

    assert {
        (Role.VIEWER, "current"): True,
        (Role.VIEWER, 1): False,
        (Role.VIEWER, 2): False,
        (Role.AUDITOR, "current"): True,
        (Role.AUDITOR, 1): True,
        (Role.AUDITOR, 2): True,
    } == found
