"""Access tokens by the client-credentials grant (RFC 6749 §4.4), kept while they hold."""

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
from mail.network.tls import context_for, refusal_of
from mail.oauth2.answer import Grant, read_answer
from mail.report.codes import Code
from mail.report.failure import StageFailed

MAX_ANSWER_BYTES = 64 * 1024
MARGIN_SECONDS = 60
"""A token this close to its end is not used any more: the server's clock may be ahead."""
HTTPS_PORT = 443

_Key = tuple[OAuth2, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Kept:
    token: str
    until: float


class Tokens:
    """Fetches tokens and keeps them in memory until shortly before they end.

    Two that ask for the same at once share one request.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[_Key, _Kept] = {}
        self._locks: dict[_Key, asyncio.Lock] = {}

    async def fetch(self, account: Account, network: Network) -> str:
        """A token for the account. Raises StageFailed."""
        oauth2 = account.oauth2
        if oauth2 is None or oauth2.client_secret is None:
            raise StageFailed(Code.OAUTH2_NOT_CONFIGURED)
        key = (oauth2, account.trusted_certificates)
        async with self._locks.setdefault(key, asyncio.Lock()):
            kept = self._kept.get(key)
            if kept is not None and self._clock() < kept.until:
                return kept.token
            grant = await request_token(account, oauth2, network)
            self._forget_ended()
            if grant.seconds is not None:
                lasts = grant.seconds - min(MARGIN_SECONDS, grant.seconds / 2)
                self._kept[key] = _Kept(grant.token, self._clock() + lasts)
            return grant.token

    def forget(self, account: Account) -> None:
        """Keep the account's token no longer: a server has refused it."""
        if account.oauth2 is not None:
            self._kept.pop((account.oauth2, account.trusted_certificates), None)

    def _forget_ended(self) -> None:
        now = self._clock()
        self._kept = {key: kept for key, kept in self._kept.items() if now < kept.until}
        self._locks = {
            key: lock for key, lock in self._locks.items() if lock.locked() or key in self._kept
        }


async def request_token(account: Account, oauth2: OAuth2, network: Network) -> Grant:
    """Ask the token endpoint, at an address that the rules allow. Raises StageFailed."""
    url = _checked_url(oauth2.token_url)
    seconds = account.timeout_seconds
    try:
        async with asyncio.timeout(seconds):
            addresses = await _addresses(url, seconds, network)
            context = await context_for(account.trusted_certificates)
            return read_answer(*await _post(url, addresses, context, _form(oauth2)))
    except TimeoutError:
        detail = "no answer in time"
        raise StageFailed(Code.TOKEN_ENDPOINT_UNREACHABLE, detail=detail) from None


def _checked_url(text: str) -> httpx2.URL:
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL as error:
        raise StageFailed(Code.TOKEN_ENDPOINT_WRONG, detail="it is not a URL") from error
    if url.scheme != "https" or not url.host:  # the client secret goes over secured ways only
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
    """Post to the first address that answers, under the name that the certificate must have."""
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
            there = url.copy_with(host=str(address))
            try:
                async with client.stream(
                    "POST",
                    there,
                    content=form,
                    headers=headers,
                    extensions={"sni_hostname": host.strip("[]")},
                ) as answer:
                    return answer.status_code, await _capped(answer)
            except httpx2.HTTPError as error:
                failure = _unreached(error, host)
    raise failure


async def _capped(answer: httpx2.Response) -> bytes:
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise StageFailed(Code.TOKEN_ANSWER_SENSELESS, detail="it is too long")
    return bytes(body)


def _unreached(error: BaseException, host: str) -> StageFailed:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            _, words = refusal_of(cause)
            return StageFailed(Code.TOKEN_ENDPOINT_NOT_TRUSTED, detail=words)
        cause = cause.__cause__ or cause.__context__
    detail = f"no connection to {host}"
    return StageFailed(Code.TOKEN_ENDPOINT_UNREACHABLE, detail=detail)
