"""Every rule of the settings, and every warning, by its row: code, field, and fix."""

from dataclasses import replace
from typing import Final

import pytest

from mail.account import RevocationCheck, SaslMechanism, TlsMode
from mail.report.report import Suggestion
from service.values.advice.review import review
from service.values.advice.situation import Situation
from service.values.certificates import certificates_of
from service.values.normalize import normalize
from service.values.problems import PROBLEM_CODES, Problem, ProblemSeverity
from service.values.settings_values import FIELDS, SettingsValues
from tests.service.values.advice.problem_rows import (
    COMPLETE,
    ELSEWHERE,
    FORM,
    LATER,
    NOW,
    RULES,
    TOKEN_URL,
    Row,
)
from tests.support.client_certificates import chain


def _ids(rows: tuple[Row, ...]) -> list[str]:
    return [f"{row.code}-{number}" for number, row in enumerate(rows)]


def _reviewed(row: Row, values: SettingsValues) -> tuple[Problem, ...]:
    certificates = certificates_of(values.trusted_certificates)
    return review(Situation(values, certificates, row.now, row.unreadable))


def _matching(problems: tuple[Problem, ...], row: Row) -> list[Problem]:
    return [each for each in problems if (each.code, ".".join(each.field)) == (row.code, row.path)]


def _value(problem: Problem) -> str | None:
    return None if problem.suggestion is None else problem.suggestion.value


def _apply(suggestion: Suggestion | None, values: SettingsValues) -> SettingsValues:
    """Applies a suggestion as a client does: puts its value into its field."""
    assert suggestion is not None
    assert suggestion.field is not None
    (field,) = [field for field in FIELDS if field.name == ".".join(suggestion.field or ())]
    return values.with_values({field.attribute: field.read(suggestion.value or None)})


@pytest.mark.parametrize("row", FORM, ids=_ids(FORM))
def test_an_invalid_value_is_reported(row: Row) -> None:
    """An invalid value is one error at its field, with a suggestion if the intent is clear."""
    problems = normalize(row.values).problems

    assert [(row.code, row.path)] == [(each.code, ".".join(each.field)) for each in problems]
    assert ProblemSeverity.ERROR is problems[0].severity
    assert row.fix == _value(problems[0])
    if row.fix is not None:
        assert () == normalize(_apply(problems[0].suggestion, row.values)).problems


@pytest.mark.parametrize("row", RULES, ids=_ids(RULES))
def test_a_doubtful_value_is_reported(row: Row) -> None:
    """A warning is reported at its field, and applying its suggestion removes it."""
    values = normalize(row.values).values
    (problem,) = _matching(_reviewed(row, values), row)

    assert problem.severity is not ProblemSeverity.ERROR
    assert row.fix == _value(problem)
    if row.fix is not None:
        assert [] == _matching(_reviewed(row, _apply(problem.suggestion, values)), row)


def test_every_code_has_a_row() -> None:
    """The rows cover every code, and have no unknown codes."""
    tested = {row.code for row in (*FORM, *RULES)} | set(ELSEWHERE)

    assert set(PROBLEM_CODES) == tested


def test_a_message_is_a_sentence() -> None:
    """Every message is one line that ends with a period."""
    problems = [problem for row in FORM for problem in normalize(row.values).problems]
    problems += [
        problem for row in RULES for problem in _reviewed(row, normalize(row.values).values)
    ]

    for problem in problems:
        assert problem.message.endswith(".")
        assert " ".join(problem.message.split()) == problem.message


