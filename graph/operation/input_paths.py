"""Where in the variables a refused value is, as data: `extensions.inputPath`.

graphql-core writes the path only into its message: `Variable '$input' has invalid value at
.settings.trustedCertificates[1]: …`. The path has names of the schema only, never a value.
"""

import re
from collections.abc import Sequence
from typing import Final

from graphql import GraphQLError

_LOCATED: Final = re.compile(
    r"Variable '\$(?P<variable>\w+)' has invalid (?:default )?value"
    r"(?: at (?P<path>(?:\.\w+|\[\d+\])+))?: "
)
_STEP: Final = re.compile(r"\.(?P<name>\w+)|\[(?P<index>\d+)\]")


def with_input_paths(errors: Sequence[GraphQLError] | None) -> list[GraphQLError]:
    """Returns the errors; each that is about a variable's value says where the value is."""
    return [_with_path(each) for each in errors or ()]


def _with_path(error: GraphQLError) -> GraphQLError:
    located = None if error.path else _LOCATED.match(error.message)
    if located is None:
        return error
    steps: list[str | int] = [
        step["name"] or int(step["index"]) for step in _STEP.finditer(located["path"] or "")
    ]
    # The code is that of a value; `graph.errors` keeps an error's own code and what is beside it.
    error.extensions = {
        **(error.extensions or {}),
        "code": "BAD_USER_INPUT",
        "inputPath": [located["variable"], *steps],
    }
    return error
