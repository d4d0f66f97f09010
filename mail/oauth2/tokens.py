"""Access tokens by the client-credentials grant (RFC 6749 §4.4), cached while they are valid."""

import asyncio
import time
from dataclasses import dataclass

from mail.account import Account, OAuth2
from mail.network.clock import Clock
from mail.network.network import Network
from mail.oauth2.credentials import ClientAuthentication
from mail.oauth2.request import Endpoint, ask, locate
from mail.oauth2.response import AccessToken, ClientRefused
from mail.report.codes import Code
from mail.report.failure import StageFailed

MARGIN_SECONDS = 60
"""A token is not used this close to its expiry, because the server's clock may be ahead."""
MAX_REMEMBERED_WAYS = 256

_Key = tuple[OAuth2, tuple[str, ...]]

_ABOUT_THE_CLIENT = {
    Code.TOKEN_BLOCKED_BY_POLICY,
    Code.TOKEN_CLIENT_REJECTED,
    Code.TOKEN_GRANT_REFUSED,
    Code.TOKEN_PERMISSION_MISSING,
    Code.TOKEN_SCOPE_MISSING,
    Code.TOKEN_SCOPE_REJECTED,
}


@dataclass(frozen=True, slots=True)
class _Cached:
    token: str
    until: float


@dataclass(slots=True)
class _Running:
    """A request, and the number of attempts that wait for its token."""

    task: asyncio.Task[str]
    waiting: int = 0


class Tokens:
    """Fetches tokens and caches them in memory until shortly before they expire.

    Concurrent attempts with the same OAuth2 client share one request. It goes on while at least one
    attempt waits for it.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._cache: dict[_Key, _Cached] = {}
        self._running: dict[_Key, _Running] = {}
        self._ways: dict[tuple[str, str], ClientAuthentication] = {}

    async def fetch(self, account: Account, network: Network) -> str:
        """Returns a token for the account. Raises StageFailed."""
        oauth2 = account.oauth2
        if oauth2 is None or oauth2.client_secret is None:
            raise StageFailed(Code.OAUTH2_NOT_CONFIGURED)
        key = (oauth2, account.trusted_certificates)
        cached = self._cache.get(key)
        if cached is not None and self._clock() < cached.until:
            return cached.token
        if key not in self._running:
            request = self._request(key, account, oauth2, network)
            self._running[key] = _Running(asyncio.create_task(request))
        try:
            async with asyncio.timeout(account.timeout_seconds):
                return await self._wait(key, self._running[key])
        except TimeoutError:
            detail = "no answer in time"
            raise StageFailed(Code.TOKEN_ENDPOINT_UNREACHABLE, detail=detail) from None

    def forget(self, account: Account) -> None:
        """Removes the account's token from the cache, because a server refused it."""
        if account.oauth2 is not None:
            self._cache.pop((account.oauth2, account.trusted_certificates), None)

    async def _wait(self, key: _Key, running: _Running) -> str:
        """Waits for a request that others may wait for, too, and cancels it after the last."""
        running.waiting += 1
        try:
            return await asyncio.shield(running.task)
        finally:
            running.waiting -= 1
            if running.task.done() or not running.waiting:
                running.task.cancel()
                if self._running.get(key) is running:
                    del self._running[key]

    async def _request(self, key: _Key, account: Account, oauth2: OAuth2, network: Network) -> str:
        fetched = await self._ask(await locate(account, oauth2, network), oauth2)
        now = self._clock()
        self._cache = {key: cached for key, cached in self._cache.items() if now < cached.until}
        if fetched.seconds is not None:
            usable_seconds = fetched.seconds - min(MARGIN_SECONDS, fetched.seconds / 2)
            self._cache[key] = _Cached(fetched.token, now + usable_seconds)
        return fetched.token

    async def _ask(self, endpoint: Endpoint, oauth2: OAuth2) -> AccessToken:
        """Identifies the client by HTTP Basic, which every server must support, or in the body.

        Which of the two works is remembered per client, so that only one request is made then.
        """
        client = (oauth2.token_url, oauth2.client_id)
        known = self._ways.get(client)
        way = known or ClientAuthentication.BASIC
        try:
            token = await ask(endpoint, oauth2, way)
        except ClientRefused as refused:
            if known is not None:
                del self._ways[client]
                raise
            way = ClientAuthentication.BODY
            token = await _ask_again(endpoint, oauth2, way, refused)
        self._remember(client, way)
        return token

    def _remember(self, client: tuple[str, str], way: ClientAuthentication) -> None:
        self._ways.pop(client, None)
        if len(self._ways) == MAX_REMEMBERED_WAYS:
            del self._ways[next(iter(self._ways))]
        self._ways[client] = way


async def _ask_again(
    endpoint: Endpoint, oauth2: OAuth2, way: ClientAuthentication, refused: ClientRefused
) -> AccessToken:
    try:
        return await ask(endpoint, oauth2, way)
    except StageFailed as again:
        raise _clearer(refused, again) from None


def _clearer(first: StageFailed, second: StageFailed) -> StageFailed:
    """Returns the refusal that says more about the client, or both if both reject the client."""
    codes = first.failure.code, second.failure.code
    rejected = Code.TOKEN_CLIENT_REJECTED
    if codes == (rejected, rejected) and first.failure.detail != second.failure.detail:
        detail = f"{first.failure.detail} (with HTTP Basic), {second.failure.detail} (in the body)"
        return StageFailed(rejected, detail=detail)
    if codes[1] not in _ABOUT_THE_CLIENT:
        return first
    only_rejected = codes[1] is rejected and codes[0] in _ABOUT_THE_CLIENT
    return first if only_rejected else second
