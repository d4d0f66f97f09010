"""A document's hash distinguishes documents, and discloses nothing that a client put into them."""

import pytest
from graphql import parse

from graph.operation.document_hash import document_hash

QUERY = 'query Q($n: Int) { a: node(id: "x") { id } b: auditEvent(sequence: $n) { id } }'


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(QUERY.replace(" ", " \n "), id="white space"),
        pytest.param("# the password is hunter2\n" + QUERY, id="a comment"),
        pytest.param(QUERY.replace('"x"', '"hunter2"'), id="another string"),
        pytest.param(QUERY.replace('"x"', '"""hunter2\n\n"""'), id="a block of text"),
    ],
)
def test_what_is_left_out(text: str) -> None:
    """Documents that differ only in strings, comments and white space have the same hash."""
    assert document_hash(parse(QUERY)) == document_hash(parse(text))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(QUERY.replace("query Q", "query R"), id="another name"),
        pytest.param(QUERY.replace("{ id }", "{ __typename }"), id="another field"),
        pytest.param(QUERY.replace("$n)", "7)").replace("($n: Int)", ""), id="another number"),
    ],
)
def test_what_distinguishes_documents(text: str) -> None:
    """Documents that request different things have different hashes."""
    assert document_hash(parse(QUERY)) != document_hash(parse(text))


def test_form() -> None:
    """The hash has 16 hexadecimal digits, the same on every machine and in every release."""
    assert "eafed080839f8091" == document_hash(parse("{ viewer { role } }"))
