"""How often a caller may call, and which address a call is counted for."""

from ipaddress import ip_network
from pathlib import Path

import httpx2
import pytest

from graph.app import compose
from graph.callers.proxies import bucket_of, origin_of
from graph.callers.rate import Rate
from service.process.caller import Role
from service.process.runtime import Runtime
from tests.support.edge.world import JSON, World, codes, configured, open_world

OK = {"query": "{ __typename }"}
TRUSTED = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


def test_rate() -> None:
    """A key may call a number of times at once, and then as often as its bucket empties."""
    now = 0.0
    rate = Rate(3, clock=lambda: now)
    at_once = [rate.wait("a") for _ in range(4)]
    another = rate.wait("b")
    now = 19.0
    too_early = rate.wait("a")
    now = 20.0
    in_time = [rate.wait("a"), rate.wait("a")]

    assert [0, 0, 0, 20] == at_once
    assert 0 == another
    assert 1 == too_early
    assert [0, 20] == in_time


def test_rate_of_zero() -> None:
    """A rate of 0 allows any number of calls."""
    rate = Rate(0)

    assert {0} == {rate.wait("a") for _ in range(1000)}


def test_rate_forgets() -> None:
    """Keys that have not called for a minute take no memory, however many there were."""
    now = 0.0
    rate = Rate(60, clock=lambda: now)
    for key in range(10_000):
        rate.wait(str(key))
    now = 61.0
    rate.wait("one more")

    assert {"one more"} == rate._empty_at.keys()


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        pytest.param("192.0.2.1", [], ("192.0.2.1", "peer"), id="no proxy"),
        pytest.param("192.0.2.1", ["198.51.100.9"], ("192.0.2.1", "peer"), id="not trusted"),
        pytest.param("10.0.0.1", ["198.51.100.9"], ("198.51.100.9", "proxy"), id="trusted"),
        pytest.param("10.0.0.1", [], ("10.0.0.1", "peer"), id="the proxy itself"),
        pytest.param(
            "10.0.0.1", ["1.2.3.4, 198.51.100.9"], ("198.51.100.9", "proxy"), id="forged in front"
        ),
        pytest.param(
            "10.0.0.1",
            ["1.2.3.4", "198.51.100.9, 10.0.0.2"],
            ("198.51.100.9", "proxy"),
            id="two proxies, two headers",
        ),
        pytest.param(
            "10.0.0.1", ["198.51.100.9:1234"], ("198.51.100.9", "proxy"), id="with a port"
        ),
        pytest.param("fd00::1", ["[2001:db8::9]:443"], ("2001:db8::9", "proxy"), id="IPv6"),
        pytest.param("::ffff:10.0.0.1", ["2001:db8::9"], ("2001:db8::9", "proxy"), id="mapped"),
        pytest.param("fd00::1%eth0", ["fe80::1%<b>"], ("fe80::1", "proxy"), id="zones"),
        pytest.param("10.0.0.1", ["nonsense"], ("10.0.0.1", "peer"), id="nonsense"),
        pytest.param(None, ["198.51.100.9"], (None, "peer"), id="a socket without address"),
    ],
)
def test_origin(peer: str | None, forwarded: list[str], expected: tuple[str | None, str]) -> None:
    """A header counts only as far back as trusted proxies have written it."""
    origin = origin_of(peer, forwarded, TRUSTED)

    assert expected == (origin.ip, origin.source)


def test_bucket() -> None:
    """All addresses in the network of one IPv6 host are counted together."""
    assert bucket_of("2001:db8::1") == bucket_of("2001:db8::ffff:1")
    assert bucket_of("2001:db8::1") != bucket_of("2001:db8:0:1::1")
    assert "192.0.2.1" == bucket_of("192.0.2.1")


@pytest.mark.anyio
async def test_calls_of_one_token(runtime: Runtime, tmp_path: Path) -> None:
    """A token that calls too often learns when to try again, and other tokens are not affected."""
    config = configured(tmp_path, calls_per_minute=2)
    async with open_world(compose(config, runtime), runtime) as world:
        statuses = [(await world.post(OK)).status_code for _ in range(2)]
        refused = await world.post(OK, accept=JSON)
        other = await world.post(OK, role=Role.VIEWER)

    assert [200, 200] == statuses
    assert 429 == refused.status_code
    assert ["RATE_LIMITED"] == codes(refused.json())
    assert "30" == refused.headers["Retry-After"]
    assert 30 == refused.json()["errors"][0]["extensions"]["retryAfterSeconds"]
    assert 200 == other.status_code


