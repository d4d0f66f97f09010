"""Warnings about what copying and pasting left in usernames and secrets."""

from collections.abc import Iterator
from typing import Final

from mail.report import Suggestion
from service.values.advice.leftovers import Leftover, find_leftovers
from service.values.advice.suggested import set_to
from service.values.labels import LABELS
from service.values.problems import Problem, problem

_MESSAGES: Final = {
    "BLANKS_AROUND_VALUE": (
        "{label} {found}. It is used exactly as entered: enter it again without the blanks, unless "
        "they belong to it."
    ),
    "INVISIBLE_CHARACTERS": (
        "{label} contains what cannot be seen: {found}. It is used exactly as entered: enter it "
        "again without that, unless it belongs to it."
    ),
    "QUOTES_AROUND_VALUE": (
        "{label} is enclosed in quotes: {found}. It is used exactly as entered: enter it again "
        "without the quotes, unless they belong to it."
    ),
    "VALUE_IS_MASKED": (
        "{label} {found}, as pages show a hidden value: enter the value itself, not what is shown "
        "in its place."
    ),
}


def review_text(path: tuple[str, ...], text: str) -> Iterator[Problem]:
    """Yields the warnings about a text, with the cleaned text as a suggestion."""
    for leftover in find_leftovers(text):
        suggestion = None
        if leftover.cleaned is not None and leftover.cleaned != text:
            suggestion = set_to(path, leftover.cleaned)
        yield _problem(path, leftover, suggestion)


def review_secret(path: tuple[str, ...], revealed: str) -> Iterator[Problem]:
    """Yields the warnings about a secret, which contain none of its other characters."""
    for leftover in find_leftovers(revealed):
        yield _problem(path, leftover, None)


def _problem(path: tuple[str, ...], leftover: Leftover, suggestion: Suggestion | None) -> Problem:
    message = _MESSAGES[leftover.code].format(label=LABELS[path], found=leftover.found)
    return problem(leftover.code, path, message, suggestion)
