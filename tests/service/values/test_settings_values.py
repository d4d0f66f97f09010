"""Properties of settings values: normalization, comparison, files and headers."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from audit.event import Actor, ActorKind, AuditAction, AuditOutcome, Event
from audit.trail.body import Place, read_body, write_body
from mail.message.message import from_header
from service.settings.state import RevisionOrigin, row_of, values_of
from service.values.advice.review import review
from service.values.advice.situation import Situation
from service.values.binding import associated_data
from service.values.changes import apply, compare
from service.values.files import Secrets, read_settings, write_settings
from service.values.names import normal_address, normal_host
from service.values.normalize import normalize
from service.values.patch import SettingsPatch, apply_patch
from service.values.problems import PROBLEM_CODES
from service.values.secret_names import SecretName
from service.values.settings_values import FIELDS, NOTHING_SAVED, SettingsValues
from tests.support.desk import NOON
from tests.support.mail.strict_parser import read_mailboxes
from tests.support.strategies import addresses, display_names, raw_values, texts, values

prove = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def without_secrets(state: SettingsValues) -> SettingsValues:
    """Returns the values without the versions of their secrets."""
    return state.with_values({name.version_attribute: None for name in SecretName})


@prove
@given(raw_values())
def test_normalizing_never_raises_and_is_idempotent(given: SettingsValues) -> None:
    """Any value is normalized or has a known problem, and normalizing again changes nothing."""
    first = normalize(given)
    again = normalize(first.values)

    assert first == again
    assert {problem.code for problem in first.problems} <= set(PROBLEM_CODES)


@prove
@given(texts() | addresses())
def test_normalized_text_is_safe_for_headers_and_databases(text: str) -> None:
    """A normalized host or address has no control characters, blanks or lone surrogates."""
    for form in (normal_host(text), normal_address(text)):
        assert form is None or (
            not re.search(r"[\s\x00-\x20\x7f%\ud800-\udfff]", form) or "@" in form
        )
        assert form is None or form.encode("utf-8").isascii() or "@" in form


@prove
@given(values())
def test_a_row_keeps_the_values(state: SettingsValues) -> None:
    """Values are read from a row as they were saved."""
    origin = RevisionOrigin(Actor(ActorKind.SYSTEM, None, "x"), "2026-11-26T12:00:00.000000Z", 0)

    assert state == values_of(row_of("host", 1, state, origin))


ONE, OTHER = (f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n" for text in "ab")


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param(ONE + OTHER, id="a text"),
        pytest.param("", id="no text"),
        pytest.param([ONE + OTHER], id="two in one"),
        pytest.param([ONE[:9], ONE[9:]], id="one in two"),
        pytest.param([ONE, ""], id="an empty one"),
        pytest.param({ONE: 1}, id="an object"),
        pytest.param([1], id="a number in it"),
        pytest.param(None, id="nothing"),
    ],
)
def test_certificates_in_another_form_are_not_read(kept: object) -> None:
    """Certificates whose form was changed in the database are refused."""
    origin = RevisionOrigin(Actor(ActorKind.SYSTEM, None, "x"), "2026-11-26T12:00:00.000000Z", 0)
    row = row_of("host", 1, NOTHING_SAVED, origin)
    row.trusted_certificates = json.dumps(kept)

    with pytest.raises((ValueError, TypeError)):
        values_of(row)


@prove
@given(values(), values())
def test_changes_turn_one_state_into_the_other(
    before: SettingsValues, after: SettingsValues
) -> None:
    """Applying what `compare` finds turns one state into the other, except for secrets."""
    changed = apply(compare(before, after), before)

    assert without_secrets(after) == without_secrets(changed)


@prove
@given(values(), values())
def test_only_equal_states_have_no_changes(before: SettingsValues, after: SettingsValues) -> None:
    """Every difference is listed exactly once, and a state does not differ from itself."""
    changes = compare(before, after)

    assert (before == after) == (not changes)
    assert len(changes) == len({change.field for change in changes})
    assert () == compare(before, before)


@prove
@given(values(), values())
def test_a_secrets_change_shows_its_versions_only(
    before: SettingsValues, after: SettingsValues
) -> None:
    """A secret's change is marked as redacted and contains version numbers only."""
    secrets = {change.field: change for change in compare(before, after) if change.redacted}

    for name in SecretName:
        versions = before.secret_version(name), after.secret_version(name)
        assert (versions[0] != versions[1]) == (name in secrets)
        if name in secrets:
            shown = secrets[name].before, secrets[name].after
            assert tuple(v and f"[redacted, version {v}]" for v in versions) == shown


