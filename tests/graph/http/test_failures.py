"""Failures inside the service: the client gets a code and an id, and the log gets the details."""

import re
from collections.abc import AsyncIterator

import httpx2
import pytest
import structlog
from starlette.responses import StreamingResponse
from starlette.routing import Route

from service.process.caller import Role
from tests.support.edge.world import World, codes, listening
from tests.support.outages import without

pytestmark = pytest.mark.anyio

NEVER_FAIL = {"/health/live", "/health/ready", "/schema.graphql"}
"""They need no token, and the readiness check reports the failure itself."""


def paths(world: World) -> list[str]:
    """Every path that the service answers GET at, with its parameters filled in."""
    found = [route.path for route in world.app.routes if isinstance(route, Route)]
    return [re.sub(r"\{[\w:]+\}", "1", each) for each in found if "assets" not in each]


async def test_every_path_masks_a_failure(world: World) -> None:
    """A failure is 500 in JSON with a code, an id that the log has too, and the usual headers."""
    headers = {**world.headers(), "GraphQL-Require-Preflight": "1"}
    wrong = {}
    with structlog.testing.capture_logs() as logged:
        async with without(world.runtime, "access_token"):
            for path in paths(world):
                answer = await world.client.get(
                    path, params={"query": "{ viewer { role } }"}, headers=headers
                )
                if path in NEVER_FAIL:
                    wrong[path] = answer.status_code not in {200, 503}
                    continue
                error = answer.json()["errors"][0]
                logged_as = error["extensions"].get("correlationId")
                wrong[path] = (
                    (500, ["INTERNAL_SERVER_ERROR"]) != (answer.status_code, codes(answer.json()))
                    or logged_as != answer.headers["X-Request-Id"]
                    or logged_as not in error["message"]
                    or "nosniff" != answer.headers["X-Content-Type-Options"]
                )
        failures = [each for each in logged if each["event"] == "internal error"]

    assert [] == [path for path, is_wrong in wrong.items() if is_wrong]
    assert len(wrong) - len(NEVER_FAIL) == len(failures) >= 5


async def test_a_failed_answer_is_cut_off(world: World) -> None:
    """A client cannot mistake a partial export for a complete one: the connection just closes."""

    async def chunks() -> AsyncIterator[bytes]:
        yield b"a part"
        raise RuntimeError("in the middle")

    async def broken(_request: object) -> StreamingResponse:
        return StreamingResponse(chunks())

    world.app.router.routes.append(Route("/broken", broken))
    with structlog.testing.capture_logs() as logged:
        async with listening(world.app) as address, httpx2.AsyncClient() as client:
            with pytest.raises(httpx2.RemoteProtocolError):
                await client.get(f"{address}/broken")

    assert ["internal error"] == [each["event"] for each in logged if "exc_info" in each]


async def test_denied_paths_are_recorded_in_the_trail(world: World) -> None:
    """A caller without permission for the trail's files is recorded, as for a field."""
    for path in ("/audit/export?format=csv", "/audit/log/checkpoint"):
        await world.client.get(path, headers=world.headers(Role.VIEWER))
    query = "{ auditEvents(first: 2) { nodes: edges { node { errorCode actor { displayName } body"
    answer = await world.ask(f"{query} }} }} }} }}")
    events = [each["node"] for each in answer["data"]["auditEvents"]["nodes"]]

    assert [("FORBIDDEN", "A viewer")] * 2 == [
        (each["errorCode"], each["actor"]["displayName"]) for each in events
    ]
    assert '"fields":"/audit/log"' in events[0]["body"]
    assert '"fields":"/audit/export"' in events[1]["body"]
