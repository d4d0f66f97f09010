"""Addresses that were pasted with more around them, and what is suggested instead."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.values.names import normal_address
from service.values.normalize import normalize
from service.values.pasted_address import PastedAddress, read_pasted_address
from service.values.settings_values import SettingsValues
from tests.support.strategies import addresses, display_names

ADDRESS = "noreply@example.com"
EXAMPLE = PastedAddress(ADDRESS, "Example")
BARE = PastedAddress(ADDRESS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Example <noreply@example.com>", EXAMPLE),
        ("Example<noreply@EXAMPLE.com>;", EXAMPLE),
        ('"Example" <noreply@example.com>', EXAMPLE),
        ("'Example' < noreply@example.com >,", EXAMPLE),
        ("From: Example <noreply@example.com>", EXAMPLE),
        ("Example [mailto:noreply@example.com]", EXAMPLE),
        ("Example (noreply@example.com)", EXAMPLE),
        ("noreply@example.com (Example)", EXAMPLE),
        ("=?utf-8?q?Example?= <noreply@example.com>", EXAMPLE),
        ("\ufeffExample\u00a0<noreply@example.com>", EXAMPLE),
        (
            '"Example \\"X\\", Ltd" <noreply@example.com>',
            PastedAddress(ADDRESS, 'Example "X", Ltd'),
        ),
        ("Example, Ltd <noreply@example.com>", PastedAddress(ADDRESS, "Example, Ltd")),
        ('"Example <noreply@example.com>"', EXAMPLE),
        ("<noreply@example.com>", BARE),
        ("noreply@example.com <noreply@example.com>", BARE),
        ("noreply@example.com <mailto:noreply@example.com>", BARE),
        ("[noreply@example.com](mailto:noreply@example.com)", BARE),
        ("mailto:noreply@example.com", BARE),
        ("MAILTO:noreply%40example.com?subject=Hello&to=eve@example.org", BARE),
        ("noreply@example.com.", BARE),
        ("noreply@example.com;", BARE),
        (", noreply@example.com ,", BARE),
        ('"noreply@example.com"', BARE),
        ("“noreply@example.com”", BARE),
        ("'noreply@example.com'", BARE),
        ("noreply @ example.com", BARE),
        ("noreply＠example.com", BARE),  # noqa: RUF001 (what a wide keyboard types)
        ("E-mail: noreply@example.com", BARE),
        ("nor\u200breply@exam\u00adple.com\u200e", PastedAddress("norreply@example.com")),
        ('John Doe <"john doe"@example.com>', PastedAddress('"john doe"@example.com', "John Doe")),
        ("Ops <ops@[192.0.2.1]>", PastedAddress("ops@[192.0.2.1]", "Ops")),
        ("ops@192.0.2.1", PastedAddress("ops@[192.0.2.1]")),
        ("ops@[2001:db8::1]", PastedAddress("ops@[IPv6:2001:db8::1]")),
        ("root@localhost.", PastedAddress("root@localhost")),
        ("", None),
        ("Example", None),
        ("example.com", None),
        ("Example <example.com>", None),
        ("a@example.com, b@example.com", None),
        ("A <a@example.com>, B <b@example.com>", None),
        ("a@example.com b@example.com", None),
        ("a@example.com\r\nBcc: b@example.com", None),
        ("mailto:a@example.com,b@example.com", None),
        ("mailto:a@example.com%0D%0ABcc:b@example.com", None),
        ("x" * 1000 + "<a@example.com>", None),
    ],
)
def test_the_address_in_a_text_is_found(text: str, expected: PastedAddress | None) -> None:
    """The one address in a text is found, and the name beside it; several addresses are not."""
    assert expected == read_pasted_address(text)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.builds("{}<{}>{}".format, display_names(), addresses(), st.sampled_from(["", ",", " x"])))
def test_what_is_suggested_can_be_entered(text: str) -> None:
    """Each suggested value is valid for its field, and differs from the value in it."""
    name = "Postledger"
    entered = SettingsValues(default_from_address=text, default_from_display_name=name)
    for problem in normalize(entered).problems:
        suggestion = problem.suggestion
        if suggestion is None:
            continue
        attribute = {
            "defaultFromAddress": "default_from_address",
            "defaultFromDisplayName": "default_from_display_name",
        }[".".join(suggestion.field or ())]

        assert suggestion.value not in {text, name}
        assert () == normalize(SettingsValues().with_values({attribute: suggestion.value})).problems


def test_a_name_with_an_address_is_suggested_for_its_field() -> None:
    """A name entered with the From address is suggested for its own field, unless it is there."""
    entered = SettingsValues(default_from_address="Example <noreply@example.com>")
    same = entered.with_values({"default_from_display_name": "Example"})

    assert [
        ("FROM_ADDRESS_INVALID", ("defaultFromAddress",), ADDRESS),
        ("DISPLAY_NAME_WITH_ADDRESS", ("defaultFromDisplayName",), "Example"),
    ] == [
        (each.code, each.field, each.suggestion and each.suggestion.value)
        for each in normalize(entered).problems
    ]
    assert ["FROM_ADDRESS_INVALID"] == [each.code for each in normalize(same).problems]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("noreply@Corp.Local", "noreply@corp.local"),
        ("root@localhost", "root@localhost"),
        ("ada@relay", "ada@relay"),
        ("ada@mail.test", "ada@mail.test"),
        ("ada@nas.home.arpa", "ada@nas.home.arpa"),
        ('"john doe"@example.com', '"john doe"@example.com'),
        ('"john"@example.com', "john@example.com"),
        ('"a@b"@example.com', '"a@b"@example.com'),
        ("ops@[192.0.2.1]", "ops@[192.0.2.1]"),
        ("ops@[ipv6:2001:DB8:0::1]", "ops@[IPv6:2001:db8::1]"),
        ("ops@[2001:db8::1]", None),
        ("ops@[x:y]", None),
        ("ops@[192.0.2]", None),
        ("ops@[IPv6:fe80::1%eth0]", None),
        ("ops@192.0.2.1", None),
        ("ops@1", None),
        ('""@example.com', None),
        ('"a"b"@example.com', None),
        ('"a\r\nb"@example.com', None),
        ("a b@example.com", None),
        ("@example.com", None),
    ],
)
def test_an_address_is_normalized(given: str, expected: str | None) -> None:
    """Quoted local parts, literals and domains inside a company are valid; malformed are not."""
    assert expected == normal_address(given)
