"""Wrong requests, and the errors that they get."""

from typing import Final

import pytest

from tests.e2e.client import Client, Json
from tests.e2e.conftest import on_sqlite
from tests.e2e.installation import Installation, Service
from tests.e2e.operations import READ, SAVE, TEST, TRAIL, events
from tests.e2e.processes import eventually

VALUE: Final = "a-value-that-no-message-may-show"
SEND: Final = {"input": {"recipient": "ada@example.net"}}
CHANGE: Final[Json] = {"settings": {}, "expectedRevision": -1}
UNKNOWN: Final = "plg_" + "x" * 43


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(None, id="none"),
        pytest.param(UNKNOWN, id="unknown"),
        pytest.param("plg_short", id="malformed"),
        pytest.param("plg_' OR 1=1 --", id="sql"),
    ],
)
@pytest.mark.parametrize("query", ["{ __typename }", "{ __schema { types { name } } }", READ])
def test_no_operation_works_without_a_token(
    service: Service, token: str | None, query: str
) -> None:
    """Without a valid token, every operation is refused, introspection included."""
    answer = service.client.bearing(token).ask(query)

    assert ["UNAUTHENTICATED"] == answer.codes
    assert answer.body.get("data") is None
    assert token is None or token not in answer.messages


@pytest.fixture(scope="module")
def clients(shared: tuple[Installation, Service]) -> dict[str, Client]:
    """A client of each role, and a client whose token is about to expire."""
    installation, service = shared
    roles = (["AUDITOR"], ["VIEWER"], ["VIEWER", "--expires-in-days", "0.00003"])
    tokens = installation.create_tokens(*roles)
    others = zip(("AUDITOR", "VIEWER", "EXPIRING"), tokens, strict=True)
    return {role: service.client.bearing(token) for role, token in others} | {
        "ADMINISTRATOR": service.client
    }


@on_sqlite
def test_an_expired_token_is_refused(clients: dict[str, Client]) -> None:
    """A token expires at its time."""
    expiring = clients["EXPIRING"]

    eventually(lambda: ["UNAUTHENTICATED"] == expiring.ask(READ).codes, "the token has expired")


@on_sqlite
@pytest.mark.parametrize(
    ("operation", "variables", "allowed"),
    [
        pytest.param(READ, {}, {"ADMINISTRATOR", "AUDITOR", "VIEWER"}, id="settings"),
        pytest.param(TRAIL, {}, {"ADMINISTRATOR", "AUDITOR"}, id="trail"),
        pytest.param(
            "{ auditEvent(sequence: 0) { body } }", {}, {"ADMINISTRATOR", "AUDITOR"}, id="event"
        ),
        pytest.param(SAVE, CHANGE, {"ADMINISTRATOR"}, id="change"),
        pytest.param(TEST, SEND, {"ADMINISTRATOR"}, id="test"),
    ],
)
def test_a_role_may_do_what_it_is_for(
    clients: dict[str, Client], operation: str, variables: Json, allowed: set[str]
) -> None:
    """An auditor reads everything and changes nothing; a viewer reads only the settings."""
    roles = {"ADMINISTRATOR", "AUDITOR", "VIEWER"}
    refused = {
        role for role in roles if "FORBIDDEN" in clients[role].ask_with(operation, variables).codes
    }

    assert roles - allowed == refused


