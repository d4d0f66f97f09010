"""Authenticates callers, and limits how often they call and how often a token may be refused."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog

from graph.callers.proxies import bucket_of
from graph.callers.rate import Rate
from graph.errors import UNAUTHENTICATED_MESSAGE
from graph.refusal import HttpRefusal
from service.access import TokenRefused, TokenUnchecked, authenticate
from service.process import Caller, Client, Runtime

if TYPE_CHECKING:
    from service.access.people import People

_MAX_TOKEN: Final = 8_000
_JWT_DOTS: Final = 2

_log = structlog.get_logger()
_UNCONFIRMED: Final = HttpRefusal(
    503,
    "TIMED_OUT",
    "The access token cannot be checked at the moment. Try again in a while.",
    headers={"Retry-After": "10"},
)


@dataclass(frozen=True, slots=True)
class Authenticator:
    """Authenticates callers.

    Attributes:
        runtime: the running service.
        calls: how often an actor may call.
        refusals: how often an address may send an invalid token. A valid token is always accepted,
            so that an attacker cannot lock out other callers at the same address.
        people: authenticates people by JSON Web Tokens; None if no issuer is configured.
        seconds: how long to wait for the database when it looks up a token.
    """

    runtime: Runtime
    calls: Rate
    refusals: Rate
    people: "People | None" = None
    seconds: float | None = None

    async def admit(self, authorization: str | None, client: Client) -> Caller | HttpRefusal:
        """Returns the caller whom an `Authorization` header identifies, or a refusal."""
        identity = await self._identify(authorization, client)
        if isinstance(identity, TokenUnchecked):
            # Anyone can send a token that names a key which the issuer might have published.
            wait = self.refusals.wait(bucket_of(client.ip)) if identity.asked == "issuer" else 0
            if wait:
                return too_often(wait)
            _log.warning("could not authenticate a caller", source=identity.asked)
            return _UNCONFIRMED
        if isinstance(identity, TokenRefused):
            wait = self.refusals.wait(bucket_of(client.ip))
            if wait:
                return too_often(wait)
            _log.info("token refused", reason=identity.reason, address=client.ip)
            return HttpRefusal(
                401,
                "UNAUTHENTICATED",
                UNAUTHENTICATED_MESSAGE,
                headers={"WWW-Authenticate": "Bearer"},
            )
        return self.count(identity) or identity

    def count(self, caller: Caller) -> HttpRefusal | None:
        """Counts a call, and returns a refusal if the caller calls too often."""
        wait = self.calls.wait(f"{caller.actor.kind}:{caller.actor.id}")
        return too_often(wait) if wait else None

    async def _identify(
        self, authorization: str | None, client: Client
    ) -> Caller | TokenRefused | TokenUnchecked:
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.casefold() != "bearer" or not token.strip():
            return TokenRefused("missing")
        if len(token) > _MAX_TOKEN:
            return TokenRefused("malformed")
        if self.people is not None and token.count(".") == _JWT_DOTS:
            return await self.people.identify(token.strip(), client)
        return await authenticate(self.runtime, token.strip(), client, self.seconds)


def too_often(seconds: int) -> HttpRefusal:
    """Builds a refusal with status 429 that says when to try again."""
    return HttpRefusal(
        429,
        "RATE_LIMITED",
        f"Too many requests. Try again in {seconds} seconds.",
        headers={"Retry-After": str(seconds)},
        extensions={"retryAfterSeconds": seconds},
    )
