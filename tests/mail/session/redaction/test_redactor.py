"""Secrets are hidden word by word, however a server spaces, encodes or splits them."""

import base64
import re
import string
from collections.abc import Callable, Sequence
from itertools import pairwise
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mail.secret import Secret
from mail.session.redaction import REDACTED, Redactor

SECRET = "Tr0ub4dor&3-xyzzy"
CODES = ("535-", "535-5.7.8 ", "535-5.7.8 no: ", "535-#5.7.8 smtp; ", "", "535-(5.7.8) ")
CODE = re.compile(r"[2-5]\d\d([ -]|$)")
ENCODINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "URL": lambda text: quote(text, safe=""),
}

secrets = st.text(string.ascii_letters + string.digits + string.punctuation, min_size=8)
"""Secrets without blanks, of at least eight characters."""


@st.composite
def splits(draw: st.DrawFn) -> tuple[str, list[str], list[str]]:
    """Draws a secret, the pieces of one of its forms, and a reply with a piece in each line."""
    secret = draw(secrets)
    text = ENCODINGS[draw(st.sampled_from(sorted(ENCODINGS)))](secret)
    cuts = draw(st.sets(st.integers(1, len(text) - 1), min_size=1, max_size=5))
    pieces = [text[start:end] for start, end in pairwise([0, *sorted(cuts), len(text)])]
    blank = draw(st.sampled_from(["", " ", "\t"]))
    codes = st.sampled_from(CODES)
    lines = [(draw(codes), blank.join(piece) + blank) for piece in pieces]
    assume(not any(CODE.match(line) for code, line in lines if not code))
    return secret, pieces, [code + line for code, line in lines]


@given(splits())
def test_split_secret(drawn: tuple[str, list[str], list[str]]) -> None:
    """A secret that is split over lines is hidden in every line, with codes and without."""
    secret, pieces, lines = drawn
    shown = Redactor([Secret(secret)]).clean_reply(lines)

    assert [True] * len(pieces) == [line.endswith(REDACTED) for line in map(str.rstrip, shown)]


@given(secrets, st.sampled_from(sorted(ENCODINGS)), st.text(max_size=20), st.text(max_size=20))
def test_whole_secret(secret: str, encoding: str, before: str, after: str) -> None:
    """A secret in one line is hidden together with the word that it is part of."""
    text = ENCODINGS[encoding](secret)
    shown = Redactor([Secret(secret)]).clean(f"{before}{text}{after}")

    assert REDACTED in shown
    assert text not in shown.replace(REDACTED, "")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(
            ["535-5.7.8 no: Tr0ub4do", "535 5.7.8 r&3-xyzzy"],
            ["535-5.7.8 no: [redacted]", "535 5.7.8 [redacted]"],
            id="enhanced-codes",
        ),
        pytest.param(
            ["535-5.7.8 you said (Tr0u,", "535-5.7.8 b4dor&3-x,", "535 5.7.8 yzzy), sorry"],
            ["535-5.7.8 you said [redacted]", "535-5.7.8 [redacted]", "535 5.7.8 [redacted] sorry"],
            id="punctuation",
        ),
        pytest.param(
            ["535-5.7.8 T r 0 u b 4", "535-5.7.8", "535 5.7.8 d o r & 3 - x y z z y is wrong"],
            ["535-5.7.8 [redacted]", "535-5.7.8", "535 5.7.8 [redacted] is wrong"],
            id="blanks-and-an-empty-line",
        ),
        pytest.param(
            ["550-Hello ada", "550 password=Tr0ub4dor&3-xyzzy is known"],
            ["550-Hello ada", "550 [redacted] is known"],
            id="within-a-word",
        ),
    ],
)
def test_hides_only_the_words(lines: Sequence[str], expected: Sequence[str]) -> None:
    """Only the words that contain a piece of the secret are hidden, and runs of them once."""
    assert tuple(expected) == Redactor([Secret(SECRET)]).clean_reply(lines)


@pytest.mark.parametrize(
    ("secret", "expected"),
    [
        ("a", ("250-[redacted] 250-byte banner", "250 SIZE 102402500", "554 Ask: [redacted]")),
        ("250", ("250-A [redacted] banner", "250 SIZE [redacted]", "554 Ask: 'a'.")),
        ("size", ("250-A 250-byte banner", "250 [redacted] 102402500", "554 Ask: 'a'.")),
        ("!", ("250-A 250-byte banner", "250 SIZE 102402500", "554 Ask: 'a'.")),
    ],
)
def test_ordinary_words_as_secrets(secret: str, expected: tuple[str, ...]) -> None:
    """Codes are never hidden, and a very short secret is hidden only as a whole word."""
    lines = ("250-A 250-byte banner", "250 SIZE 102402500", "554 Ask: 'a'.")

    assert expected == Redactor([Secret(secret)]).clean_reply(lines)


def test_public_values() -> None:
    """The username is no secret, although it is part of the sign-in, unless it is the password."""
    lines = ("550 ada@example.net is not an owner",)
    redactor = Redactor([Secret(SECRET)], public=["ada@example.net"])
    redactor.learn(b"ada@example.net")
    same = Redactor([Secret("ada@example.net")], public=["ada@example.net"])

    assert lines == redactor.clean_reply(lines)
    assert ("550 [redacted] is not an owner",) == same.clean_reply(lines)
