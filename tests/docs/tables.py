"""Tables in the documentation: how they are read, and how they are to be."""

import os
from collections.abc import Iterable
from typing import Final

from tests.support.root import ROOT

WRITE_VARIABLE: Final = "POSTLEDGER_WRITE_DOCS"


def rows_of(document: str, heading: str) -> list[str]:
    """The rows of the table under a heading, without its head."""
    text = (ROOT / document).read_text(encoding="utf-8")
    _, _, section = text.partition(f"\n## {heading}\n")
    lines = section.partition("\n## ")[0].splitlines()
    return [line for line in lines if line.startswith("|")][2:]


def row(*cells: str) -> str:
    """A table's row, as the documents write it."""
    return f"| {' | '.join(cells)} |"


def differences(document: str, heading: str, expected: Iterable[str]) -> list[str]:
    """What a document's table lacks, and what it says too much: lines to put in (+) or out (-).

    With `./dev docs` the table is written anew instead.
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
