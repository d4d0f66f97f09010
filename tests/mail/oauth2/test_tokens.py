import asyncio
import base64
import json
import ssl
from dataclasses import replace

import pytest

from mail.account import Account, OAuth2
from mail.network.tls import TlsUse, context_for
from mail.oauth2.response import AccessToken, parse_response
from mail.oauth2.tokens import Tokens
from mail.report.failure import StageFailed
from mail.report.report import EmailTestDepth
from mail.secret import Secret
from service.values import rules
from service.values.fields import Valid
from tests.support.mail.token_server import (
    TOKEN,
    TOKEN_HOST,
    TokenScript,
    TokenServer,
    denied,
    granted,
)
from tests.support.mail.world import World, impatient

pytestmark = pytest.mark.anyio


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Returns the seconds that the test set."""
        return self.now


def account_for(world: World, server: TokenServer, **changes: str | Secret) -> Account:
    """Returns an account whose token comes from `server`."""
    url = f"https://{TOKEN_HOST}:{server.port}/token"
    oauth2 = OAuth2(url, "postledger", Secret("s&cret+"), "mail.send mail.read")
    return replace(world.account, oauth2=replace(oauth2, **changes))  # type: ignore[arg-type]


async def test_requests_the_client_credentials_grant(world: World) -> None:
    """The client is identified by HTTP Basic, its id and secret form-encoded (RFC 6749 §2.3.1)."""
    context = world.certificates.context("good")
    async with TokenServer(TokenScript(), context).running() as server:
        token = await Tokens().fetch(account_for(world, server), world.network)

        assert TOKEN == token
        (request,) = server.requests
        assert {
            "grant_type": ["client_credentials"],
            "scope": ["mail.send mail.read"],
        } == request.form
        basic = base64.b64encode(b"postledger:s%26cret%2B").decode()
        assert f"\r\nauthorization: basic {basic.lower()}\r\n" in request.raw.lower()


@pytest.mark.parametrize(
    "refusal",
    [
        (401, denied("invalid_client")),
        (400, denied("invalid_request", "client_id is missing")),
        (401, "Unauthorized"),
        (401, denied("invalid_client", "AADSTS7000218: no client_secret", error_codes=[7000218])),
        (401, denied("invalid_client", "AADSTS7000215: wrong secret", error_codes=[7000215])),
    ],
)
async def test_sends_the_credentials_in_the_body_if_basic_is_refused(
    world: World, refusal: tuple[int, str]
) -> None:
    """An endpoint that reads only the body gets it there, and at once the next time."""
    tokens = Tokens()
    context = world.certificates.context("good")
    script = TokenScript(wanted="body", refusal=refusal)
    async with TokenServer(script, context).running() as server:
        account = account_for(world, server)
        await tokens.fetch(account, world.network)
        tokens.forget(account)
        await tokens.fetch(account, world.network)

        assert ["basic", "body", "body"] == [each.credentials for each in server.requests]
        assert ["s&cret+"] == server.forms[-1]["client_secret"]
        assert ["postledger"] == server.forms[-1]["client_id"]


async def test_asks_once_if_the_way_is_known(world: World) -> None:
    """If HTTP Basic identified a client before, its refusal is not followed by a second request."""
    tokens = Tokens()
    context = world.certificates.context("good")
    async with TokenServer(TokenScript(wanted="basic"), context).running() as server:
        account = account_for(world, server)
        await tokens.fetch(account, world.network)
        tokens.forget(account)
        server.script = TokenScript(401, denied("invalid_client"))
        with pytest.raises(StageFailed, match="TOKEN_CLIENT_REJECTED"):
            await tokens.fetch(account, world.network)

        assert ["basic", "basic"] == [each.credentials for each in server.requests]

        server.script = TokenScript(wanted="body")
        await tokens.fetch(account, world.network)

        assert ["basic", "body"] == [each.credentials for each in server.requests[2:]]


@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(denied("invalid_scope"), id="scope"),
        pytest.param(denied("unauthorized_client"), id="grant"),
        pytest.param(denied("invalid_client", "AADSTS7000222: expired"), id="known-expired"),
        pytest.param(denied("invalid_client", "AADSTS7000215: wrong"), id="known-wrong"),
    ],
)
async def test_asks_once_if_the_credentials_were_read(world: World, refusal: str) -> None:
    """A refusal that another way of sending the credentials cannot change costs one request."""
    context = world.certificates.context("good")
    async with TokenServer(TokenScript(400, refusal), context).running() as server:
        account = account_for(world, server, client_secret=Secret("plain~secret"))
        with pytest.raises(StageFailed):
            await Tokens().fetch(account, world.network)

        assert 1 == len(server.requests)


@pytest.mark.parametrize(
    ("basic", "body", "expected"),
    [
        ((401, denied("invalid_client")), (500, ""), ("TOKEN_CLIENT_REJECTED", "invalid_client")),
        (
            (401, denied("invalid_client")),
            (400, denied("invalid_request", "no body")),
            ("TOKEN_CLIENT_REJECTED", "invalid_client"),
        ),
        (
            (400, denied("invalid_request", "no Basic")),
            (401, denied("invalid_client", "wrong")),
            ("TOKEN_CLIENT_REJECTED", "invalid_client: wrong"),
        ),
        (
            (401, denied("invalid_client")),
            (400, denied("invalid_scope", "unknown")),
            ("TOKEN_SCOPE_REJECTED", "invalid_scope: unknown"),
        ),
        (
            (401, denied("unauthorized_client", "not this grant")),
            (401, denied("invalid_client")),
            ("TOKEN_GRANT_REFUSED", "unauthorized_client: not this grant"),
        ),
        (
            (401, denied("invalid_client", "no Basic")),
            (401, denied("invalid_client", "wrong")),
            (
                "TOKEN_CLIENT_REJECTED",
                "invalid_client: no Basic (with HTTP Basic), invalid_client: wrong (in the body)",
            ),
        ),
    ],
)
async def test_reports_the_clearer_of_two_refusals(
    world: World, basic: tuple[int, str], body: tuple[int, str], expected: tuple[str, str]
) -> None:
    """If both ways of sending the credentials fail, the answer that says more is reported."""
    context = world.certificates.context("good")
    script = TokenScript(*body, wanted="body", refusal=basic)
    async with TokenServer(script, context).running() as server:
        with pytest.raises(StageFailed) as failed:
            await Tokens().fetch(account_for(world, server), world.network)

        assert expected == (failed.value.failure.code, failed.value.failure.detail)
        assert 2 == len(server.requests)


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

        basics = [request.basic for request in server.requests]
        assert [("other", "s&cret+"), ("postledger", "s&cret+")] == sorted(filter(None, basics))


async def test_shares_a_failure(world: World) -> None:
    """Concurrent attempts share a failing request, too, instead of waiting for one each."""
    tokens = Tokens()
    context = world.certificates.context("good")
    async with TokenServer(TokenScript(400, denied("invalid_scope")), context).running() as server:
        account = account_for(world, server)
        results = await asyncio.gather(
            *(tokens.fetch(account, world.network) for _ in range(3)), return_exceptions=True
        )

        assert ["TOKEN_SCOPE_REJECTED"] * 3 == [str(each) for each in results]
        assert 1 == len(server.requests)

        server.script = TokenScript()

        assert TOKEN == await tokens.fetch(account, world.network)


@pytest.mark.parametrize("canceled", [0, 1])
async def test_goes_on_if_one_attempt_is_canceled(world: World, canceled: int) -> None:
    """A canceled attempt does not take the token away from another that waits for it."""
    tokens = Tokens()
    context = world.certificates.context("good")
    server = TokenServer(TokenScript(held=True), context)
    async with server.running():
        account = account_for(world, server)
        fetches = [asyncio.create_task(tokens.fetch(account, world.network)) for _ in range(2)]
        await server.received.wait()
        fetches[canceled].cancel()
        await asyncio.wait([fetches[canceled]])
        server.release.set()

        assert TOKEN == await fetches[1 - canceled]
        assert fetches[canceled].cancelled()
        assert 1 == len(server.requests)


async def test_ends_the_request_if_every_attempt_is_canceled(world: World) -> None:
    """A request that no attempt waits for is canceled, and a later attempt makes its own."""
    tokens = Tokens()
    context = world.certificates.context("good")
    server = TokenServer(TokenScript(0), context)
    async with server.running():
        account = account_for(world, server)
        fetches = [asyncio.create_task(tokens.fetch(account, world.network)) for _ in range(2)]
        await server.received.wait()
        for fetch in fetches:
            fetch.cancel()
        await asyncio.wait(fetches)
        server.script = TokenScript()

        assert TOKEN == await tokens.fetch(account, world.network)
        assert 2 == len(server.requests)


async def test_waits_only_as_long_as_each_account_says(world: World) -> None:
    """An attempt with a short timeout fails by itself, without those that wait longer."""
    tokens = Tokens()
    context = world.certificates.context("good")
    server = TokenServer(TokenScript(held=True), context)
    async with server.running():
        patient = account_for(world, server)
        fetch = asyncio.create_task(tokens.fetch(patient, world.network))
        await server.received.wait()
        with pytest.raises(StageFailed, match="TOKEN_ENDPOINT_UNREACHABLE"):
            await tokens.fetch(impatient(patient), world.network)
        server.release.set()

        assert TOKEN == await fetch


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_allows_http_on_this_machine(world: World, host: str) -> None:
    """A token endpoint on this machine may use plain http, as its settings may be saved."""
    async with TokenServer(
        TokenScript(tls=False), world.certificates.context("good")
    ).running() as (server):
        url = f"http://{host}:{server.port}/token"
        assert isinstance(rules.token_url(url), Valid)
        account = account_for(world, server, token_url=url)

        assert TOKEN == await Tokens().fetch(account, world.network)


async def test_tries_every_address(world: World) -> None:
    """An address that refuses the connection does not prevent the next from being tried."""
    context = world.certificates.context("good")
    world.names[TOKEN_HOST] = ["127.0.0.2", "127.0.0.1"]
    async with TokenServer(TokenScript(), context).running() as server:
        assert TOKEN == await Tokens().fetch(account_for(world, server), world.network)


async def test_leaves_smtp_without_alpn(world: World) -> None:
    """After a token request, an SMTP handshake with the same trust offers no HTTP by ALPN."""
    context = world.certificates.context("good")
    async with TokenServer(TokenScript(), context).running() as server:
        account = account_for(world, server)
        await Tokens().fetch(account, world.network)
        smtp = await context_for(account.trusted_certificates, use=TlsUse.SMTP)
        hello, unused = ssl.MemoryBIO(), ssl.MemoryBIO()
        connection = smtp.wrap_bio(unused, hello, server_hostname=TOKEN_HOST)
        with pytest.raises(ssl.SSLWantReadError):
            connection.do_handshake()

        assert b"http/1.1" not in hello.read()


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
        assert report.diagnosis.message.endswith("invalid_client: not your secret: [redacted].")
        assert "s&cret+" not in repr(report)


async def test_redacts_repeated_credentials_of_http_basic(world: World) -> None:
    """Credentials that the endpoint repeats in HTTP Basic's encoding are redacted in the report."""
    context = world.certificates.context("good")
    basic = base64.b64encode(b"postledger:s%26cret%2Bs%26cret%2B").decode()
    script = TokenScript(401, denied("invalid_client", f"we received {basic}"))
    async with TokenServer(script, context).running() as server:
        account = account_for(world, server, client_secret=Secret("s&cret+s&cret+"))
        report = await world.attempt(account, EmailTestDepth.AUTHENTICATE)

        assert report.diagnosis is not None
        assert basic not in repr(report)
        assert basic[20:] not in repr(report)


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        pytest.param({"expires_in": "3599"}, 3599, id="text"),
        pytest.param({"expires_in": 3599.5, "token_type": "BEARER"}, 3599.5, id="fraction"),
        pytest.param({"token_type": None}, None, id="no-lifetime"),
        pytest.param({"expires_in": True}, None, id="senseless"),
        pytest.param({"expires_in": -1}, None, id="negative"),
        pytest.param({"expires_in": "soon", "error": ""}, None, id="words"),
    ],
)
def test_accepts_lenient_responses(body: dict[str, object], seconds: float | None) -> None:
    """A token is accepted with a lifetime of any type; an unusable lifetime counts as none."""
    response = json.dumps({"access_token": "abc", **body}).encode()

    assert AccessToken("abc", seconds) == parse_response(200, response)


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


