"""What an answer may grow to: a page's size times what is asked of each item.

Each field counts one. What stands below a field that takes `first` or `last` counts as often as
items are asked for. Reading the schema costs what it takes, much more than a field, and so does
verifying the trail: once in a query is enough.
"""

from collections.abc import Mapping
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

from graph.errors import coded
from graph.limits import Limits
from graph.operation.selections import fragments_of, roots_of
from graph.types.base.paging import DEFAULT_PAGE, MAX_PAGE

SCHEMA_COST: Final = 2_000
TYPE_COST: Final = 300
VERIFICATION_COST: Final = 3_000
_COSTS: Final = {
    "__schema": SCHEMA_COST,
    "__type": TYPE_COST,
    "auditVerification": VERIFICATION_COST,
}
_PAGE_ARGUMENTS: Final = frozenset({"first", "last", "after", "before"})


def over_cost(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, object],
    limits: Limits,
) -> GraphQLError | None:
    """The refusal of an operation whose answer could grow too large; None where it could not.

    The document must be valid, so that no fragment spreads itself.
    """
    cost = _Cost(fragments_of(document), _values(operation, variables)).of(operation.selection_set)
    if cost <= limits.cost:
        return None
    return coded(
        "GRAPHQL_VALIDATION_FAILED",
        f"The answer could have {cost} fields; at most {limits.cost} may be. "
        "Ask for smaller pages, or for less of each item.",
    )


def _values(operation: OperationDefinitionNode, given: Mapping[str, object]) -> dict[str, object]:
    """The variables' values, those left out by their defaults; only whole numbers matter."""
    defaults = {
        each.variable.name.value: int(each.default_value.value)
        for each in operation.variable_definitions or ()
        if isinstance(each.default_value, IntValueNode)
    }
    return {**defaults, **given}


class _Cost:
    """Works out the cost of selections, each fragment's once."""

    def __init__(
        self, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, object]
    ) -> None:
        self._fragments = fragments
        self._variables = variables
        self._known: dict[str, int] = {}

    def of(self, selections: SelectionSetNode) -> int:
        total = 0
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                total += self._field(selection)
            elif isinstance(selection, InlineFragmentNode):
                total += self.of(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                total += self._fragment(selection.name.value)
        return total

    def _field(self, field: FieldNode) -> int:
        if field.name.value in _COSTS:
            return _COSTS[field.name.value]
        below = 0 if field.selection_set is None else self.of(field.selection_set)
        return 1 + below * self._items(field)

    def _fragment(self, name: str) -> int:
        known = self._known.get(name)
        if known is None:
            fragment = self._fragments.get(name)
            known = 0 if fragment is None else self.of(fragment.selection_set)
            self._known[name] = known
        return known

    def _items(self, field: FieldNode) -> int:
        """How many items a field's answer may have, as far as its arguments say."""
        sizes = {each.name.value: each.value for each in field.arguments or ()}
        if not _PAGE_ARGUMENTS & sizes.keys():
            # A connection is known by what is asked of it, where no argument tells.
            return DEFAULT_PAGE if self._has_edges(field.selection_set) else 1
        asked = [sizes[name] for name in ("first", "last") if name in sizes]
        return max((self._size(each) for each in asked), default=DEFAULT_PAGE)

    def _has_edges(self, selections: SelectionSetNode | None) -> bool:
        """Whether a connection's fields are asked for, be it through fragments."""
        if selections is None:
            return False
        return not {"edges", "nodes"}.isdisjoint(roots_of(selections, self._fragments))

    def _size(self, value: object) -> int:
        if isinstance(value, IntValueNode):
            number: object = int(value.value[:12])
        elif isinstance(value, VariableNode):
            number = self._variables.get(value.name.value)
        else:
            number = None
        # A size out of its range is refused by the field itself.
        return min(number, MAX_PAGE) if isinstance(number, int) and number > 0 else DEFAULT_PAGE
