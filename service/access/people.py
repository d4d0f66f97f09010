"""People, whom an identity provider identifies by a JSON Web Token (OpenID Connect Core 1.0)."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, JoseError

from audit.event import Actor, ActorKind, Client
from service.access.issuer import IssuerKeys, IssuerUnavailableError
from service.access.tokens import TokenRefused, TokenUnchecked
from service.access.trust import IssuerTrust
from service.process.caller import Caller, Role
from service.values.names import has_hidden

ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512"),
    *("PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512"),
    *("Ed25519", "EdDSA"),
)
"""Asymmetric algorithms only: a shared secret would let its other holders sign tokens."""

_TYPES: Final = frozenset({"jwt", "at+jwt"})
"""What a token may call itself (RFC 7519, RFC 9068). Other kinds, such as logout tokens, are signed
with the same keys but identify no caller (RFC 8725, section 3.11)."""

LEEWAY_SECONDS: Final = 30
_DAY_SECONDS: Final = 86_400
_MAX_SUBJECT: Final = 255
_MAX_NAME: Final = 100

_log = structlog.get_logger()


class People:
    """Authenticates people by their tokens."""

    def __init__(self, keys: IssuerKeys, trust: IssuerTrust, clock: Callable[[], datetime]) -> None:
        self._keys = keys
        self._trust = trust
        self._clock = clock

    async def identify(self, token: str, client: Client) -> Caller | TokenRefused | TokenUnchecked:
        """Returns whose token it is, why it is refused, or that it cannot be checked."""
        try:
            claims = await self._claims(token)
        except IssuerUnavailableError:
            return TokenUnchecked("issuer")
        except (JoseError, AttributeError, TypeError, ValueError, RecursionError) as error:
            # The library raises JoseError; tokens of unexpected shapes raise the others.
            return TokenRefused(f"jwt: {type(error).__name__}")
        subject = claims["sub"]
        if not subject or len(subject) > _MAX_SUBJECT or has_hidden(subject):
            return TokenRefused("jwt: subject")
        role = self._role(claims)
        if role is None:
            return TokenRefused("jwt: no role")
        actor = Actor(ActorKind.PERSON, subject, self._name(claims) or subject, role.value)
        # A longer-lived token is checked again after a day. This also keeps the date in range.
        until = min(float(claims["exp"]), self._clock().timestamp() + _DAY_SECONDS)
        return Caller(actor, role, client, until=datetime.fromtimestamp(until, UTC))

    async def _claims(self, token: str) -> Mapping[str, Any]:
        """Returns the claims, after checking signature, issuer, audience and times.

        Raises:
            JoseError: one of these checks failed.
            ValueError: the text is not a token.
            IssuerUnavailableError: the issuer's keys are not available.
        """
        header = jws.extract_compact(token.encode()).headers()
        _check_type(header.get("typ"))
        key_id = header.get("kid")
        try:
            decoded = jwt.decode(token, await self._keys.keys_for(key_id), algorithms=ALGORITHMS)
        except BadSignatureError:
            # The issuer may have replaced a key under the same id, or without one.
            keys = await self._keys.keys_for(key_id, doubted=True)
            decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
        registry = jwt.JWTClaimsRegistry(
            now=int(self._clock().timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._keys.issuer},
            aud={"essential": True, "value": self._trust.audience},
            sub={"essential": True},
            exp={"essential": True},
        )
        registry.validate(decoded.claims)
        if "events" in decoded.claims:
            raise ValueError("a security event (RFC 8417)")
        return decoded.claims

    def _role(self, claims: Mapping[str, Any]) -> Role | None:
        """Returns the highest role that the token grants."""
        value: object = claims
        for part in self._trust.roles_claim.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        given = {self._trust.roles.get(each) for each in names if isinstance(each, str)}
        return next((each for each in Role if each in given), None)

    def _name(self, claims: Mapping[str, Any]) -> str | None:
        for claim in (self._trust.name_claim, "preferred_username", "email"):
            name = claims.get(claim)
            if isinstance(name, str) and name.strip() and not has_hidden(name):
                return name.strip()[:_MAX_NAME]
        return None


def _check_type(found: object) -> None:
    """Raises ValueError if a token says that it is of another kind."""
    if found is None:
        return
    if not isinstance(found, str) or found.lower().removeprefix("application/") not in _TYPES:
        raise ValueError("another type of token")
