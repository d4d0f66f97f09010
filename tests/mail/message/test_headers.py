"""Headers as they are sent, read by a strict parser."""

import os
from typing import Final

import pytest

from mail.message.header import address_header
from mail.message.message import from_header
from tests.support.mail.header_trial import faults, trials
from tests.support.mail.strict_parser import (
    NotStandardError,
    ReadMailbox,
    read_fields,
    read_mailboxes,
)
from tests.support.needs import CI

COUNT: Final = 10_000 if CI or "POSTLEDGER_THOROUGH" in os.environ else 1_000


def test_a_header_reads_as_what_was_entered() -> None:
    """From is sent as it is shown, in short lines, and is one mailbox with the entered name."""
    found = [(trial, fault) for trial in trials(COUNT) for fault in faults(trial)]

    assert [] == found[:3]


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        pytest.param(
            "The Accounts Department of the Example Company for Research and Sales, Ltd",
            (
                'From: "The Accounts Department of the Example Company for Research and Sales,',
                ' Ltd" <ops@example.org>',
            ),
            id="quoted",
        ),
        pytest.param(
            "Postledger of the Department of Accounts of the Example Company in London",
            (
                "From: Postledger of the Department of Accounts of the Example Company in",
                " London <ops@example.org>",
            ),
            id="atoms",
        ),
        pytest.param(
            "Ä" + "a" * 50 + " b c",
            (
                f"From: =?utf-8?q?=C3=84{'a' * 50}_b?=",
                " =?utf-8?q?_c?= <ops@example.org>",
            ),
            id="encoded",
        ),
        pytest.param(
            "x" * 80,
            (
                f"From: =?utf-8?q?{'x' * 58}?=",
                f" =?utf-8?q?{'x' * 22}?= <ops@example.org>",
            ),
            id="nothing-to-fold-at",
        ),
    ],
)
def test_a_long_name_is_folded(name: str, lines: tuple[str, ...]) -> None:
    """A long name is folded at a blank, or between encoded words, which contain their blanks."""
    header = address_header("From", name, "ops@example.org")

    assert lines == header.lines
    assert from_header(name, "ops@example.org") == "".join(lines).removeprefix("From: ")


def test_a_long_address_has_its_own_line() -> None:
    """An address is never folded, not even if it is longer than a line should be."""
    address = f'"{"l" * 30} {"l" * 30}"@{"d" * 60}.example.org'

    assert ("From: Ada", f" <{address}>") == address_header("From", "Ada", address).lines
    assert (f"To: {address}",) == address_header("To", None, address).lines


@pytest.mark.parametrize(
    ("folded", "mailboxes"),
    [
        pytest.param("a@b.c", [(None, "a@b.c")], id="address"),
        pytest.param("<a@b.c>", [(None, "a@b.c")], id="no-name"),
        pytest.param("(x \\) (y)) A B <a@b.c>", [("A B", "a@b.c")], id="comment"),
        pytest.param('"A,\r\n  \\"B" <a@b.c>', [('A,  "B', "a@b.c")], id="fold-in-quotes"),
        pytest.param(
            "=?utf-8?q?a_?=\r\n =?UTF-8*en?B?w6k=?= <a@b.c>", [("a é", "a@b.c")], id="2231"
        ),
        pytest.param("A =?utf-8?q?b?= C <a@b.c>", [("A b C", "a@b.c")], id="mixed"),
        pytest.param('"a b"@[IPv6:::1]', [(None, '"a b"@[IPv6:::1]')], id="literal"),
        pytest.param("A, B <a@b.c>", None, id="comma"),
        pytest.param("A <a@b.c>, B <d@e.f>", [("A", "a@b.c"), ("B", "d@e.f")], id="two"),
        pytest.param("A. B <a@b.c>", None, id="period"),
        pytest.param('"A"B <a@b.c>', None, id="no-blank"),
        pytest.param("=?utf-8?q?a?==?utf-8?q?b?= <a@b.c>", None, id="no-blank-between-encoded"),
        pytest.param("=?utf-8?q?a b?= <a@b.c>", None, id="blank-in-encoded"),
        pytest.param("=?utf-8?q?a,b?= <a@b.c>", None, id="comma-in-encoded"),
        pytest.param(f"=?utf-8?q?{'a' * 64}?= <a@b.c>", None, id="76-characters"),
        pytest.param('"=?utf-8?q?a?=" <a@b.c>', None, id="encoded-in-quotes"),
        pytest.param("A <a@b.c\r\n >", None, id="fold-in-address"),
        pytest.param("A <a..b@c.d>", None, id="two-periods"),
        pytest.param("A <a@b.c> x", None, id="more"),
    ],
)
def test_the_parser_is_strict(folded: str, mailboxes: list[tuple[str | None, str]] | None) -> None:
    """The parser of these tests reads what the standards allow, and refuses everything else."""
    if mailboxes is not None:
        assert [ReadMailbox(*each) for each in mailboxes] == read_mailboxes(folded)
    else:
        with pytest.raises(NotStandardError):
            read_mailboxes(folded)


def test_the_parser_refuses_half_a_character() -> None:
    """A character that is split over two encoded words is refused."""
    with pytest.raises(UnicodeDecodeError):
        read_mailboxes("=?utf-8?q?=C3?= =?utf-8?q?=A9?= <a@b.c>")


@pytest.mark.parametrize(
    "message",
    [b"A: b\nC: d\r\n\r\n", b" A: b\r\n\r\n", b"A: b\r\n \r\n\r\n", b"A b\r\n\r\n", b"A: b\r\n"],
)
def test_the_parser_refuses_malformed_lines(message: bytes) -> None:
    """A bare line break, a line of blanks, and a line without a colon are refused."""
    with pytest.raises(NotStandardError):
        read_fields(message)