@pytest.mark.parametrize("before", [270, 280, 290, 299, 310])
async def test_no_part_of_a_secret_is_left_where_a_description_is_cut(
    world: World, before: int
) -> None:
    """A long description that repeats the client secret is cut only after the secret is hidden."""
    secret = "cl13nt~Secret.of_the-app"
    script = TokenScript(400, denied("invalid_request", f"{'x' * before} {secret} y"))
    context = world.certificates.context("good")
    async with TokenServer(script, context).running() as server:
        account = account_for(world, server, client_secret=Secret(secret))
        report = await world.attempt(account)

    assert report.diagnosis is not None
    assert secret[:6] not in str(report)


async def test_redacts_a_secret_over_several_lines_of_a_description(world: World) -> None:
    """A client secret is hidden if a line break divides it; the lines after the first are shown."""
    script = TokenScript(400, denied("invalid_grant", "It is cl13nt~Sec\nret.of_the-app\r\nBye"))
    context = world.certificates.context("good")
    async with TokenServer(script, context).running() as server:
        secret = Secret("cl13nt~Secret.of_the-app")
        report = await world.attempt(account_for(world, server, client_secret=secret))

    assert report.diagnosis is not None
    assert report.diagnosis.message.endswith("invalid_grant: It is [redacted] Bye.")
    assert "cl13nt" not in repr(report)


@pytest.mark.parametrize("before", [160, 175, 220, 240])
async def test_no_part_of_a_secret_is_left_where_a_redirect_is_cut(
    world: World, before: int
) -> None:
    """A redirect to a long URL that repeats the client secret is cut after the secret is hidden."""
    secret = "cl13nt~Secret.of_the-app"
    location = f"Location: https://login.example.org/{'x' * before}/{secret}/y"
    context = world.certificates.context("good")
    async with TokenServer(TokenScript(302, "", (location,)), context).running() as server:
        report = await world.attempt(account_for(world, server, client_secret=Secret(secret)))

    assert report.diagnosis is not None
    assert secret[:6] not in str(report)
