from string import Formatter

import pytest

from mail.report.code_facts import CODES
from mail.report.codes import Code

PLACES = {"host", "port", "name", "sender", "recipient", "detail"}


@pytest.mark.parametrize("code", list(Code))
def test_every_code_is_explained(code: Code) -> None:
    """Every code has a message, a cause and a fix, which are three different sentences."""
    facts = CODES[code]
    places = {name for _, name, _, _ in Formatter().parse(facts.message) if name}

    assert PLACES >= places
    assert facts.cause.endswith(".")
    assert facts.fix.endswith(".")
    assert 3 == len({facts.message, facts.cause, facts.fix})
