import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.report.reply import Reply


@pytest.mark.parametrize(
    ("code", "raw", "expected"),
    [
        (250, "2.1.0 Ok", "2.1.0"),
        (550, "5.1.1 <ada@example.net>: unknown\n5.1.1 see https://example.net", "5.1.1"),
        (550, "Requested action not taken\n5.2.2 mailbox full", "5.2.2"),
        (550, "#5.1.1 bad destination", "5.1.1"),
        (550, "(5.1.1) bad destination", "5.1.1"),
        (550, "5.1.1. No such user", "5.1.1"),
        (521, "2.0.0 Welcome\n5.7.1 Go away", "5.7.1"),
        (521, "2.0.0 Welcome\nGo away", None),
        (451, "5.7.1 Try later", "5.7.1"),
        (554, "<unknown[10.5.2.20]>: Client host rejected", None),
        (554, "relay 5.7.1 denied", None),
        (554, "5.1.1.9 is on a blocklist", None),
        (554, "5.1.1st", None),
        (250, "mx.example.org", None),
    ],
)
def test_reads_the_enhanced_code_in_its_place(code: int, raw: str, expected: str | None) -> None:
    """The enhanced code is read directly after the reply code, and only if it fits that code."""
    assert expected == Reply(code, (), raw).enhanced


@given(st.text(min_size=1).filter(lambda text: not text[0].isspace() and text[0] not in "#(245"))
def test_reads_no_code_within_the_text(before: str) -> None:
    """A code that comes after other text is never taken for the reply's own."""
    words = before.replace("\n", " ")

    assert None is Reply(550, (), f"{words} 5.7.1 denied").enhanced


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("*" * 60, True),
        ("***0*2****** 2**0*********00", True),
        ("mx.example.org\nSIZE 10240000\nXXXXXXXA\nXXB", True),
        ("mx.example.org\nSIZE 10240000\nXXXA", True),
        ('5.5.1 Command unrecognized: "XXXX host.example.com"', True),
        ("***** mx.example.org ESMTP *****", False),
        ("******************\nWelcome\n******************", False),
        ("mx.example.org\nXCLIENT NAME ADDR\nXFORWARD NAME\nXEXCH50\nX-LINK2STATE", False),
        ("2.0.0 Ok: queued as 4XXXX9", False),
        ("", False),
    ],
)
def test_recognizes_a_masked_reply(raw: str, expected: bool) -> None:  # noqa: FBT001 - a column
    """Words replaced by asterisks or X are recognized; decoration and X commands are not."""
    assert expected == Reply(250, (), raw).masked


def test_reads_the_code_that_is_hidden() -> None:
    """The enhanced code is read from the reply as received, although its line is redacted."""
    assert "5.7.8" == Reply(535, ("[redacted]",), "5.7.8 Error").enhanced


def test_shows_a_repeated_enhanced_code_once() -> None:
    """The text of a reply whose lines all begin with the same enhanced code contains it once."""
    lines = ("5.7.9 Password required. See", "5.7.9  https://example.net", "5.1.1 or ask", "4.0 no")

    expected = "5.7.9 Password required. See https://example.net 5.1.1 or ask 4.0 no"
    assert expected == Reply(534, lines).text