@prove
@given(values(), values())
def test_the_trail_keeps_changes_exactly(before: SettingsValues, after: SettingsValues) -> None:
    """Changes read from an event's bytes apply like the changes that were recorded."""
    event = Event(
        action=AuditAction.EMAIL_SETTINGS_UPDATED,
        outcome=AuditOutcome.SUCCEEDED,
        actor=Actor(ActorKind.SYSTEM, None, "Postledger"),
        target="email_settings",
        changes=compare(before, after),
    )
    read = read_body(write_body(event, Place("log", 0, None, "2026-11-23T12:00:00.000000Z")))

    assert without_secrets(after) == without_secrets(apply(read.changes, before))


@prove
@given(values(), st.booleans())
def test_a_file_keeps_the_settings(state: SettingsValues, as_json: bool) -> None:  # noqa: FBT001 (hypothesis passes it)
    """`settings apply` reads what `settings show` prints as the same settings."""
    if state.oauth2_token_url is None or state.oauth2_client_id is None:
        state = replace(state, oauth2_token_url=None, oauth2_client_id=None, oauth2_scope=None)
    patch = read_settings(write_settings(state, as_json=as_json), Secrets(), as_json=as_json)

    assert isinstance(patch, SettingsPatch), patch
    assert without_secrets(state) == without_secrets(
        normalize(apply_patch(patch, NOTHING_SAVED)).values
    )


@prove
@given(values(), values(), st.integers(1, 3))
def test_a_secret_is_sealed_for_one_destination(
    one: SettingsValues, other: SettingsValues, version: int
) -> None:
    """Two destinations, secrets, versions or owners never have the same associated data."""
    name = SecretName.SMTP_PASSWORD
    data = associated_data("host", name, version, one)
    bound = [
        field for field in FIELDS if field.name in _BINDING and field.get(one) != field.get(other)
    ]

    assert bool(bound) == (data != associated_data("host", name, version, other))
    assert data != associated_data("host", name, version + 1, one)
    assert data != associated_data("host", SecretName.OAUTH2_CLIENT_SECRET, version, one)
    assert data != associated_data("tenant", name, version, one)


@prove
@given(values(), values(), st.integers(1, 3))
def test_a_client_key_is_sealed_for_every_destination(
    one: SettingsValues, other: SettingsValues, version: int
) -> None:
    """No server receives a client key, so it is sealed for its owner, name and version only."""
    name = SecretName.CLIENT_KEY
    data = associated_data("host", name, version, one)

    assert data == associated_data("host", name, version, other)
    assert data != associated_data("host", name, version + 1, one)
    assert data != associated_data("host", SecretName.SMTP_PASSWORD, version, one)
    assert data != associated_data("tenant", name, version, one)


_BINDING = {
    "smtpHost",
    "smtpPort",
    "enableSecureConnection",
    "tlsMode",
    "trustedCertificates",
    "smtpUsername",
    "smtpDomain",
    "authMechanism",
    "oauth2.tokenUrl",
    "oauth2.clientId",
}


@prove
@given(values())
def test_a_suggestion_can_be_entered(state: SettingsValues) -> None:
    """A suggested value is valid for its field and fixes the problem."""
    readers = {field.name: field for field in FIELDS}
    for problem in review(Situation(state, (), NOON)):
        suggestion = problem.suggestion
        if suggestion is None or suggestion.value is None or suggestion.field is None:
            continue
        field = readers[".".join(suggestion.field)]
        fixed = normalize(
            state.with_values({field.attribute: field.read(suggestion.value or None)})
        )

        assert () == fixed.problems
        left = review(Situation(fixed.values, (), NOON))
        assert (problem.code, problem.field) not in {(each.code, each.field) for each in left}


