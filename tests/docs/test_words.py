"""The words of documentation, descriptions and docstrings: plain English, as the field uses it."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.support.root import ROOT

REPLACED: Final = {
    r"tell|tells|told|telling": "report, say, show",
    r"nobody|somebody|anybody|whoever": "the actor",
    r"mend|mends|mended|mending": "fix",
    r"anew": "again",
    r"at home": "offline",
    r"(?:hold|holds|held|holding) (?:\w+ ){0,3}(?:to|against)": "check against",
    r"(?:is|are|was|were) (?-i:none)": "the noun itself",
    r"one that|ones that|that one": "the noun itself",
    r"(?:hand|hands|handed) (?:in|on|over)": "pass in, pass on",
    r"(?:laid|lay|lays) over": "applied to",
    r"lies|lie (?:in|at|beside|there)": "is stored",
    r"stands? (?:in|at|beside|there)": "is in",
    r"he|him|his|she|her": "they, their",
    r"goes before": "wins over",
    r"at the (?:most|least)": "at most, at least",
    r"behaviour|colour|favour|honour|neighbour|cancelled|cancelling": "US spelling",
    r"(?:normal|initial|recogn|organ|author|national|serial|minim|optim|real)is\w*": "US spelling",
}
"""Words that readers stumble over, each with what to write instead."""

_WORDS: Final = {
    re.compile(rf"(?<![\w`-])(?:{words})(?![\w`-])", re.IGNORECASE): better
    for words, better in REPLACED.items()
}
_CODE: Final = re.compile(r"```.*?^```$|`[^`\n]*`|\]\([^)]*\)", re.DOTALL | re.MULTILINE)
_PRODUCT: Final = ("graph", "service", "audit", "mail", "db", "web", "bench")
# Verbs in the third person, as in "Returns the settings in force."
_VERB: Final = re.compile(r"[A-Z][a-z]+(?:-[a-z]+)?s(?: |\.|,|:|$)")
_ALLOWED: Final = frozenset({"realistic", "organism", "realism"})
"""Words that look like one of the list."""
_NOUNS: Final = frozenset(
    {"Always", "This", "Whether", "Addresses", "Events", "Settings", "Tokens"}
)
"""Words that look like a verb in the third person."""


def _files(*patterns: str) -> list[Path]:
    listed = subprocess.run(  # noqa: S603 (git, and the patterns below)
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def found_in(text: str) -> list[str]:
    """Returns the words of a text that are on the list, code left out."""
    prose = _CODE.sub("", text)
    return [
        f"{match[0]} ({better})"
        for pattern, better in _WORDS.items()
        for match in pattern.finditer(prose)
        if not match[0].isupper() and match[0].lower() not in _ALLOWED
    ]


def _docstrings(path: Path) -> Iterator[tuple[int, ast.AST, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text is not None:
                yield getattr(node, "lineno", 1), node, text


@pytest.mark.parametrize(
    "path", [pytest.param(each, id=each.name) for each in _files("*.md", "docs/*.md")]
)
def test_documents_use_plain_words(path: Path) -> None:
    """A page that people read uses the words that the field uses."""
    text = path.read_text(encoding="utf-8")
    found = {
        number: words
        for number, line in enumerate(text.splitlines(), 1)
        if (words := found_in(line)) and not line.startswith(("    ", "|  "))
    }

    assert {} == found


def test_descriptions_use_plain_words() -> None:
    """Front-end developers read the schema's descriptions, and its words are on no list."""
    text = (ROOT / "schema.graphql").read_text(encoding="utf-8")
    descriptions = re.findall(r'"""(.*?)"""', text, re.DOTALL)

    assert [] == [words for each in descriptions if (words := found_in(each))]


@pytest.mark.parametrize("folder", [*_PRODUCT, "tests"])
def test_docstrings_use_plain_words(folder: str) -> None:
    """What a docstring says, a newcomer understands at the first reading."""
    found = [
        f"{path.relative_to(ROOT)}:{line}: {', '.join(words)}"
        for path in _files(f"{folder}/*.py")
        for line, _node, text in _docstrings(path)
        if (words := found_in(text))
    ]

    assert [] == found


@pytest.mark.parametrize("folder", _PRODUCT)
def test_docstrings_of_functions_begin_with_a_verb(folder: str) -> None:
    """A function's docstring says what the function does: a verb in the third person."""
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text.splitlines()[0]}"
        for path in _files(f"{folder}/*.py")
        for line, node, text in _docstrings(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not _is_attribute(node)
        and (not _VERB.match(text) or text.split()[0].strip(".,:") in _NOUNS)
    ]

    assert [] == found


def _is_attribute(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Returns whether a function is read like an attribute: a property says what it is."""
    names = {
        each.attr if isinstance(each, ast.Attribute) else getattr(each, "id", "")
        for each in node.decorator_list
    }
    return bool(names & {"property", "cached_property"})
