from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.account import Account, OAuth2, SaslMechanism
from mail.diagnosis.failure_context import FailureContext
from mail.diagnosis.suggestions import suggestions_for
from mail.report.codes import Code
from mail.report.failure import Failure
from mail.report.report import ServerFacts, StageName, Suggestion
from mail.sasl.choice import choose
from mail.secret import Secret
from tests.support.mail.world import NOON

KEYWORDS = [each.keyword for each in SaslMechanism if each is not SaslMechanism.AUTO]
OAUTH2 = OAuth2("https://login.example.org/token", "postledger", Secret("s3cret"))
CODES = [Code.NO_COMMON_MECHANISM, Code.MECHANISM_REFUSED, Code.ITERATIONS_OUT_OF_RANGE]


def suggested(
    code: Code, account: Account, offered: list[str], tried: list[SaslMechanism]
) -> tuple[Suggestion, ...]:
    """Returns the suggestions for a sign-in that failed because of its mechanism."""
    context = FailureContext(
        StageName.AUTHENTICATE,
        account,
        NOON,
        server=ServerFacts(auth_mechanisms=tuple(offered)),
    )
    return suggestions_for(Failure(code, tried=tuple(tried)), context)


@given(
    code=st.sampled_from(CODES),
    offered=st.lists(st.sampled_from([*KEYWORDS, "GSSAPI", "EXTERNAL"]), unique=True),
    tried=st.lists(st.sampled_from(list(SaslMechanism)[1:]), max_size=2, unique=True),
    mechanism=st.sampled_from(SaslMechanism),
    secure=st.booleans(),
    domain=st.none() | st.just("CORP"),
    password=st.none() | st.just(Secret("pencil-0123")),
    oauth2=st.none() | st.just(OAUTH2),
)
def test_every_suggestion_helps(
    *,
    code: Code,
    offered: list[str],
    tried: list[SaslMechanism],
    mechanism: SaslMechanism,
    secure: bool,
    domain: str | None,
    password: Secret | None,
    oauth2: OAuth2 | None,
) -> None:
    """A suggested mechanism differs from the present, is offered, untried, and has credentials."""
    account = Account(
        "mx.example.org",
        587,
        secure=secure,
        username="postledger",
        domain=domain,
        password=password,
        mechanism=mechanism,
        oauth2=oauth2,
    )
    suggestions = suggested(code, account, offered, tried)

    assert suggestions
    for suggestion in suggestions:
        if suggestion.value is None:
            continue
        assert ("authMechanism",) == suggestion.field
        assert mechanism.value != suggestion.value
        changed = replace(account, mechanism=SaslMechanism(suggestion.value))
        chosen = choose(changed, offered, secured=secure)
        assert chosen is not None
        assert chosen not in tried
        assert (oauth2 if chosen.uses_token else password) is not None


@pytest.mark.parametrize(
    ("offered", "changes", "field", "words"),
    [
        pytest.param("XOAUTH2", {}, "oauth2.tokenUrl", "Configure OAuth2", id="oauth2"),
        pytest.param(
            "PLAIN",
            {"password": None, "oauth2": OAUTH2},
            "smtpPassword",
            "Set the username and the password, which PLAIN needs.",
            id="password",
        ),
        pytest.param("GSSAPI", {}, "", "Postledger does not support GSSAPI.", id="unsupported"),
        pytest.param("EXTERNAL", {}, "clientCertificate", "clear the username", id="external"),
        pytest.param(
            "PLAIN",
            {"mechanism": SaslMechanism.SCRAM_SHA_256, "secure": False},
            "enableSecureConnection",
            "without TLS, anyone on the network path could read the password",
            id="tls",
        ),
    ],
)
def test_says_what_the_offered_mechanisms_need(
    offered: str, changes: dict[str, str], field: str, words: str
) -> None:
    """If no mechanism can be used at once, the suggestion says what the offered one needs."""
    account = Account("mx.example.org", 587, username="postledger", password=Secret("pencil-0123"))
    changed = replace(account, **changes)  # type: ignore[arg-type]
    (suggestion,) = suggested(Code.NO_COMMON_MECHANISM, changed, [offered], [])

    assert (field, None) == (".".join(suggestion.field or ()), suggestion.value)
    assert words in suggestion.message
