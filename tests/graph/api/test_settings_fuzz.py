"""Generated inputs to the whole app: each gets a typed answer, and no save is partial.

`./dev check` tries some hundreds, and with `POSTLEDGER_THOROUGH=1` ten thousand on each database.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from graph.errors import ERROR_CODES
from service.process.storage import Storage
from tests.support import documents
from tests.support.certificates import certificate
from tests.support.client_certificates import key, key_pem, made
from tests.support.desk import THOROUGH, Answer, Desk, Json, open_desk
from tests.support.strategies import (
    TOKEN_URLS,
    addresses,
    display_names,
    host_names,
    sendable_texts,
    texts,
)

EXAMPLES: Final = 10_000 if THOROUGH else 200

Strategy = st.SearchStrategy[Any]

_SCALARS: Final[Strategy] = st.one_of(
    texts(), st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False, width=32)
)
_ANYTHING: Final[Strategy] = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts(8), inner, max_size=3),
)


def _weighed(*choices: tuple[int, Strategy]) -> Strategy:
    """Draws from the strategies, from each as often as its weight says."""
    drawn = [strategy for weight, strategy in choices for _ in range(weight)]
    return st.sampled_from(drawn).flatmap(lambda strategy: strategy)


def _often(usual: Strategy, *others: Strategy) -> Strategy:
    """Mostly draws from the usual strategy, so that inputs get past the first check."""
    return _weighed((8, usual), *[(1, other) for other in others])


def _mostly(right: Strategy) -> Strategy:
    """Draws a value of the right type, or sometimes any value."""
    return _often(right, _ANYTHING)


def _fields(**fields: Strategy) -> Strategy:
    return st.fixed_dictionaries({}, optional={name: _mostly(of) for name, of in fields.items()})


_TEXT: Final = st.none() | sendable_texts()
_NUMBER: Final = st.none() | st.integers(-1, 70_000) | st.sampled_from([2**31, -(2**63), 10**400])
_GOOD_SECRET: Final = st.none() | st.one_of(
    st.fixed_dictionaries({"set": st.text(st.characters(codec="utf-8"), max_size=20)}),
    st.fixed_dictionaries({"clear": st.booleans()}),
)
_SECRET: Final = _GOOD_SECRET | st.one_of(
    st.fixed_dictionaries({"set": sendable_texts(1_100)}),
    st.fixed_dictionaries({"set": sendable_texts(), "clear": st.booleans()}),
    st.just({}),
)

_GOOD: Final = {
    "smtpHost": st.sampled_from([None, "", "mail.example.com", "smtp.gmail.com", "bücher.example"]),
    "smtpDomain": st.sampled_from([None, "CORP"]),
    "smtpPort": st.none() | st.integers(1, 65_535),
    "smtpUsername": st.sampled_from([None, "ada", "CORP\\ada", "ada@gmail.com"]),
    "smtpPassword": _GOOD_SECRET,
    "defaultFromAddress": st.sampled_from([None, "ada@example.com", "áda@bücher.example"]),
    "defaultFromDisplayName": st.sampled_from([None, 'Ada "A", Ltd.', "עדה 😀"]),
    "enableSecureConnection": st.none() | st.booleans(),
    "tlsMode": st.sampled_from([None, "AUTO", "STARTTLS", "IMPLICIT"]),
    "trustedCertificates": st.sampled_from([None, [], [certificate()]]),
    "clientCertificate": st.sampled_from([None, "", made()]),
    "clientKey": st.none() | st.just({"set": key_pem(key())}) | st.just({"clear": True}),
    "revocationCheck": st.sampled_from([None, "OFF", "SOFT", "HARD"]),
    "authMechanism": st.sampled_from([None, "AUTO", "NTLM", "LOGIN"]),
    "oauth2": st.none()
    | st.fixed_dictionaries(
        {"tokenUrl": st.sampled_from(TOKEN_URLS[:3]), "clientId": st.just("x")},
        optional={"clientSecret": _GOOD_SECRET, "scope": st.sampled_from([None, "mail"])},
    ),
    "ehloHostname": st.sampled_from([None, "mail.example.com", "[192.0.2.1]"]),
    "timeoutSeconds": st.none() | st.integers(1, 300),
}
"""Values that can be saved."""

_TYPED: Final = {
    "smtpHost": _TEXT | host_names(),
    "smtpDomain": _TEXT,
    "smtpPort": st.none() | st.integers(-1, 70_000),
    "smtpUsername": _TEXT | addresses(),
    "smtpPassword": _SECRET,
    "defaultFromAddress": _TEXT | addresses(),
    "defaultFromDisplayName": _TEXT | display_names(),
    "enableSecureConnection": st.none() | st.booleans(),
    "tlsMode": _GOOD["tlsMode"],
    "trustedCertificates": st.none()
    | st.lists(st.just(certificate()) | sendable_texts(), max_size=22),
    "clientCertificate": _TEXT | st.sampled_from([made(), made("other"), key_pem(key())]),
    "clientKey": _SECRET | st.just({"set": key_pem(key())}),
    "revocationCheck": st.sampled_from([None, "OFF", "SOFT", "HARD"]),
    "authMechanism": st.sampled_from([None, "AUTO", "NTLM", "XOAUTH2"]),
    "oauth2": st.none()
    | st.fixed_dictionaries(
        {"tokenUrl": sendable_texts() | st.sampled_from(TOKEN_URLS), "clientId": sendable_texts()},
        optional={"clientSecret": _SECRET, "scope": _TEXT},
    ),
    "ehloHostname": _TEXT | host_names(),
    "timeoutSeconds": st.none() | st.integers(-1, 400),
}
"""Values of the right types, valid or not."""

_ANY: Final = dict.fromkeys((*_TYPED, "smtpHots"), _ANYTHING | _NUMBER)


def _settings_of(*kinds: dict[str, Strategy]) -> Strategy:
    """Draws up to six fields, each from one of the given kinds."""
    fields = [
        st.tuples(st.just(name), value) for kind in kinds for name, value in sorted(kind.items())
    ]
    return st.lists(st.one_of(fields), max_size=6).map(dict)


_SETTINGS: Final = _weighed(
    (3, _settings_of(_GOOD)),
    (2, _settings_of(_GOOD, _TYPED)),
    (2, _settings_of(_TYPED)),
    (1, _settings_of(_TYPED, _ANY)),
)
_ID: Final = sendable_texts() | st.sampled_from(
    ["VGVzdEVtYWlsOgA=", "VGVzdEVtYWlsOng=", "RW1haWxTZXR0aW5nczox", "VGVzdEVtYWls"]
)
# `CURRENT` stands for the revision in force.
_EXPECTED: Final = _often(st.just("CURRENT"), _NUMBER, _ANYTHING)
_PLAIN: Final = {"settings": _SETTINGS, "expectedRevision": _EXPECTED}
_UPDATE: Final = _weighed(
    (4, st.fixed_dictionaries(_PLAIN)),
    (1, st.fixed_dictionaries({**_PLAIN, "reason": _mostly(_TEXT)})),
    (1, st.fixed_dictionaries({**_PLAIN, "verifiedByTestEmail": _mostly(_ID)})),
)
_CURSOR: Final = _ID | st.sampled_from(
    ["RW1haWxTZXR0aW5nc1JldmlzaW9uLnYxOjAwMDAwMDAwMDAwOTk5OTk5OTk5OTk5OTk5OTk5OQ=="]
)
_PAGE: Final = _fields(first=_NUMBER, last=_NUMBER, after=_CURSOR, before=_CURSOR)


def _operation(document: str, **variables: Strategy) -> Strategy:
    return st.tuples(st.just(document), st.fixed_dictionaries(variables))


_RESTORE: Final = st.fixed_dictionaries(
    {
        "revision": _often(st.integers(1, 20), _NUMBER, _ANYTHING),
        "expectedRevision": _EXPECTED,
        "reason": _often(st.just("Because."), _TEXT, _ANYTHING),
    }
)
# No recipient is valid, so that no test sends anything.
_TEST: Final = st.fixed_dictionaries(
    {"recipient": st.sampled_from(["", "\0", "a b", "a@b@c", 7])},
    optional={"settings": _SETTINGS, "depth": st.sampled_from(["SEND", "ENVELOPE", "ALL", 1])},
)
_PROVIDERS: Final = "query ($address: String) { emailProviders(address: $address) { id } }"
_OPERATIONS: Final = _weighed(
    (12, _operation(documents.UPDATE, input=_UPDATE)),
    (1, _operation(documents.UPDATE, input=_ANYTHING)),
    (3, _operation(documents.CHECK, settings=_SETTINGS)),
    (3, _operation(documents.RESTORE, input=_RESTORE)),
    (3, _operation(documents.TEST, input=_TEST)),
    (1, st.tuples(st.just(documents.SETTINGS), _fields(revision=_NUMBER, at=_TEXT))),
    (1, st.tuples(st.just(documents.SETTINGS), _fields(at=st.datetimes().map(str)))),
    (1, st.tuples(st.just(documents.COMPARE), _fields(**{"from": _NUMBER, "to": _NUMBER}))),
    (1, st.tuples(st.just(documents.CURSORS), _PAGE)),
    (1, st.tuples(st.just(_PROVIDERS), _fields(address=_TEXT | addresses()))),
)
_MEMBERS: Final = {
    "UpdateEmailSettingsSuccess",
    "InvalidSettingsError",
    "RevisionConflictError",
    "SecretReentryRequiredError",
    "NotVerifiedError",
    "RevisionNotFoundError",
    "SendTestEmailSuccess",
    "RecipientNotAllowedError",
    "DestinationNotAllowedError",
    "TooManyTestsError",
}


def test_every_input_has_a_typed_answer(storage: Storage) -> None:
    """Every answer is a member of the union or a coded error, and every save is complete."""
    with asyncio.Runner() as runner, _opened(runner, storage) as desk:
        stage = _Stage(desk)

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(_OPERATIONS)
        def prove(operation: tuple[str, Json]) -> None:
            runner.run(stage.answered(*operation))

        prove()


@contextmanager
def _opened(runner: asyncio.Runner, storage: Storage) -> Iterator[Desk]:
    """Opens a desk outside of any event loop's task, because Hypothesis calls from outside."""
    opening = open_desk(storage)
    yield runner.run(opening.__aenter__())
    runner.run(opening.__aexit__(None, None, None))


