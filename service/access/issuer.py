"""An identity provider's published keys: discovered, cached, and fetched again when needed.

OpenID Connect Discovery 1.0, section 4; RFC 7517.
"""

import asyncio
import warnings
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Any, Final, TypeAlias

import httpx2
import structlog
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import Key, KeySet, RSAKey

from service.access.trust import is_secure

Fetch: TypeAlias = Callable[[str], Awaitable[Mapping[str, Any]]]
"""A function that fetches a JSON object from a URL."""

KEEP_SECONDS: Final = 3600.0
RETRY_SECONDS: Final = 60.0
MIN_RSA_BITS: Final = 2048
_DISCOVERY: Final = "/.well-known/openid-configuration"
_TIMEOUT_SECONDS: Final = 5.0
_MAX_BYTES: Final = 1_000_000

_log = structlog.get_logger()


class IssuerUnavailableError(Exception):
    """The provider's keys are not available. The message is one sentence."""


_FAILURES: Final = (
    httpx2.HTTPError,
    JoseError,
    IssuerUnavailableError,
    # Documents of an unexpected shape raise these.
    AttributeError,
    KeyError,
    RecursionError,
    TypeError,
    ValueError,
)


class IssuerKeys:
    """The keys of one issuer.

    They are cached for an hour. An unknown key id causes another fetch, but at most once a minute,
    so that tokens with made-up key ids do not flood the provider with requests. If a fetch fails,
    the cached keys stay valid.

    Until the next fetch, a token with an unknown key id cannot be checked: the provider may have
    published the key in the meantime. The same is true for a minute after a key has disappeared.
    """

    def __init__(
        self, issuer: str, fetch: Fetch | None = None, clock: Callable[[], float] = monotonic
    ) -> None:
        self.issuer = issuer
        self._fetch = fetch or fetch_json
        self._clock = clock
        self._keys: KeySet | None = None
        self._key_ids: frozenset[str | None] = frozenset()
        self._gone: dict[str | None, float] = {}
        self._tried_at: float | None = None
        self._fetches = 0
        self._lock = asyncio.Lock()

    async def keys_for(self, key_id: str | None, *, doubted: bool = False) -> KeySet:
        """Returns the keys, fetched again if a key may have been added.

        Args:
            key_id: the key that a token needs, if it names one.
            doubted: whether the key that was returned before does not fit.

        Raises:
            IssuerUnavailableError: no keys could be fetched yet, or the key may be a new key.
        """
        fetches = self._fetches
        if self._is_due(key_id, doubted=doubted):
            async with self._lock:
                if self._is_due(key_id, doubted=doubted):
                    self._tried_at = self._clock()
                    await self._refresh(self._tried_at)
        if self._keys is None:
            raise IssuerUnavailableError(f"The keys of {self.issuer} are not available.")
        if self._lacks(key_id) and self._may_appear(key_id, fetched=fetches != self._fetches):
            raise IssuerUnavailableError(f"{self.issuer} may have published other keys.")
        return self._keys

    def _lacks(self, key_id: str | None) -> bool:
        return key_id is not None and key_id not in self._key_ids

    def _may_appear(self, key_id: str | None, *, fetched: bool) -> bool:
        gone_at = self._gone.get(key_id)
        return not fetched if gone_at is None else self._clock() - gone_at < RETRY_SECONDS

    def _is_due(self, key_id: str | None, *, doubted: bool) -> bool:
        if self._tried_at is None:
            return True
        age = self._clock() - self._tried_at
        missing = self._keys is None or doubted or self._lacks(key_id)
        return age >= (RETRY_SECONDS if missing else KEEP_SECONDS)

    async def _refresh(self, now: float) -> None:
        try:
            document = await self._fetch(self.issuer.rstrip("/") + _DISCOVERY)
            found = await self._fetch(_keys_address(document, self.issuer))
            with warnings.catch_warnings(category=SecurityWarning, action="ignore"):
                published = KeySet.import_key_set({"keys": found["keys"]})
        except _FAILURES as error:
            _log.error("could not fetch the issuer's keys", issuer=self.issuer, error=str(error))
            return
        self._keys = KeySet([each for each in published if not self._is_weak(each)])
        before, self._key_ids = self._key_ids, frozenset(each.kid for each in published)
        self._gone |= dict.fromkeys(before - self._key_ids, now)
        self._fetches += 1

    def _is_weak(self, key: Key) -> bool:
        """Returns whether an attacker could compute the private key (NIST SP 800-131A)."""
        weak = isinstance(key, RSAKey) and key.public_key.key_size < MIN_RSA_BITS
        if weak:
            _log.warning("ignored a weak key of the issuer", issuer=self.issuer, key=key.kid)
        return weak


async def fetch_json(address: str) -> Mapping[str, Any]:
    """Fetches a JSON object; redirects are not followed.

    Raises:
        httpx2.HTTPError: the request failed.
        ValueError: the answer is too large, or is not a JSON object.
    """
    async with (
        httpx2.AsyncClient(timeout=_TIMEOUT_SECONDS, follow_redirects=False) as client,
        client.stream("GET", address, headers={"Accept": "application/json"}) as response,
    ):
        response.raise_for_status()
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > _MAX_BYTES:
                raise ValueError("the answer is too large")
        await response.aclose()
    document = httpx2.Response(200, content=bytes(body)).json()
    if not isinstance(document, dict):
        raise ValueError("the answer is not a JSON object")  # noqa: TRY004 (its value is at fault)
    return document


def _keys_address(document: Mapping[str, Any], issuer: str) -> str:
    if document.get("issuer") != issuer:
        raise IssuerUnavailableError("its discovery document names another issuer")
    address = str(document.get("jwks_uri"))
    if not is_secure(address):
        raise IssuerUnavailableError("its jwks_uri is not https")
    return address
