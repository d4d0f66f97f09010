"""`docs/settings.md` lists every problem of settings, in the code's own words."""

import re

from service.values.binding import BOUND_FIELDS
from service.values.problems import PROBLEM_CODES
from tests.docs.tables import rows_of
from tests.service.values.advice.problem_rows import ELSEWHERE, FORM, RULES
from tests.support.root import ROOT

DOCUMENT = "docs/settings.md"


def test_every_problem_is_documented() -> None:
    """The table has every problem with severity, fields and meaning, and how to fix it."""
    rows = [row.strip("| ").split(" | ") for row in rows_of(DOCUMENT, "Problems")]
    expected = [
        [f"`{code}`", severity, _fields(code), meaning]
        for code, (severity, meaning) in PROBLEM_CODES.items()
    ]

    assert expected == [row[:4] for row in rows]
    assert all(len(row) == 5 and row[4].endswith(".") for row in rows)


def test_every_bound_field_is_documented() -> None:
    """The section on secrets names every field whose change requires the password again."""
    text = (ROOT / DOCUMENT).read_text(encoding="utf-8")
    section = text.partition("## Secrets")[2].partition("\n###")[0]

    assert {field.name for field in BOUND_FIELDS} <= set(re.findall(r"`([\w.]+)`", section))


def _fields(code: str) -> str:
    """Returns the fields that the tests' rows name; a list's items count as the list."""
    paths = {row.path for row in (*FORM, *RULES) if row.code == code} | ELSEWHERE.get(code, set())
    return ", ".join(sorted({f"`{re.sub(r'[.][0-9]+$', '', path)}`" for path in paths}))
