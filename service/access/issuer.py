"""An identity provider's published keys: discovered, cached, and fetched again when needed.

OpenID Connect Discovery 1.0, section 4; RFC 7517.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Any, Final, TypeAlias

import httpx2
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from service.access.trust import is_secure

Fetch: TypeAlias = Callable[[str], Awaitable[Mapping[str, Any]]]
"""A function that fetches a JSON object from a URL."""

KEEP_SECONDS: Final = 3600.0
RETRY_SECONDS: Final = 60.0
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
    """

    def __init__(
        self, issuer: str, fetch: Fetch | None = None, clock: Callable[[], float] = monotonic
    ) -> None:
        self.issuer = issuer
        self._fetch = fetch or fetch_json
        self._clock = clock
        self._keys: KeySet | None = None
        self._tried_at: float | None = None
        self._lock = asyncio.Lock()

    async def keys_for(self, key_id: str | None) -> KeySet:
        """Returns the keys, fetched again if a key may have been added.

        Raises:
            IssuerUnavailableError: no keys could be fetched yet.
        """
        if self._is_due(key_id):
            async with self._lock:
                if self._is_due(key_id):
                    self._tried_at = self._clock()
                    await self._refresh()
        if self._keys is None:
            raise IssuerUnavailableError(f"The keys of {self.issuer} are not available.")
        return self._keys

    def _is_due(self, key_id: str | None) -> bool:
        if self._tried_at is None:
            return True
        age = self._clock() - self._tried_at
        missing = self._keys is None or (
            key_id is not None and all(each.kid != key_id for each in self._keys)
        )
        return age >= (RETRY_SECONDS if missing else KEEP_SECONDS)

    async def _refresh(self) -> None:
        try:
            document = await self._fetch(self.issuer.rstrip("/") + _DISCOVERY)
            found = await self._fetch(_keys_address(document, self.issuer))
            self._keys = KeySet.import_key_set({"keys": found["keys"]})
        except _FAILURES as error:
            _log.error("could not fetch the issuer's keys", issuer=self.issuer, error=str(error))


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
