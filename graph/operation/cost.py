"""How large an answer may become: a page's size times what is requested of each item.

Each field costs 1. The fields below a field that takes `first` or `last` cost as often as items are
requested. Introspection and verifying the trail cost as much as they take, which is far more than a
field: once per query is enough.
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
    """Returns an error if an operation's answer could become too large.

    The document must be valid, so that no fragment spreads itself.
    """
    cost = _Cost(fragments_of(document), _values(operation, variables)).of(operation.selection_set)
    if cost <= limits.cost:
        return None
    return coded(
        "GRAPHQL_VALIDATION_FAILED",
        f"The answer could have {cost} fields; at most {limits.cost} are allowed. "
        "Request smaller pages, or fewer fields of each item.",
    )


def _values(operation: OperationDefinitionNode, given: Mapping[str, object]) -> dict[str, object]:
    """Returns the variables' values, or their defaults. Only integers matter here."""
    defaults = {
        each.variable.name.value: int(each.default_value.value)
        for each in operation.variable_definitions or ()
        if isinstance(each.default_value, IntValueNode)
    }
    return {**defaults, **given}


class _Cost:
    """The cost of selections. The cost of each fragment is calculated once."""

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
        """Returns how many items a field's answer may contain, according to its arguments."""
        sizes = {each.name.value: each.value for each in field.arguments or ()}
        if not _PAGE_ARGUMENTS & sizes.keys():
            # Without page arguments, a connection is recognized by the fields selected from it.
            return DEFAULT_PAGE if self._has_edges(field.selection_set) else 1
        requested = [sizes[name] for name in ("first", "last") if name in sizes]
        return max((self._size(each) for each in requested), default=DEFAULT_PAGE)

    def _has_edges(self, selections: SelectionSetNode | None) -> bool:
        """Returns whether a connection's fields are selected, also through fragments."""
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
        # The field itself refuses a size that is out of range.
        return min(number, MAX_PAGE) if isinstance(number, int) and number > 0 else DEFAULT_PAGE
