"""Every place that lists the settings lists all of them."""

from dataclasses import replace
from typing import Any, Final

import pytest
from strawberry.types import get_object_definition

from audit.event import Actor, ActorKind
from graph.api.inputs import EmailSettingsInput
from graph.types.settings import EmailSettings
from mail.account import RevocationCheck, SaslMechanism, TlsMode
from service.process.marks import secret_mark
from service.settings.proven import values_digest
from service.settings.state import RevisionOrigin, row_of, values_of
from service.values.fields import Field, Value
from service.values.files import Secrets, read_settings, write_settings
from service.values.normalize import normalize
from service.values.patch import SettingsPatch, apply_patch
from service.values.secret_names import SecretName
from service.values.settings_values import FIELDS, NOTHING_SAVED, SettingsValues
from service.verify.digests import REVISION_COLUMNS
from tests.support.certificates import certificate
from tests.support.client_certificates import chain

_OTHER: Final[dict[str, Value]] = {
    "smtpHost": "mail.example.com",
    "smtpDomain": "CORP",
    "smtpPort": 2525,
    "smtpUsername": "ada",
    "defaultFromAddress": "noreply@example.com",
    "defaultFromDisplayName": "Example",
    "replyToAddress": "help@example.com",
    "enableSecureConnection": False,
    "tlsMode": TlsMode.IMPLICIT,
    "trustedCertificates": (certificate(),),
    "clientCertificate": "".join(chain()),
    "revocationCheck": RevocationCheck.HARD,
    "authMechanism": SaslMechanism.LOGIN,
    "oauth2.tokenUrl": "https://login.example.com/token",
    "oauth2.clientId": "postledger",
    "oauth2.scope": "mail.send",
    "ehloHostname": "host.example.com",
    "timeoutSeconds": 5,
}
"""A normalized value for each field that is not the field's default."""

ORIGIN: Final = RevisionOrigin(Actor(ActorKind.SYSTEM, None, "x"), "2026-11-27T12:00:00.000000Z", 0)
# A settings file contains the OAuth2 group only if there is a token URL.
_BASE: Final = replace(
    NOTHING_SAVED, oauth2_token_url="https://a.example.com/", oauth2_client_id="a"
)
every_field = pytest.mark.parametrize(
    "field", [pytest.param(each, id=each.name) for each in FIELDS]
)


def changed(field: Field) -> SettingsValues:
    """Returns settings that differ from `_BASE` in one field."""
    return _BASE.with_values({field.attribute: _OTHER[field.name]})


def _names_of(graphql_type: type, prefix: str = "") -> set[str]:
    definition = get_object_definition(graphql_type, strict=True)
    found: set[str] = set()
    for field in definition.fields:
        inner: Any = field.type
        while hasattr(inner, "of_type"):
            inner = inner.of_type
        name = prefix + "".join(
            part if place == 0 else part.capitalize()
            for place, part in enumerate(field.python_name.split("_"))
        )
        found |= _names_of(inner, f"{name}.") if field.python_name == "oauth2" else {name}
    return found


def test_clients_can_write_exactly_the_settings() -> None:
    """The input has every setting and every secret, and nothing else."""
    expected = {field.name for field in FIELDS} | {name.value for name in SecretName}

    assert expected == _names_of(EmailSettingsInput)


def test_clients_can_read_every_setting() -> None:
    """The output has every setting and every secret."""
    expected = {field.name for field in FIELDS} | {name.value for name in SecretName}

    assert set() == expected - _names_of(EmailSettings)


@every_field
def test_a_rule_keeps_a_normalized_value(field: Field) -> None:
    """A normalized value stays as it is."""
    assert (changed(field), ()) == normalize(changed(field))


@every_field
def test_a_patch_changes_and_clears_it(field: Field) -> None:
    """A patch sets the field and nothing else, and None restores its default."""
    patched = apply_patch(SettingsPatch(**{field.attribute: _OTHER[field.name]}), _BASE)
    cleared = apply_patch(SettingsPatch(**{field.attribute: None}), patched)

    assert changed(field) == patched
    assert field.default == field.get(cleared)


@every_field
def test_a_row_keeps_it(field: Field) -> None:
    """The database returns the value that was saved."""
    assert changed(field) == values_of(row_of("host", 1, changed(field), ORIGIN))


@every_field
def test_a_row_without_it_has_its_default(field: Field) -> None:
    """A row from before the setting existed has null, which stands for the default."""
    row = row_of("host", 1, changed(field), ORIGIN)
    setattr(row, field.attribute, None)

    assert _BASE.with_values({field.attribute: field.default}) == values_of(row)
    assert field.text(NOTHING_SAVED) == field.cell_text(None)


@every_field
def test_a_file_keeps_it(field: Field) -> None:
    """A settings file, in TOML and in JSON, returns the value that was written."""
    for as_json in (False, True):
        text = write_settings(changed(field), as_json=as_json)
        patch = read_settings(text, Secrets(), as_json=as_json)

        assert isinstance(patch, SettingsPatch)
        assert changed(field) == apply_patch(patch, NOTHING_SAVED)


@every_field
def test_its_text_can_be_read(field: Field) -> None:
    """The text in the trail can be read as the value, and a row gives the same text."""
    row = row_of("host", 1, changed(field), ORIGIN)
    text = field.text(changed(field))

    assert _OTHER[field.name] == field.read(text)
    assert text == field.cell_text(getattr(row, field.attribute))


@every_field
def test_a_passed_test_depends_on_it(field: Field) -> None:
    """A test that passed with one value of a field proves nothing about another value."""
    marks = dict.fromkeys(SecretName, secret_mark(b"x").encode())

    assert values_digest(_BASE, marks) != values_digest(changed(field), marks)


@every_field
def test_the_digest_of_revisions_covers_it(field: Field) -> None:
    """The digest of existing revisions, which a new trail records, includes the field."""
    assert field.attribute in REVISION_COLUMNS.names


@every_field
def test_a_setting_that_is_added_later_changes_no_earlier_digest(field: Field) -> None:
    """A column that is null adds nothing to a revision's digest."""
    columns = REVISION_COLUMNS._replace(later=(*REVISION_COLUMNS.later, "added"))
    cells = REVISION_COLUMNS.cells(row_of("host", 1, changed(field), ORIGIN))

    assert REVISION_COLUMNS.line(cells) == columns.line([*cells, None])
    assert REVISION_COLUMNS.line(cells) != columns.line([*cells, "x"])
