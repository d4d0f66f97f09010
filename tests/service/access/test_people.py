"""People sign in with JSON Web Tokens: valid tokens are accepted, all others refused."""

import base64
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from audit.event import ActorKind, Client
from service.access.issuer import KEEP_SECONDS, RETRY_SECONDS, IssuerKeys, IssuerUnavailableError
from service.access.people import People
from service.access.tokens import TokenRefused, TokenUnchecked
from service.access.trust import IssuerTrust
from service.process.caller import Caller, Role

pytestmark = pytest.mark.anyio

ISSUER = "https://login.example.com/realms/main"
NOW = datetime(2026, 11, 23, 7, 29, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
CLIENT = Client("192.0.2.7", "peer", None, "id", None)
KEY = ECKey.generate_key("P-256", {"kid": "one"})
STRANGER = ECKey.generate_key("P-256", {"kid": "one"})
CLAIMS = {
    "iss": ISSUER,
    "aud": ["postledger", "other"],
    "sub": "f3a1",
    "name": "Ada",
    "exp": SECONDS + 300,
    "iat": SECONDS,
    "realm_access": {"roles": ["other", "pl-auditor", "pl-viewer"]},
}


@dataclass(slots=True)
class _Seconds:
    """A clock that the test sets."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


class Provider:
    """An identity provider, with its discovery document and its keys."""

    def __init__(self, *keys: ECKey | RSAKey | OctKey) -> None:
        self.keys = list(keys)
        self.requests: list[str] = []
        self.reachable = True
        self.issuer = ISSUER
        self.keys_at = f"{ISSUER}/keys"

    async def fetch(self, address: str) -> Mapping[str, Any]:
        """Answers a request as the provider does."""
        self.requests.append(address)
        if not self.reachable:
            raise ValueError("unreachable")
        if address == f"{ISSUER}/.well-known/openid-configuration":
            return {"issuer": self.issuer, "jwks_uri": self.keys_at}
        return {"keys": [each.as_dict(private=False) for each in self.keys]}


def _people(provider: Provider, clock: Callable[[], float] = monotonic) -> People:
    roles = {"pl-viewer": Role.VIEWER, "pl-auditor": Role.AUDITOR, "pl-admin": Role.ADMINISTRATOR}
    trust = IssuerTrust("postledger", roles, roles_claim="realm_access.roles")
    return People(IssuerKeys(ISSUER, provider.fetch, clock), trust, lambda: NOW)


def _token(changes: Mapping[str, object], key: ECKey = KEY, algorithm: str = "ES256") -> str:
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}
    return jwt.encode({"alg": algorithm, "kid": key.kid or ""}, claims, key)


async def test_a_person_is_authenticated() -> None:
    """The subject is the actor, with their name and highest role, until the token expires."""
    caller = await _people(Provider(KEY)).identify(_token({}), CLIENT)

    assert isinstance(caller, Caller)
    assert (ActorKind.PERSON, "f3a1", "Ada") == (
        caller.actor.kind,
        caller.actor.id,
        caller.actor.name,
    )
    assert Role.AUDITOR is caller.role
    assert datetime.fromtimestamp(SECONDS + 300, UTC) == caller.until


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"iss": "https://login.example.com"}, id="another issuer"),
        pytest.param({"iss": None}, id="no issuer"),
        pytest.param({"aud": "other"}, id="another audience"),
        pytest.param({"aud": None}, id="no audience"),
        pytest.param({"exp": SECONDS - 31}, id="expired"),
        pytest.param({"exp": None}, id="no expiry"),
        pytest.param({"nbf": SECONDS + 31}, id="not yet valid"),
        pytest.param({"sub": None}, id="no subject"),
        pytest.param({"sub": ""}, id="empty subject"),
        pytest.param({"sub": "a\0"}, id="control character"),
        pytest.param({"sub": 42}, id="subject of another type"),
        pytest.param({"sub": "a\u202e"}, id="subject that changes the direction"),
        pytest.param({"events": {}}, id="security event"),
        pytest.param({"realm_access": None}, id="no roles"),
        pytest.param({"realm_access": {"roles": ["other"]}}, id="no role of ours"),
        pytest.param({"realm_access": ["pl-admin"]}, id="roles in another shape"),
    ],
)
async def test_claims_that_are_refused(changes: dict[str, object]) -> None:
    """A token with a missing or wrong claim is refused."""
    refused = await _people(Provider(KEY)).identify(_token(changes), CLIENT)

    assert isinstance(refused, TokenRefused)


@pytest.mark.parametrize(
    ("kind", "accepted"),
    [
        ("JWT", True),
        ("at+jwt", True),
        ("application/AT+JWT", True),
        ("logout+jwt", False),
        ("application/logout+jwt", False),
        ("secevent+jwt", False),
        ("dpop+jwt", False),
        ("", False),
    ],
)
async def test_kinds_of_tokens(kind: str, *, accepted: bool) -> None:
    """Only access tokens are accepted, although the issuer signs other tokens with the same key."""
    token = jwt.encode({"alg": "ES256", "kid": "one", "typ": kind}, CLAIMS, KEY)
    answer = await _people(Provider(KEY)).identify(token, CLIENT)

    assert (Caller if accepted else TokenRefused) is type(answer)


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize(("bits", "accepted"), [(1024, False), (2040, False), (2048, True)])
async def test_weak_keys(bits: int, *, accepted: bool) -> None:
    """A token that is signed with a short RSA key is refused, although the issuer published it."""
    weak = RSAKey.generate_key(bits, {"kid": "weak"})
    people = _people(Provider(KEY, weak))
    token = jwt.encode({"alg": "RS256", "kid": "weak"}, CLAIMS, weak)
    answers = [await people.identify(each, CLIENT) for each in (token, _token({}))]

    assert [Caller if accepted else TokenRefused, Caller] == [type(each) for each in answers]


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u200f", "\u061c", "\u200b", "\ufeff"])
async def test_names_with_hidden_characters(hidden: str) -> None:
    """A name that could look like another person's is not shown."""
    changes = {"name": f"Ada{hidden}nimda", "preferred_username": "ada"}
    caller = await _people(Provider(KEY)).identify(_token(changes), CLIENT)

    assert isinstance(caller, Caller)
    assert "ada" == caller.actor.name


async def test_a_new_key() -> None:
    """Until the keys can be fetched again, a token with a new key is unchecked, not refused."""
    clock = _Seconds()
    provider = Provider(KEY)
    people = _people(provider, clock)
    new = ECKey.generate_key("P-256", {"kid": "two"})
    answers = [await people.identify(_token({}), CLIENT)]
    provider.keys = [new]
    for at in (1.0, RETRY_SECONDS):
        clock.now = at
        answers.append(await people.identify(_token({}, new), CLIENT))

    assert [Caller, TokenUnchecked, Caller] == [type(each) for each in answers]


async def test_a_removed_key() -> None:
    """A token whose key has disappeared is unchecked for a minute, and then always refused."""
    clock = _Seconds()
    provider = Provider(KEY)
    people = _people(provider, clock)
    await people.identify(_token({}), CLIENT)
    new = ECKey.generate_key("P-256", {"kid": "two"})
    provider.keys, clock.now = [new], RETRY_SECONDS
    await people.identify(_token({}, new), CLIENT)
    answers = []
    for at in (RETRY_SECONDS, 2 * RETRY_SECONDS - 1, 2 * RETRY_SECONDS, 2 * RETRY_SECONDS + 1):
        clock.now = at
        answers.append(await people.identify(_token({}), CLIENT))

    assert [TokenUnchecked] * 2 + [TokenRefused] * 2 == [type(each) for each in answers]


async def test_a_replaced_key() -> None:
    """If a signature does not fit, the keys are fetched again, at most once a minute."""
    clock = _Seconds()
    provider = Provider(KEY)
    people = _people(provider, clock)
    await people.identify(_token({}), CLIENT)
    provider.keys, clock.now = [STRANGER], RETRY_SECONDS
    accepted = await people.identify(_token({}, STRANGER), CLIENT)
    forged = [await people.identify(_token({}), CLIENT) for _ in range(3)]

    assert [Caller] == [type(accepted)]
    assert [TokenRefused] * 3 == [type(each) for each in forged]
    assert 4 == len(provider.requests)


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b'{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}", id="lists"),
        pytest.param(b'{"a":' * 3_000 + b"1" + b"}" * 3_000, id="objects"),
        pytest.param(b"[" * 5_000, id="not even JSON"),
    ],
)
async def test_a_nested_token(payload: bytes) -> None:
    """A token that is nested too deeply to be parsed is refused, though the issuer signed it."""
    token = jws.serialize_compact({"alg": "ES256", "kid": "one"}, payload, KEY)
    refused = await _people(Provider(KEY)).identify(token, CLIENT)

    assert TokenRefused("jwt: RecursionError") == refused


