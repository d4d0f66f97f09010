"""What copying and pasting leaves in a username or password."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.values.advice.leftovers import find_leftovers

BLANKS, INVISIBLE = "BLANKS_AROUND_VALUE", "INVISIBLE_CHARACTERS"
QUOTES, MASK = "QUOTES_AROUND_VALUE", "VALUE_IS_MASKED"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (" secret", [(BLANKS, "begins with SPACE (U+0020)")]),
        ("secret ", [(BLANKS, "ends with SPACE (U+0020)")]),
        (
            "\tsecret\u00a0",
            [
                (
                    BLANKS,
                    "begins with TAB (U+0009) and ends with NO-BREAK SPACE (U+00A0)",
                )
            ],
        ),
        ("sec\u00a0ret", [(INVISIBLE, "NO-BREAK SPACE (U+00A0) as character 4")]),
        ("sec\tret", [(INVISIBLE, "TAB (U+0009) as character 4")]),
        ("sec\u3000ret", [(INVISIBLE, "IDEOGRAPHIC SPACE (U+3000) as character 4")]),
        ("\u200bsecret", [(INVISIBLE, "ZERO WIDTH SPACE (U+200B) at the start")]),
        ("secret\u200b", [(INVISIBLE, "ZERO WIDTH SPACE (U+200B) at the end")]),
        ("\ufeffsecret", [(INVISIBLE, "ZERO WIDTH NO-BREAK SPACE (U+FEFF) at the start")]),
        ("se\u200ecret", [(INVISIBLE, "LEFT-TO-RIGHT MARK (U+200E) as character 3")]),
        ("se\u200fcret", [(INVISIBLE, "RIGHT-TO-LEFT MARK (U+200F) as character 3")]),
        ("se\u00adcret", [(INVISIBLE, "SOFT HYPHEN (U+00AD) as character 3")]),
        ("se\u2060cret", [(INVISIBLE, "WORD JOINER (U+2060) as character 3")]),
        ("se\u3164cret", [(INVISIBLE, "HANGUL FILLER (U+3164) as character 3")]),
        ("se\u200dcret", [(INVISIBLE, "ZERO WIDTH JOINER (U+200D) as character 3")]),
        ("\u200d", [(INVISIBLE, "ZERO WIDTH JOINER (U+200D) at the start")]),
        (
            "\u200ba\u200bb\u200bc\u200b",
            [
                (
                    INVISIBLE,
                    "{} at the start, {} as character 3, {} as character 5 and more".format(
                        *3 * ["ZERO WIDTH SPACE (U+200B)"]
                    ),
                )
            ],
        ),
        (" ", [(BLANKS, "begins with SPACE (U+0020)")]),
        ('"secret"', [(QUOTES, "QUOTATION MARK (U+0022)")]),
        ("'secret'", [(QUOTES, "APOSTROPHE (U+0027)")]),
        ("`secret`", [(QUOTES, "GRAVE ACCENT (U+0060)")]),
        ("“secret”", [(QUOTES, "LEFT DOUBLE QUOTATION MARK (U+201C)")]),
        ("„secret“", [(QUOTES, "DOUBLE LOW-9 QUOTATION MARK (U+201E)")]),
        ("\u2018secret\u2019", [(QUOTES, "LEFT SINGLE QUOTATION MARK (U+2018)")]),
        (
            '"secret" ',
            [(BLANKS, "ends with SPACE (U+0020)"), (QUOTES, "QUOTATION MARK (U+0022)")],
        ),
        ("********", [(MASK, "is a mask")]),
        ("••••", [(MASK, "is a mask")]),
        ("●●●●●●", [(MASK, "is a mask")]),
        ("xxxxxxxx", [(MASK, "is a mask")]),
        ("XXXX-XXXX-XXXX", [(MASK, "is a mask")]),
        ("[redacted, version 3]", [(MASK, "is a mask")]),
        ("<hidden>", [(MASK, "is a mask")]),
        ("***REDACTED***", [(MASK, "is a mask")]),
        ("****1234", [(MASK, "contains a row of ASTERISK (U+002A)")]),
        ("ab••••••", [(MASK, "contains a row of BULLET (U+2022)")]),
        ('"********"', [(QUOTES, "QUOTATION MARK (U+0022)"), (MASK, "is a mask")]),
    ],
)
def test_a_leftover_is_named(text: str, found: list[tuple[str, str]]) -> None:
    """The kind of each leftover is found, with its characters' names and places."""
    assert found == [(each.code, each.found) for each in find_leftovers(text)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "correct horse battery staple",
        "abcd efgh ijkl mnop",
        "it's",
        "'tis",
        '"',
        "'a\"",
        "a***b",
        "**",
        "xxx",
        "xXx-secret",
        "redacted",
        "pässwörd",
        "пароль",
        "שלום",
        "می\u200cسوزم",
        "क्\u200dष",
        "👩🏽\u200d💻",
        "❤\ufe0f",
        "e\u0301",
    ],
)
def test_an_ordinary_value_has_no_leftovers(text: str) -> None:
    """Spaces in a passphrase, quotes inside, other scripts and emoji give no warning."""
    assert () == find_leftovers(text)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.text(st.sampled_from(" \t\u00a0\u200b\u200d\ufeff\"'“”`ab*•é👩"), max_size=12))
def test_a_cleaned_text_no_longer_has_the_leftover(text: str) -> None:
    """The cleaned text of a finding has no finding of the same kind."""
    for leftover in find_leftovers(text):
        if leftover.cleaned is not None:
            again = {each.code for each in find_leftovers(leftover.cleaned)}
            assert leftover.code not in again
