"""The gate: who asks, and whether they have been asking too often."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog

from graph.callers.proxies import bucket_of
from graph.callers.rate import Rate
from graph.errors import UNAUTHENTICATED_MESSAGE
from graph.refusal import HttpRefusal
from service.access import TokenRefused, TokenUnanswered, authenticate
from service.process import Caller, Client, Runtime

if TYPE_CHECKING:
    from service.access.people import People

_MAX_TOKEN: Final = 8_000
_JWT_DOTS: Final = 2

_log = structlog.get_logger()
_NOBODY_KNOWS: Final = HttpRefusal(
    503,
    "TIMED_OUT",
    "Nobody can tell now whether the access token is valid. Come back in a while.",
    headers={"Retry-After": "10"},
)


@dataclass(frozen=True, slots=True)
class Authenticator:
    """Lets callers in.

    Attributes:
        runtime: the running service.
        calls: how often an actor may call.
        refusals: how often an address may come with a bad token. A good one always passes, so
            that nobody can shut out those who share an address with him.
        people: lets people in by JSON Web Tokens; None where no issuer is configured.
        seconds: how long the database may take to tell whose a token is.
    """

    runtime: Runtime
    calls: Rate
    refusals: Rate
    people: "People | None" = None
    seconds: float | None = None

    async def admit(self, authorization: str | None, client: Client) -> Caller | HttpRefusal:
        """Whose call it is, by its `Authorization` header; or why it is refused."""
        identity = await self._identify(authorization, client)
        if isinstance(identity, TokenUnanswered):
            _log.warning("could not tell who calls", asked=identity.asked)
            return _NOBODY_KNOWS
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
        """Counts a call of a caller; a refusal where it is one too many."""
        wait = self.calls.wait(f"{caller.actor.kind}:{caller.actor.id}")
        return too_often(wait) if wait else None

    async def _identify(
        self, authorization: str | None, client: Client
    ) -> Caller | TokenRefused | TokenUnanswered:
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.casefold() != "bearer" or not token.strip():
            return TokenRefused("missing")
        if len(token) > _MAX_TOKEN:
            return TokenRefused("malformed")
        if self.people is not None and token.count(".") == _JWT_DOTS:
            return await self.people.identify(token.strip(), client)
        return await authenticate(self.runtime, token.strip(), client, self.seconds)


def too_often(seconds: int) -> HttpRefusal:
    """429: come back later."""
    return HttpRefusal(
        429,
        "RATE_LIMITED",
        f"Too many requests. Come back in {seconds} s.",
        headers={"Retry-After": str(seconds)},
        extensions={"retryAfterSeconds": seconds},
    )