@pytest.mark.anyio
async def test_bad_tokens_of_one_address(runtime: Runtime, tmp_path: Path) -> None:
    """Too many bad tokens from one address are refused unread, and good tokens still work."""
    config = configured(tmp_path, bad_tokens_per_minute=2)
    async with open_world(compose(config, runtime), runtime) as world:
        statuses = [(await world.post(OK, role=None)).status_code for _ in range(3)]
        good = await world.post(OK)

    assert [401, 401, 429] == statuses
    assert 200 == good.status_code


@pytest.mark.anyio
async def test_client_in_the_trail(runtime: Runtime, tmp_path: Path) -> None:
    """The trail records the address and the request id that a trusted proxy reports."""
    config = configured(tmp_path, trusted_proxies="192.0.2.0/24")
    mutation = (
        "mutation Change { updateEmailSettings(input: {settings: {smtpPort: 25}, "
        "expectedRevision: 0}) { ... on UpdateEmailSettingsSuccess { emailSettings { smtpPort } } "
        "... on UserError { code } } }"
    )
    headers = {
        "X-Forwarded-For": "198.51.100.9",
        "X-Request-Id": "abc-1",
        "User-Agent": "Müller",
    }
    async with open_world(compose(config, runtime), runtime) as world:
        sent = httpx2.Headers(world.headers() | headers, encoding="utf-8")
        changed = await world.client.post("/graphql", json={"query": mutation}, headers=sent)
        event = await _newest_client(world)

    assert "errors" not in changed.json()
    assert "abc-1" == changed.headers["X-Request-Id"]
    assert {
        "ipAddress": "198.51.100.9",
        "userAgent": "Müller",
        "requestId": "abc-1",
        "operationName": "Change",
    } == event


@pytest.mark.anyio
async def test_origins(runtime: Runtime, tmp_path: Path) -> None:
    """A page of a listed origin may call, and a page of any other origin may not."""
    config = configured(tmp_path, cors_origins="https://admin.example.com")
    preflight = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    async with open_world(compose(config, runtime), runtime) as world:
        allowed = await world.client.options(
            "/graphql", headers={"Origin": "https://admin.example.com", **preflight}
        )
        refused = await world.client.options(
            "/graphql", headers={"Origin": "https://evil.example.com", **preflight}
        )
        called = await world.post(OK, headers={"Origin": "https://admin.example.com"})

    assert "https://admin.example.com" == allowed.headers["Access-Control-Allow-Origin"]
    assert "access-control-allow-credentials" not in allowed.headers
    assert "access-control-allow-origin" not in refused.headers
    assert (403, ["FORBIDDEN"]) == (refused.status_code, codes(refused.json()))
    assert "https://admin.example.com" == called.headers["Access-Control-Allow-Origin"]
    exposed = called.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"X-Request-Id", "Retry-After", "X-Postledger-Checkpoint"} == set(exposed)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("changes", "named"),
    [
        pytest.param(
            {"Origin": "https://evil.example.com"}, "POSTLEDGER_CORS_ORIGINS", id="origin"
        ),
        pytest.param({"Access-Control-Request-Headers": "x-other"}, "Content-Type", id="header"),
        pytest.param({"Access-Control-Request-Method": "PUT"}, "GET and POST", id="method"),
    ],
)
async def test_a_refused_preflight(
    runtime: Runtime, tmp_path: Path, changes: dict[str, str], named: str
) -> None:
    """A refused preflight says what is wrong with it, and nothing else."""
    config = configured(tmp_path, cors_origins="https://admin.example.com")
    preflight = {"Origin": "https://admin.example.com", "Access-Control-Request-Method": "POST"}
    async with open_world(compose(config, runtime), runtime) as world:
        refused = await world.client.options("/graphql", headers={**preflight, **changes})
    message = refused.json()["errors"][0]["message"]

    assert (403, ["FORBIDDEN"]) == (refused.status_code, codes(refused.json()))
    assert named in message
    assert ("POSTLEDGER_CORS_ORIGINS" in message) == (named == "POSTLEDGER_CORS_ORIGINS")
    assert "Origin" in refused.headers["Vary"].split(", ")


@pytest.mark.anyio
async def test_no_origins_by_default(world: World) -> None:
    """Without configuration, no page of another origin may call."""
    response = await world.post(OK, headers={"Origin": "https://admin.example.com"})

    assert "access-control-allow-origin" not in response.headers


async def _newest_client(world: World) -> dict[str, str]:
    answer = await world.ask(
        "{ auditEvents(first: 1) { edges { node { client "
        "{ ipAddress userAgent requestId operationName } } } } }"
    )
    client: dict[str, str] = answer["data"]["auditEvents"]["edges"][0]["node"]["client"]
    return client
