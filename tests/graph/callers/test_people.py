"""People over HTTP, with an identity provider on a port of this machine."""

import time
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from graph.app import compose
from graph.config import Config
from service.process.caller import Role
from service.process.runtime import Runtime
from tests.support.edge.world import codes, configured, listening, open_world

pytestmark = pytest.mark.anyio

KEY = ECKey.generate_key("P-256", {"kid": "one"})
VIEWER = "{ viewer { role actor { kind displayName } } }"


class Provider:
    """An identity provider that may be unavailable."""

    def __init__(self) -> None:
        self.unavailable = False
        self.key = KEY
        paths = ("/.well-known/openid-configuration", "/keys")
        self.app = Starlette(routes=[Route(each, self._answer) for each in paths])

    def _answer(self, request: Request) -> JSONResponse:
        issuer = str(request.base_url).rstrip("/")
        discovery = {"issuer": issuer, "jwks_uri": f"{issuer}/keys"}
        keys: dict[str, Any] = dict(KeySet([self.key]).as_dict())
        found = keys if request.url.path == "/keys" else discovery
        return JSONResponse(found, status_code=500 if self.unavailable else 200)


def _config(issuer: str) -> Config:
    return configured(Path("unused"), oidc_issuer=issuer, oidc_audience="postledger")


def _headers(issuer: str, audience: str = "postledger", key: ECKey = KEY) -> dict[str, str]:
    claims = {
        "iss": issuer,
        "aud": audience,
        "sub": "f3a1",
        "name": "Ada",
        "exp": int(time.time()) + 300,
        "roles": ["postledger-auditor"],
    }
    return {"Authorization": f"Bearer {jwt.encode({'alg': 'ES256', 'kid': key.kid}, claims, key)}"}


async def test_a_person_calls(runtime: Runtime) -> None:
    """A person with a token for this service is accepted; a token for another service gets 401."""
    async with listening(Provider().app) as issuer:
        config = _config(issuer)
        async with open_world(compose(config, runtime), runtime) as world:
            accepted = await world.post({"query": VIEWER}, role=None, headers=_headers(issuer))
            other = _headers(issuer, audience="other")
            refused = await world.post({"query": VIEWER}, role=None, headers=other)

    viewer = {"role": "AUDITOR", "actor": {"kind": "PERSON", "displayName": "Ada"}}
    assert {"data": {"viewer": viewer}} == accepted.json()
    assert (401, ["UNAUTHENTICATED"]) == (refused.status_code, codes(refused.json()))


async def test_an_unavailable_provider(runtime: Runtime) -> None:
    """While the provider is unavailable, its people get 503 and other callers are served."""
    provider = Provider()
    provider.unavailable = True
    async with listening(provider.app) as issuer:
        config = _config(issuer)
        async with open_world(compose(config, runtime), runtime) as world:
            person = await world.post({"query": VIEWER}, role=None, headers=_headers(issuer))
            other = await world.ask(VIEWER, Role.VIEWER)

    assert (503, ["TIMED_OUT"]) == (person.status_code, codes(person.json()))
    assert "10" == person.headers["Retry-After"]
    assert "VIEWER" == other["data"]["viewer"]["role"]


async def test_a_new_key(runtime: Runtime) -> None:
    """After the provider has changed its key, people get 503, but not without limit."""
    provider = Provider()
    new = ECKey.generate_key("P-256", {"kid": "two"})
    async with listening(provider.app) as issuer:
        config = configured(
            Path("unused"), oidc_issuer=issuer, oidc_audience="postledger", bad_tokens_per_minute=2
        )
        async with open_world(compose(config, runtime), runtime) as world:
            before = await world.post({"query": VIEWER}, role=None, headers=_headers(issuer))
            provider.key = new
            headers = _headers(issuer, key=new)
            after = [
                await world.post({"query": VIEWER}, role=None, headers=headers) for _ in range(3)
            ]

    assert 200 == before.status_code
    assert [503, 503, 429] == [each.status_code for each in after]
    assert all("Retry-After" in each.headers for each in after)