@on_sqlite
def test_a_refused_caller_changes_nothing(clients: dict[str, Client]) -> None:
    """A request that gets FORBIDDEN changes no settings, and the trail records no change."""
    administrator = clients["ADMINISTRATOR"]
    before = administrator.ask(READ).data["emailSettings"]
    revision = 0 if before is None else before["revision"]
    change = {"settings": {"smtpHost": "mail.example.com"}, "expectedRevision": revision}
    codes = [clients[role].ask_with(SAVE, change).codes for role in ("AUDITOR", "VIEWER")]
    recorded = events(administrator.ask(TRAIL, first=2).data)

    assert [["FORBIDDEN"], ["FORBIDDEN"]] == codes
    assert before == administrator.ask(READ).data["emailSettings"]
    assert not {"EMAIL_SETTINGS_UPDATED"} & {
        event["action"] for event in recorded if event["changes"]
    }


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        pytest.param({"smtpPort": VALUE}, "smtpPort", id="text-for-a-number"),
        pytest.param({"smtpPort": 587.5}, "smtpPort", id="fraction"),
        pytest.param({"smtpPort": 2**31}, "smtpPort", id="too-large"),
        pytest.param({"smtpHost": {"name": VALUE}}, "smtpHost", id="object-for-text"),
        pytest.param({"enableSecureConnection": VALUE}, "enableSecureConnection", id="boolean"),
        pytest.param({"tlsMode": VALUE}, "tlsMode", id="enum"),
        pytest.param({"smtpPassword": {"set": [VALUE]}}, "smtpPassword.set", id="secret"),
        pytest.param({"smtpPassword": VALUE}, "smtpPassword", id="text-for-a-secret"),
        pytest.param({"trustedCertificates": [{"a": VALUE}]}, "trustedCertificates", id="list"),
        pytest.param({"oauth2": {"tokenUrl": VALUE}}, "clientId", id="left-out"),
        pytest.param({"smtpHots": VALUE}, "smtpHots", id="unknown-field"),
    ],
)
def test_a_wrong_type_names_the_field_and_not_the_value(
    service: Service, settings: Json, field: str
) -> None:
    """BAD_USER_INPUT names the field but not the value, which could be a misplaced password."""
    answer = service.client.ask(SAVE, settings=settings, expectedRevision=0)

    assert ["BAD_USER_INPUT"] == answer.codes
    assert field in answer.messages
    assert VALUE not in answer.messages


@pytest.mark.parametrize(
    ("query", "code"),
    [
        pytest.param('{ emailSettings(at: "today") { revision } }', "BAD_USER_INPUT", id="instant"),
        pytest.param(
            "{ auditEvents(first: 101) { edges { cursor } } }", "BAD_USER_INPUT", id="page"
        ),
        pytest.param(
            '{ auditEvents(after: "MTIz") { edges { cursor } } }', "BAD_USER_INPUT", id="cursor"
        ),
        pytest.param("{ emailSetting { revision } }", "GRAPHQL_VALIDATION_FAILED", id="field"),
        pytest.param("{ emailSettings { revision", "GRAPHQL_PARSE_FAILED", id="syntax"),
        pytest.param("", "BAD_REQUEST", id="no-query"),
    ],
)
def test_a_wrong_query_has_its_code(service: Service, query: str, code: str) -> None:
    """A wrong value, an invalid query and a missing query have different codes."""
    assert [code] == service.client.ask(query).codes


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"42", id="a-number"),
        pytest.param(b'"text"', id="a-text"),
        pytest.param(b"null", id="null"),
        pytest.param(b"{}", id="no-query"),
        pytest.param(b"", id="empty"),
        pytest.param(b'{"query": "\xff\xfe"}', id="not-utf-8"),
        pytest.param(b'{"query": "{ viewer', id="cut-off"),
        pytest.param(b"[" * 100_000, id="open-brackets"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, id="nested-brackets"),
        pytest.param(b'{"query": ["{ viewer { role } }"]}', id="query-is-a-list"),
        pytest.param(b'{"query": "{ __typename }", "variables": [1]}', id="variables-are-a-list"),
        pytest.param(b'{"query": "{ __typename }", "operationName": 7}', id="name-is-a-number"),
    ],
)
def test_a_body_without_a_request(service: Service, body: bytes) -> None:
    """A body without a GraphQL request gets a client error in JSON, with a code."""
    answer = service.client.send(body)

    assert 400 <= answer.status < 500
    assert 1 == len(answer.codes)
    assert answer.codes[0] in {"BAD_REQUEST", "PAYLOAD_TOO_LARGE"}
