"""Reads and checks the tables in the documentation."""

import os
from collections.abc import Iterable
from typing import Final

from tests.support.root import ROOT

WRITE_VARIABLE: Final = "POSTLEDGER_WRITE_DOCS"


def rows_of(document: str, heading: str) -> list[str]:
    """Returns the rows of the table under a heading, without its header."""
    text = (ROOT / document).read_text(encoding="utf-8")
    _, _, section = text.partition(f"\n## {heading}\n")
    lines = section.partition("\n## ")[0].splitlines()
    return [line for line in lines if line.startswith("|")][2:]


def row(*cells: str) -> str:
    """Formats a table's row as the documents do."""
    return f"| {' | '.join(cells)} |"


def differences(document: str, heading: str, expected: Iterable[str]) -> list[str]:
    """Returns the rows that a document's table lacks (+), and those that it has too many (-).

    During `./dev docs`, it writes the table first.
    """
    wanted = list(expected)
    if os.environ.get(WRITE_VARIABLE):
        _write(document, heading, wanted)
    actual = rows_of(document, heading)
    return [f"+{each}" for each in wanted if each not in actual] + [
        f"-{each}" for each in actual if each not in wanted
    ]


def _write(document: str, heading: str, rows: list[str]) -> None:
    path = ROOT / document
    before, mark, rest = path.read_text(encoding="utf-8").partition(f"\n## {heading}\n")
    section, following, after = rest.partition("\n## ")
    lines = section.splitlines()
    first = next(at for at, line in enumerate(lines) if line.startswith("|"))
    end = next((at for at in range(first, len(lines)) if not lines[at]), len(lines))
    lines[first + 2 : end] = rows
    path.write_text(before + mark + "\n".join(lines) + "\n" + following + after, encoding="utf-8")