FINE: Final = (
    pytest.param({}, id="usual"),
    pytest.param({"smtp_port": 465}, id="implicit-by-port"),
    pytest.param({"smtp_port": 2_465, "tls_mode": TlsMode.IMPLICIT}, id="implicit"),
    pytest.param({"smtp_port": 25, "tls_mode": TlsMode.STARTTLS}, id="starttls"),
    pytest.param({"smtp_port": 10_025, "tls_mode": TlsMode.IMPLICIT}, id="unusual-port"),
    pytest.param({"smtp_username": None, "smtp_password_version": None}, id="no-sign-in"),
    pytest.param({"smtp_domain": "CORP"}, id="domain"),
    pytest.param({"trusted_certificates": (LATER,)}, id="certificate-of-31-days"),
    pytest.param(
        {"client_certificate": "".join(chain()), "client_key_version": 1}, id="client-certificate"
    ),
    pytest.param({"revocation_check": RevocationCheck.HARD}, id="revocation"),
    pytest.param(
        {
            "smtp_password_version": None,
            "oauth2_token_url": TOKEN_URL,
            "oauth2_client_id": "x",
            "oauth2_client_secret_version": 1,
        },
        id="oauth2",
    ),
    pytest.param(
        {
            "smtp_host": "smtp.office365.com",
            "smtp_password_version": None,
            "auth_mechanism": SaslMechanism.XOAUTH2,
            "oauth2_token_url": TOKEN_URL,
            "oauth2_client_id": "x",
            "oauth2_client_secret_version": 1,
            "oauth2_scope": "https://outlook.office365.com/.default",
        },
        id="microsoft-by-oauth2",
    ),
    pytest.param(
        {
            "smtp_password_version": None,
            "auth_mechanism": SaslMechanism.OAUTHBEARER,
            "oauth2_token_url": TOKEN_URL,
            "oauth2_client_id": "x",
            "oauth2_client_secret_version": 1,
        },
        id="oauthbearer",
    ),
    *(
        pytest.param(
            {
                "smtp_host": "smtp.office365.com",
                "smtp_password_version": None,
                "oauth2_token_url": f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
                "oauth2_client_id": "x",
                "oauth2_client_secret_version": 1,
                "oauth2_scope": "https://outlook.office365.com/.default",
            },
            id=f"microsoft-tenant-{tenant}",
        )
        for tenant in ("Example.com", "8eaef023-2b34-4da1-9baa-8bc8c9d6a490", "common.example")
    ),
    *(
        pytest.param(
            {
                "smtp_password_version": None,
                "oauth2_token_url": f"https://login.example.com/{path}",
                "oauth2_client_id": "x",
                "oauth2_client_secret_version": 1,
            },
            id=f"another-server-{path}",
        )
        for path in ("realms/myrealm/token", "common/token", "oauth2/token", "tenants/mydomain")
    ),
    pytest.param({"smtp_username": 'O\'Neil "Ada" Söhne'}, id="quotes-inside-a-username"),
    pytest.param({"default_from_address": '"ada l"@example.com'}, id="quoted-local-part"),
    pytest.param({"default_from_address": "ada@[8.8.8.8]"}, id="public-literal"),
    pytest.param({"smtp_host": "smtp.sendgrid.net", "smtp_username": "apikey"}, id="sendgrid"),
    pytest.param(
        {
            "smtp_host": "smtp.zoho.com",
            "smtp_username": "ADA@example.com",
        },
        id="zoho-in-capitals",
    ),
    pytest.param(
        {
            "smtp_host": "smtp.zoho.com",
            "smtp_username": "ada@xn--bcher-kva.example",
            "default_from_address": "ada@bücher.example",
        },
        id="zoho-in-a-labels",
    ),
)


@pytest.mark.parametrize("given", FINE)
def test_good_settings_have_no_problems(given: dict[str, object]) -> None:
    """Good settings get no warning: unfounded warnings would hide the real ones."""
    values = normalize(replace(COMPLETE, **given)).values  # type: ignore[arg-type] # rows of field values
    problems = review(Situation(values, certificates_of(values.trusted_certificates), NOW))

    assert () == problems


def test_the_end_of_password_sign_in_depends_on_the_day() -> None:
    """The warning uses the future tense before the day, and the past tense from that day on."""
    row = next(row for row in RULES if row.code == "PROVIDER_BASIC_AUTH_ENDING")
    day = row.now.replace(month=12, day=31, hour=0)
    words = [
        _matching(_reviewed(replace(row, now=now), row.values), row)[0].message
        for now in (day.replace(day=30, hour=23), day)
    ]

    assert ["will turn off", "turned off"] == [
        "will turn off" if "will turn off" in each else "turned off" for each in words
    ]
