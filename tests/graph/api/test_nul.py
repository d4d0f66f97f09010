"""The one character that PostgreSQL cannot store in a text, in every place that takes a text."""

import json

import pytest
from graphql import get_named_type

from graph.api.schema import schema
from tests.support.desk import Desk
from tests.support.edge.positions import by_variables, positions

pytestmark = pytest.mark.anyio

NUL = "a\0b"
TEXTS = {"String", "ID", "Secret"}


async def test_nul_in_every_text(desk: Desk) -> None:
    """NUL is refused or matches nothing, and never makes the service fail."""
    saved = {"smtpHost": "127.0.0.1", "defaultFromAddress": "postledger@example.org"}
    await desk.save(saved)
    wrong, tried = {}, 0
    for position in positions(schema.core):
        takes_text = str(get_named_type(position.kind)) in TEXTS
        if takes_text:
            operation = by_variables(schema.core, position, NUL)
            answer = await desk.ask(operation.query, operation.variables)
            tried += 1
            if "INTERNAL_SERVER_ERROR" in answer.codes:
                wrong[position.root_field, position.path] = json.loads(answer.raw)

    assert {} == wrong
    assert tried > 50
