"""Changes and suggestions as data: numbers, booleans and lists instead of text."""

import json

import pytest
from hypothesis import given

from audit.event import Change, redacted_change
from mail.report import Suggestion
from service.values.changes import compare
from service.values.plain import plain_change, plain_suggestion
from service.values.settings_values import FIELDS, SettingsValues
from tests.support.strategies import values


@given(values(), values())
def test_a_change(before: SettingsValues, after: SettingsValues) -> None:
    """Each field's values before and after are those that a settings file has."""
    kinds = {field.name: field for field in FIELDS}
    for change in compare(before, after):
        if not change.redacted:
            field = kinds[change.field]
            sides = [field.kind.to_file(field.get(side)) for side in (before, after)]
            assert sides == [*plain_change(change)]


@pytest.mark.parametrize(
    ("change", "plain"),
    [
        pytest.param(redacted_change("smtpPassword", None, 3), (None, 3), id="a secret"),
        pytest.param(Change("role", None, "VIEWER"), (None, "VIEWER"), id="not a setting"),
        pytest.param(Change("smtpPort", "x", "25"), ("x", 25), id="damaged number"),
        pytest.param(Change("tlsMode", "x", "AUTO"), ("x", "AUTO"), id="damaged choice"),
        pytest.param(
            Change("smtpPassword", "x", "[redacted, version]", redacted=True),
            (None, None),
            id="damaged version",
        ),
    ],
)
def test_other_changes(change: Change, plain: tuple[object, object]) -> None:
    """A secret has its versions. A text that cannot be read as its field's value stays a text."""
    assert plain == plain_change(change)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        pytest.param(("smtpPort",), "587", 587, id="number"),
        pytest.param(("expectedRevision",), "0", 0, id="revision"),
        pytest.param(("enableSecureConnection",), "true", True, id="flag"),
        pytest.param(("smtpDomain",), "", "", id="a text that clears"),
        pytest.param(("tlsMode",), "AUTO", "AUTO", id="choice"),
        pytest.param(("recipient",), "a@example.com", "a@example.com", id="not a setting"),
        pytest.param(("trustedCertificates",), None, None, id="unknown list"),
        pytest.param(None, None, None, id="no field"),
    ],
)
def test_a_suggestion(field: tuple[str, ...] | None, text: str | None, value: object) -> None:
    """A suggested value has the type of its input field."""
    plain = plain_suggestion(Suggestion("Do it.", field, text))

    assert json.dumps(value) == json.dumps(plain)
