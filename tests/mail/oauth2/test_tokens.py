import asyncio
from dataclasses import replace

import pytest

from mail.account import Account, OAuth2
from mail.oauth2.response import parse_response
from mail.oauth2.tokens import Tokens
from mail.report.failure import StageFailed
from mail.report.report import EmailTestDepth
from mail.secret import Secret
from tests.support.mail.token_server import (
    TOKEN,
    TOKEN_HOST,
    TokenScript,
    TokenServer,
    denied,
    granted,
)
from tests.support.mail.world import World

pytestmark = pytest.mark.anyio


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Returns the seconds that the test set."""
        return self.now


def account_for(world: World, server: TokenServer, **changes: str) -> Account:
    """Returns an account whose token comes from `server`."""
    url = f"https://{TOKEN_HOST}:{server.port}/token"
    oauth2 = OAuth2(url, "postledger", Secret("s&cret+"), "mail.send mail.read")
    return replace(world.account, oauth2=replace(oauth2, **changes))  # type: ignore[arg-type]


async def test_requests_the_client_credentials_grant(world: World) -> None:
    """The request is a client-credentials request (RFC 6749 §4.4), with every value encoded."""
    context = world.certificates.context("good")
    async with TokenServer(TokenScript(), context).running() as server:
        token = await Tokens().fetch(account_for(world, server), world.network)

        assert TOKEN == token
        assert [
            {
                "grant_type": ["client_credentials"],
                "client_id": ["postledger"],
                "client_secret": ["s&cret+"],
                "scope": ["mail.send mail.read"],
            }
        ] == server.forms


async def test_caches_a_token_until_shortly_before_it_expires(world: World) -> None:
    """A token is requested once, and again a minute before it expires."""
    clock = Clock()
    tokens = Tokens(clock)
    context = world.certificates.context("good")
    async with TokenServer(TokenScript(body=granted(600)), context).running() as server:
        account = account_for(world, server)
        await tokens.fetch(account, world.network)
        clock.now += 539
        await tokens.fetch(account, world.network)

        assert 1 == len(server.forms)

        clock.now += 2
        await tokens.fetch(account, world.network)

        assert 2 == len(server.forms)


async def test_does_not_cache_a_token_without_a_lifetime(world: World) -> None:
    """A token without a lifetime is used once, because its expiry is unknown."""
    body = '{"access_token": "abc", "token_type": "bearer"}'
    tokens = Tokens()
    context = world.certificates.context("good")
    async with TokenServer(TokenScript(body=body), context).running() as server:
        account = account_for(world, server)
        await tokens.fetch(account, world.network)
        await tokens.fetch(account, world.network)

        assert 2 == len(server.forms)


async def test_shares_one_request(world: World) -> None:
    """Concurrent attempts share one token request per OAuth2 client."""
    tokens = Tokens()
    context = world.certificates.context("good")
    async with TokenServer(TokenScript(), context).running() as server:
        same, other = account_for(world, server), account_for(world, server, client_id="other")
        await asyncio.gather(*(tokens.fetch(each, world.network) for each in [same] * 5 + [other]))

        assert ["other", "postledger"] == sorted(form["client_id"][0] for form in server.forms)


async def test_forgets_a_refused_token(world: World) -> None:
    """A token that a server refused is not used again."""
    tokens = Tokens()
    context = world.certificates.context("good")
    async with TokenServer(TokenScript(), context).running() as server:
        account = account_for(world, server)
        await tokens.fetch(account, world.network)
        tokens.forget(account)
        await tokens.fetch(account, world.network)

        assert 2 == len(server.forms)


async def test_ignores_the_proxy_of_the_environment(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy from the environment is not used, because it would bypass the destination rules."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    context = world.certificates.context("good")
    async with TokenServer(TokenScript(), context).running() as server:
        token = await Tokens().fetch(account_for(world, server), world.network)

        assert TOKEN == token


async def test_redacts_a_repeated_client_secret(world: World) -> None:
    """A client secret that the token endpoint repeats is redacted in the report."""
    context = world.certificates.context("good")
    script = TokenScript(401, denied("invalid_client", "not your secret: s&cret+"))
    async with TokenServer(script, context).running() as server:
        report = await world.attempt(account_for(world, server), EmailTestDepth.AUTHENTICATE)

        assert report.diagnosis is not None
        assert "TOKEN_CLIENT_REJECTED" == report.diagnosis.code
        assert "The authorization server rejected the OAuth2 client: [redacted]." == (
            report.diagnosis.message
        )
        assert "s&cret+" not in repr(report)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"access_token": "a\\u0001auth=Bearer b", "expires_in": 1}', id="control"),
        pytest.param(b'{"access_token": 42}', id="number"),
        pytest.param(b'{"access_token": "abc", "token_type": "mac"}', id="other-type"),
        pytest.param(b"[]", id="list"),
        pytest.param(b"[" * 100_000, id="nested"),
        pytest.param(b"\xff\xfe", id="not-utf-8"),
    ],
)
def test_rejects_malformed_responses(body: bytes) -> None:
    """A response without a bearer token that fits into a command is rejected."""
    with pytest.raises(StageFailed, match="TOKEN_ANSWER_SENSELESS"):
        parse_response(200, body)
