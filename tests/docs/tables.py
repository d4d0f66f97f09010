"""Tables in the documentation: how they are read, and how they are to be."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]


def rows_of(document: str, heading: str) -> list[str]:
    """The rows of the table under a heading, without its head."""
    text = (ROOT / document).read_text(encoding="utf-8")
    _, _, section = text.partition(f"\n## {heading}\n")
    lines = section.partition("\n## ")[0].splitlines()
    return [line for line in lines if line.startswith("|")][2:]


def row(*cells: str) -> str:
    """A table's row, as the documents write it."""
    return f"| {' | '.join(cells)} |"


def missing(expected: Iterable[str], actual: list[str]) -> list[str]:
    """What a document lacks, and what it says too much: lines to put in (+) or take out (-)."""
    wanted = list(expected)
    return [f"+{each}" for each in wanted if each not in actual] + [
        f"-{each}" for each in actual if each not in wanted
    ]
