import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.account import OAuth2
from mail.oauth2.refusals import Refusal, code_of
from mail.report.codes import Code
from mail.secret import Secret

CLIENT = OAuth2("https://login.example.org/token", "postledger", Secret("secret"), "mail.send")
ERRORS = (
    "invalid_request",
    "invalid_client",
    "invalid_scope",
    "invalid_grant",
    "access_denied",
    "",
)
QUOTED = (
    "AADSTS7000215",
    "the following parameter: 'scope'",
    "Invalid client secret",
    "scope",
    "invalid_client",
)


@given(st.sampled_from(ERRORS), st.sampled_from(QUOTED), st.text(max_size=20))
def test_quoted_words_decide_nothing(error: str, quoted: str, text: str) -> None:
    """Words of a request that a description quotes do not change what the error means."""
    plain = Refusal.read(400, {"error": error})
    quoting = Refusal.read(400, {"error": error, "error_description": f"x {quoted} {text}"})

    assert code_of(plain, CLIENT) is code_of(quoting, CLIENT)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=4,
    )
)
def test_reads_fields_of_any_type(value: object) -> None:
    """A refusal with fields of unexpected types is read, with a detail in one line."""
    names = ("error", "error_description", "error_codes", "suberror", "errorCode", "errorSummary")
    refusal = Refusal.read(400, dict.fromkeys(names, value))

    assert refusal.detail.isprintable()
    assert isinstance(code_of(refusal, CLIENT), Code)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        pytest.param(
            {"error_codes": [65999, 53003]}, Code.TOKEN_BLOCKED_BY_POLICY, id="the-first-known"
        ),
        pytest.param(
            {"error": "invalid_client", "error_codes": [1]}, Code.TOKEN_CLIENT_REJECTED, id="none"
        ),
        pytest.param(
            {"error": "invalid_request", "error_description": "AADSTS90002: Tenant not found"},
            Code.TOKEN_ENDPOINT_WRONG,
            id="in-the-description",
        ),
        pytest.param(
            {"suberror": "consent_required"}, Code.TOKEN_PERMISSION_MISSING, id="suberror"
        ),
    ],
)
def test_reads_microsofts_numbers(values: dict[str, object], code: Code) -> None:
    """Microsoft's numbers decide; without a known number, the error does."""
    assert code is code_of(Refusal.read(400, values), CLIENT)


def test_leaves_out_what_only_support_needs() -> None:
    """The detail ends before Microsoft's trace ids."""
    text = "AADSTS90002: Tenant 'x' not found. Trace ID: 1 Correlation ID: 2"
    refusal = Refusal.read(400, {"error": "invalid_request", "error_description": text})

    assert "invalid_request: AADSTS90002: Tenant 'x' not found." == refusal.detail