@prove
@given(display_names(), st.sampled_from(["ada@example.com", "áda@bücher.example"]))
@example("Ada  Lovelace   Ltd.", "ada@example.com")
@example('Lovelace, Ada "the Countess"', "ada@example.com")
@example("עדה, לאבלייס 👩🏽‍💻", "ada@example.com")
@example("é" * 255, "ada@example.com")
@example("x" * 255, "ada@example.com")
@example("O'Neil \\ Söhne (GmbH) <x@y>", "áda@bücher.example")
def test_a_name_reads_the_same_in_its_header(name: str, address: str) -> None:
    """A name with commas, quotes, emoji or right-to-left letters decodes back to itself."""
    given = SettingsValues(default_from_display_name=name, default_from_address=address)
    normal = normalize(given)
    kept = normal.values
    if normal.problems or kept.default_from_address is None:
        return
    header = from_header(kept.default_from_display_name, kept.default_from_address)
    (read,) = read_mailboxes(header)

    assert kept.default_from_display_name == read.name
    assert not {"\r", "\n", "\0"} & set(header)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("=?utf-8?q?=0D=0ABcc:_eve=40example.com?=", id="line-break"),
        pytest.param("=?utf-8?b?DQpCY2M6IGV2ZQ==?=", id="base64"),
        pytest.param('Ada "=?utf-8?q?=0A?="', id="in-quotes"),
        pytest.param("Ada\r\nBcc: eve@example.com", id="in-the-clear"),
        pytest.param("Ada\u2028Bcc: eve@example.com", id="line-separator"),
    ],
)
def test_no_name_adds_a_header(name: str) -> None:
    """A line break in a name is refused, even if hidden in an encoded word (RFC 2047)."""
    problems = normalize(SettingsValues(default_from_display_name=name)).problems

    assert ["DISPLAY_NAME_INVALID"] == [problem.code for problem in problems]
    if "\u2028" not in name:
        with pytest.raises(ValueError, match="line break"):
            from_header(name, "ada@example.com")


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("=?utf-8?q?=0D=0ABcc=3A_x=40y?=@example.com", id="line-break"),
        pytest.param("=?utf-8?b?DQpCY2M6IHhAeQ==?=@example.com", id="base64"),
        pytest.param("ada@example.com\r\nBcc: eve@example.com", id="in-the-clear"),
        pytest.param("ada@example.com, eve@example.com", id="two"),
        pytest.param("Ada <ada@example.com>", id="with-a-name"),
    ],
)
def test_no_address_adds_a_header_or_another_address(address: str) -> None:
    """A text is refused unless it is exactly one address."""
    assert None is normal_address(address)
    with pytest.raises(ValueError, match="not a"):
        from_header(None, address)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param("  SMTP.Example.COM.  ", "smtp.example.com", id="trimmed-and-folded"),
        pytest.param("bücher.example", "xn--bcher-kva.example", id="idn"),
        pytest.param("例え。テスト", "xn--r8jz45g.xn--zckzah", id="ideographic-dot"),
        pytest.param("[2001:DB8::1]", "2001:db8::1", id="brackets"),
        pytest.param("192.0.2.1", "192.0.2.1", id="ipv4"),
        pytest.param("fe80::1%eth0", None, id="zone"),
        pytest.param("fe80::1%\r\n", None, id="zone-with-a-line-break"),
        pytest.param("127.1", None, id="short-address"),
        pytest.param("127。1", None, id="short-address-in-disguise"),
        pytest.param("0x7f000001", None, id="hexadecimal-address"),
        pytest.param("2130706433", None, id="address-as-a-number"),
        pytest.param("mail.example.com/x", None, id="path"),
        pytest.param("mail example.com", None, id="blank"),
        pytest.param("-mail.example.com", None, id="hyphen-first"),
        pytest.param("a" * 64 + ".example", None, id="long-label"),
        pytest.param("a." * 127 + "example", None, id="long-name"),
    ],
)
def test_a_host_is_normalized(given: str, expected: str | None) -> None:
    """A host is a name as lower-case A-labels, or an IP address; anything else is refused."""
    values = normalize(SettingsValues(smtp_host=given))

    assert expected == (None if values.problems else values.values.smtp_host)
