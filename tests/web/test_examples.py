"""The playground's ready examples fit the published schema."""

import json
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate
from graphql.execution.values import get_variable_values
from graphql.language import OperationDefinitionNode

from tests.support.root import ROOT

SCHEMA = ROOT / "schema.graphql"
EXAMPLES = sorted((ROOT / "web" / "src" / "examples").glob("*.graphql"))


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    """The published schema."""
    return build_schema(SCHEMA.read_text())


@pytest.mark.parametrize("example", [pytest.param(path, id=path.stem) for path in EXAMPLES])
def test_example(schema: GraphQLSchema, example: Path) -> None:
    """Each example is a valid operation with valid variables."""
    document = parse(example.read_text())
    file = example.with_suffix(".json")
    values = json.loads(file.read_text()) if file.is_file() else {}

    assert [] == validate(schema, document)
    for operation in document.definitions:
        assert isinstance(operation, OperationDefinitionNode)
        coerced = get_variable_values(schema, operation.variable_definitions or (), values)
        assert not isinstance(coerced, list), coerced