async def test_a_nested_header() -> None:
    """An unsigned token with a deeply nested header is refused."""
    header = base64.urlsafe_b64encode(b'{"a":' + b"[" * 5_000).decode().rstrip("=")
    refused = await _people(Provider(KEY)).identify(f"{header}.e30.AAAA", CLIENT)

    assert isinstance(refused, TokenRefused)


async def test_forged_tokens() -> None:
    """A token that the issuer did not sign is refused, whatever its header claims."""
    signed = _token({})
    header, claims, _ = signed.split(".")
    secret = OctKey.import_key("a" * 40)
    forged = [
        _token({}, STRANGER),
        f"{header}.{claims}.",
        f"eyJhbGciOiJub25lIn0.{claims}.",
        f"{header}.{claims}x.{signed.rpartition('.')[2]}",
        jwt.encode({"alg": "HS256", "kid": "one"}, CLAIMS, secret),
        "..",
        "a.b.c",
        "W10.e30.eA",
        "e30.e30.eA",
        "ü.ü.ü",
    ]
    people = _people(Provider(KEY))
    answers = [await people.identify(each, CLIENT) for each in forged]

    assert [TokenRefused] * len(forged) == [type(each) for each in answers]


async def test_a_shared_secret_is_never_a_key() -> None:
    """A token signed with a symmetric key is refused, even if the issuer published the key."""
    secret = OctKey.import_key("a" * 40, {"kid": "one"})
    token = jwt.encode({"alg": "HS256", "kid": "one"}, CLAIMS, secret)

    class Careless(Provider):
        async def fetch(self, address: str) -> Mapping[str, Any]:
            found = await super().fetch(address)
            return {"keys": [secret.as_dict(private=True)]} if "keys" in found else found

    assert isinstance(await _people(Careless()).identify(token, CLIENT), TokenRefused)


