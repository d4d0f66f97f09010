"""The two pages that are generated from tables of mail: diagnosis codes and faults."""

import os

import pytest

from tests.mail.diagnosis import fault_table
from tests.mail.report import troubleshooting
from tests.support.root import ROOT

DOCS = ROOT / "docs"


@pytest.mark.parametrize(
    ("name", "page"),
    [
        pytest.param("fault-table.md", fault_table.page(), id="fault-table"),
        pytest.param("troubleshooting.md", troubleshooting.page(), id="troubleshooting"),
    ],
)
def test_page_is_what_the_table_says(name: str, page: str) -> None:
    """The page has every row of its table, in the table's words; `./dev docs` writes it."""
    path = DOCS / name
    if os.environ.get("POSTLEDGER_WRITE_DOCS"):
        path.write_text(page, encoding="utf-8")

    assert page == path.read_text(encoding="utf-8")
