"""Where a call came from, over a real connection: only a trusted proxy's headers count."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from graph.app import compose
from service.process.runtime import Runtime
from tests.support.edge.world import World, configured, listening, open_world

pytestmark = pytest.mark.anyio

CHANGE = """mutation { createAccessToken(input: {name: "another", role: VIEWER}) { __typename } }"""
NEWEST = "{ auditEvents(first: 1) { edges { node { client { ipAddress requestId } body } } } }"
Headers = list[tuple[bytes, bytes]]


async def _recorded(runtime: Runtime, headers: Headers, **given: str) -> dict[str, Any]:
    """Returns the client that the trail records for a request with these headers."""
    app = compose(configured(Path("unused"), **given), runtime)
    async with (
        open_world(app, runtime) as world,
        listening(app, **given) as address,
        httpx2.AsyncClient() as client,
    ):
        sent = [(name.encode(), value.encode()) for name, value in world.headers().items()]
        changed = await client.post(
            f"{address}/graphql", json={"query": CHANGE}, headers=[*sent, *headers]
        )
        assert "errors" not in changed.json()
        return await _newest(world)


async def _newest(world: World) -> dict[str, Any]:
    answer = await world.ask(NEWEST)
    event = answer["data"]["auditEvents"]["edges"][0]["node"]
    client: dict[str, Any] = json.loads(event["body"])["client"]
    assert event["client"]["ipAddress"] == client["ip"]
    assert event["client"]["requestId"] == client["request_id"]
    return client


FORGED: Headers = [(b"X-Forwarded-For", b"203.0.113.99"), (b"X-Request-Id", b"forged")]


async def test_no_proxy_is_trusted_by_default(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even a proxy on this machine is trusted, whatever FORWARDED_ALLOW_IPS says."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    client = await _recorded(runtime, FORGED)

    assert ("127.0.0.1", "peer") == (client["ip"], client["ip_source"])
    assert "forged" != client["request_id"]


async def test_a_trusted_proxy(runtime: Runtime) -> None:
    """A trusted proxy sets the client's address and the request's id."""
    client = await _recorded(runtime, FORGED, trusted_proxies="127.0.0.1")

    assert ("203.0.113.99", "proxy") == (client["ip"], client["ip_source"])
    assert "forged" == client["request_id"]


@pytest.mark.parametrize("trusted", ["", "127.0.0.1"], ids=["no proxy", "a trusted proxy"])
@pytest.mark.parametrize(
    "malformed",
    [
        pytest.param(b"\xff\xfe\x80", id="no UTF-8"),
        pytest.param(b"<script>alert(1)</script>", id="markup"),
        pytest.param(b"1.2.3.4 OR 1=1", id="more than an address"),
        pytest.param(b"unknown", id="a word"),
        pytest.param(b"9" * 2000, id="long"),
    ],
)
async def test_a_malformed_address_is_ignored(
    runtime: Runtime, trusted: str, malformed: bytes
) -> None:
    """A malformed address is never recorded in the trail."""
    headers: Headers = [(b"X-Forwarded-For", malformed), (b"X-Request-Id", malformed)]
    client = await _recorded(runtime, headers, trusted_proxies=trusted)

    assert "127.0.0.1" == client["ip"]
    assert client["request_id"].isalnum()
