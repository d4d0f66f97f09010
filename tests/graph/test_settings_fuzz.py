"""Generated inputs through the whole app: a typed answer each, and never half a save.

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
from service.startup import Storage
from tests.service import documents
from tests.service.desk import THOROUGH, Answer, Desk, Json, open_desk
from tests.service.made import certificate
from tests.service.strategies import (
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


def _mostly(right: Strategy) -> Strategy:
    """A value of the right type five times out of six, so that inputs get past the types."""
    return st.integers(0, 5).flatmap(lambda dice: right if dice else _ANYTHING)


def _fields(**fields: Strategy) -> Strategy:
    return st.fixed_dictionaries({}, optional={name: _mostly(of) for name, of in fields.items()})


_SECRET: Final = st.none() | st.one_of(
    st.fixed_dictionaries({"set": sendable_texts(1_100)}),
    st.fixed_dictionaries({"clear": st.booleans()}),
    st.fixed_dictionaries({"set": sendable_texts(), "clear": st.booleans()}),
    st.just({}),
)
_NUMBER: Final = st.none() | st.integers(-1, 70_000) | st.sampled_from([2**31, -(2**63), 10**400])
_TEXT: Final = st.none() | sendable_texts()
_SETTINGS: Final = _fields(
    smtpHost=_TEXT | host_names(),
    smtpDomain=_TEXT,
    smtpPort=_NUMBER,
    smtpUsername=_TEXT | addresses(),
    smtpPassword=_SECRET,
    defaultFromAddress=_TEXT | addresses(),
    defaultFromDisplayName=_TEXT | display_names(),
    enableSecureConnection=st.none() | st.booleans(),
    tlsMode=st.sampled_from([None, "AUTO", "STARTTLS", "IMPLICIT", "implicit", ""]),
    trustedCertificates=st.none()
    | st.lists(st.just(certificate()) | sendable_texts(), max_size=22),
    authMechanism=st.sampled_from([None, "AUTO", "NTLM", "XOAUTH2", "SCRAM"]),
    oauth2=st.none()
    | st.fixed_dictionaries(
        {"tokenUrl": _mostly(_TEXT | st.sampled_from(TOKEN_URLS)), "clientId": _mostly(_TEXT)},
        optional={"clientSecret": _SECRET, "scope": _mostly(_TEXT), "other": _TEXT},
    ),
    ehloHostname=_TEXT | host_names(),
    timeoutSeconds=_NUMBER,
)
_ID: Final = sendable_texts() | st.sampled_from(
    ["VGVzdEVtYWlsOgA=", "VGVzdEVtYWlsOng=", "RW1haWxTZXR0aW5nczox", "VGVzdEVtYWls"]
)
_UPDATE: Final = st.fixed_dictionaries(
    {"settings": _mostly(_SETTINGS)},
    optional={
        # `CURRENT` stands for the revision in force.
        "expectedRevision": st.just("CURRENT") | _mostly(_NUMBER),
        "reason": _mostly(_TEXT),
        "verifiedByTestEmail": _mostly(_ID),
    },
)
_CURSOR: Final = _ID | st.sampled_from(
    ["RW1haWxTZXR0aW5nc1JldmlzaW9uLnYxOjAwMDAwMDAwMDAwOTk5OTk5OTk5OTk5OTk5OTk5OQ=="]
)
_PAGE: Final = _fields(first=_NUMBER, last=_NUMBER, after=_CURSOR, before=_CURSOR)
_OPERATIONS: Final = st.one_of(
    # More often than the others: it is where something could be written.
    *[st.tuples(st.just(documents.UPDATE), st.fixed_dictionaries({"input": _UPDATE}))] * 4,
    st.tuples(st.just(documents.CHECK), st.fixed_dictionaries({"settings": _mostly(_SETTINGS)})),
    st.tuples(
        st.just(documents.RESTORE),
        st.fixed_dictionaries(
            {
                "input": st.fixed_dictionaries(
                    {
                        "revision": _mostly(_NUMBER | st.integers(1, 20)),
                        "expectedRevision": st.just("CURRENT") | _mostly(_NUMBER),
                        "reason": _mostly(_TEXT),
                    }
                )
            }
        ),
    ),
    # Nobody is to be sent anything: without a host or with a recipient that is none.
    st.tuples(
        st.just(documents.TEST),
        st.fixed_dictionaries(
            {
                "input": st.fixed_dictionaries(
                    {
                        "recipient": _mostly(
                            st.sampled_from(["", "\0", "a b", "\ud800@example.com"])
                        )
                    },
                    optional={"settings": _SETTINGS, "depth": st.sampled_from(["SEND", "ALL", 1])},
                )
            }
        ),
    ),
    st.tuples(
        st.just(documents.SETTINGS), _fields(revision=_NUMBER, at=_TEXT | st.dates().map(str))
    ),
    st.tuples(st.just(documents.COMPARE), _fields(**{"from": _NUMBER, "to": _NUMBER})),
    st.tuples(st.just(documents.REVISIONS), _PAGE),
    st.tuples(
        st.just("query ($address: String) { emailProviders(address: $address) { id } }"),
        _fields(address=_TEXT | addresses()),
    ),
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
    """Whatever is sent, the answer is a member of the union or a coded error; saves are whole."""
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
    """A desk outside of any one event loop's task: hypothesis calls from outside."""
    opening = open_desk(storage)
    yield runner.run(opening.__aenter__())
    runner.run(opening.__aexit__(None, None, None))


@dataclass
class _Stage:
    """The service and what is known of it: inputs come one after the other."""

    desk: Desk
    revision: int = 0

    async def answered(self, query: str, variables: Json) -> None:
        """One input has a typed answer, and made a whole revision or none."""
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