@dataclass
class _Stage:
    """The service and its last known revision; inputs come one after the other."""

    desk: Desk
    revision: int = 0

    async def answered(self, query: str, variables: Json) -> None:
        """Checks that an input gets a typed answer, and makes a whole revision or no revision."""
        named = variables.get("input")
        if isinstance(named, dict) and named.get("expectedRevision") == "CURRENT":
            variables = {**variables, "input": {**named, "expectedRevision": self.revision}}
        answer = await self.desk.ask(query, variables)
        _is_typed(answer)
        after = await self.desk.whole()

        assert self.revision + _made_a_revision(answer) == after
        self.revision = after


def _is_typed(answer: Answer) -> None:
    codes = answer.codes
    assert set(codes) <= set(ERROR_CODES) - {"INTERNAL_SERVER_ERROR"}, answer.body
    assert codes or answer.body["data"] is not None
    for result in (answer.body.get("data") or {}).values():
        name = result.get("__typename") if isinstance(result, dict) else None
        event(f"{name or 'a read'}" if not codes else f"{codes}")
        assert name is None or name in _MEMBERS


def _made_a_revision(answer: Answer) -> bool:
    data = answer.body.get("data") or {}
    result = data.get("updateEmailSettings") or data.get("restoreEmailSettings") or {}
    return result.get("auditEvent") is not None
