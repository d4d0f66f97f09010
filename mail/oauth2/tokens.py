"""Access tokens by the client-credentials grant (RFC 6749 §4.4), cached while they are valid."""

import asyncio
import ssl
import time
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx2

from mail.account import Account, OAuth2
from mail.network.admission import Destination, admitted_addresses
from mail.network.clock import Clock
from mail.network.destinations import IPAddress
from mail.network.network import Network
from mail.network.tls import TlsUse, context_for, refusal_of
from mail.oauth2.response import AccessToken, parse_response
from mail.report.codes import Code
from mail.report.failure import StageFailed

MAX_RESPONSE_BYTES = 64 * 1024
MARGIN_SECONDS = 60
"""A token is not used this close to its expiry, because the server's clock may be ahead."""
HTTPS_PORT = 443

_Key = tuple[OAuth2, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Cached:
    token: str
    until: float


class Tokens:
    """Fetches tokens and caches them in memory until shortly before they expire.

    Concurrent attempts with the same OAuth2 client share one request.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._cache: dict[_Key, _Cached] = {}
        self._locks: dict[_Key, asyncio.Lock] = {}

    async def fetch(self, account: Account, network: Network) -> str:
        """Returns a token for the account. Raises StageFailed."""
        oauth2 = account.oauth2
        if oauth2 is None or oauth2.client_secret is None:
            raise StageFailed(Code.OAUTH2_NOT_CONFIGURED)
        key = (oauth2, account.trusted_certificates)
        async with self._locks.setdefault(key, asyncio.Lock()):
            cached = self._cache.get(key)
            if cached is not None and self._clock() < cached.until:
                return cached.token
            fetched = await request_token(account, oauth2, network)
            self._remove_expired()
            if fetched.seconds is not None:
                usable_seconds = fetched.seconds - min(MARGIN_SECONDS, fetched.seconds / 2)
                self._cache[key] = _Cached(fetched.token, self._clock() + usable_seconds)
            return fetched.token

    def forget(self, account: Account) -> None:
        """Removes the account's token from the cache, because a server refused it."""
        if account.oauth2 is not None:
            self._cache.pop((account.oauth2, account.trusted_certificates), None)

    def _remove_expired(self) -> None:
        now = self._clock()
        self._cache = {key: cached for key, cached in self._cache.items() if now < cached.until}
        self._locks = {
            key: lock for key, lock in self._locks.items() if lock.locked() or key in self._cache
        }


async def request_token(account: Account, oauth2: OAuth2, network: Network) -> AccessToken:
    """Requests a token from the endpoint, at an address that the rules allow.

    Raises StageFailed.
    """
    url = _checked_url(oauth2.token_url)
    seconds = account.timeout_seconds
    try:
        async with asyncio.timeout(seconds):
            addresses = await _addresses(url, seconds, network)
            context = await context_for(account.trusted_certificates, use=TlsUse.HTTP)
            return parse_response(*await _post(url, addresses, context, _form(oauth2)))
    except TimeoutError:
        detail = "no answer in time"
        raise StageFailed(Code.TOKEN_ENDPOINT_UNREACHABLE, detail=detail) from None


def _checked_url(text: str) -> httpx2.URL:
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL as error:
        raise StageFailed(Code.TOKEN_ENDPOINT_WRONG, detail="it is not a URL") from error
    if url.scheme != "https" or not url.host:  # the client secret is sent over TLS only
        raise StageFailed(Code.TOKEN_ENDPOINT_WRONG, detail="it does not begin with https://")
    return url


async def _addresses(url: httpx2.URL, seconds: float, network: Network) -> tuple[IPAddress, ...]:
    host = url.raw_host.decode("ascii")
    try:
        return await admitted_addresses(Destination(host, url.port or HTTPS_PORT, seconds), network)
    except StageFailed as failed:
        if failed.failure.code is Code.DESTINATION_NOT_ALLOWED:
            raise
        detail = f"the host {host} could not be looked up"
        raise StageFailed(Code.TOKEN_ENDPOINT_UNREACHABLE, detail=detail) from None


def _form(oauth2: OAuth2) -> str:
    secret = oauth2.client_secret.reveal() if oauth2.client_secret else ""
    form = {
        "grant_type": "client_credentials",
        "client_id": oauth2.client_id,
        "client_secret": secret,
    }
    return urlencode(form | ({"scope": oauth2.scope} if oauth2.scope else {}))


async def _post(
    url: httpx2.URL, addresses: tuple[IPAddress, ...], context: ssl.SSLContext, form: str
) -> tuple[int, bytes]:
    """Sends the form to the first address that answers, and returns the status and the body.

    The certificate is verified against the URL's host, although the URL contains an address: the
    connection goes to an address that was checked, and the name is not looked up again.
    """
    host = url.raw_host.decode("ascii")
    headers = {
        "Host": url.netloc.decode("ascii"),
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
    }
    failure = StageFailed(Code.TOKEN_ENDPOINT_UNREACHABLE)
    async with httpx2.AsyncClient(verify=context, trust_env=False, timeout=None) as client:
        for address in addresses:
            url_by_address = url.copy_with(host=str(address))
            try:
                async with client.stream(
                    "POST",
                    url_by_address,
                    content=form,
                    headers=headers,
                    extensions={"sni_hostname": host.strip("[]")},
                ) as response:
                    return response.status_code, await _limited_body(response)
            except httpx2.HTTPError as error:
                failure = _failure_of(error, host)
    raise failure


async def _limited_body(response: httpx2.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > MAX_RESPONSE_BYTES:
            raise StageFailed(Code.TOKEN_ANSWER_SENSELESS, detail="it is too long")
    return bytes(body)


def _failure_of(error: BaseException, host: str) -> StageFailed:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            _, words = refusal_of(cause)
            return StageFailed(Code.TOKEN_ENDPOINT_NOT_TRUSTED, detail=words)
        cause = cause.__cause__ or cause.__context__
    detail = f"no connection to {host}"
    return StageFailed(Code.TOKEN_ENDPOINT_UNREACHABLE, detail=detail)