async def test_keys_are_cached() -> None:
    """Keys are fetched once an hour, and at most once a minute for an unknown key id."""
    now = 0.0
    provider = Provider(KEY)
    keys = IssuerKeys(ISSUER, provider.fetch, clock=lambda: now)
    counts = []
    for at, key_id in (
        (0.0, "one"),
        (1.0, "one"),
        (2.0, "unknown"),
        (RETRY_SECONDS, "unknown"),
        (RETRY_SECONDS + 1, "unknown"),
        (RETRY_SECONDS + KEEP_SECONDS, "one"),
    ):
        now = at
        with suppress(IssuerUnavailableError):
            await keys.keys_for(key_id)
        counts.append(len(provider.requests) // 2)

    assert [1, 1, 1, 2, 2, 3] == counts


async def test_cached_keys_work_during_an_outage() -> None:
    """While the issuer cannot be reached, the cached keys continue to work."""
    now = 0.0
    provider = Provider(KEY)
    keys = IssuerKeys(ISSUER, provider.fetch, clock=lambda: now)
    first = await keys.keys_for("one")
    provider.reachable = False
    now = KEEP_SECONDS
    second = await keys.keys_for("one")

    assert first is second


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        pytest.param("reachable", False, id="unreachable"),
        pytest.param("issuer", "https://other.example.com", id="another issuer"),
        pytest.param("keys_at", "http://login.example.com/keys", id="keys in the clear"),
    ],
)
async def test_keys_that_are_not_available(attribute: str, value: object) -> None:
    """Without keys no token can be checked; keys of a misconfigured provider are not used."""
    provider = Provider(KEY)
    setattr(provider, attribute, value)
    unchecked = await _people(provider).identify(_token({}), CLIENT)
    with pytest.raises(IssuerUnavailableError):
        await IssuerKeys(ISSUER, provider.fetch).keys_for("one")

    assert unchecked == TokenUnchecked("issuer")
