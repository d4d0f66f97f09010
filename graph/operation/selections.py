"""What a query's text requests, measured before it is validated or resolved.

Any caller with a token can send any text, and some checks of the specification take time that grows
with the square of the number of fields. So these measures make one pass over the text, look at each
fragment once, and do not recurse through fragments that spread themselves.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)
from graphql.language import DirectiveNode, Node, Visitor, visit

from graph.errors import coded
from graph.limits import Limits

_INTROSPECTION: Final = frozenset({"__schema", "__type"})


def excess(document: DocumentNode, limits: Limits) -> list[GraphQLError]:
    """Returns an error for each limit that a text exceeds."""
    counted = _Counter()
    visit(document, counted)
    measured = {
        "aliases": (counted.aliases, limits.aliases),
        "directives": (counted.directives, limits.directives),
        "fields": (counted.fields, limits.fields),
    }
    shape = _Shape(fragments_of(document))
    operations = [
        each for each in document.definitions if isinstance(each, OperationDefinitionNode)
    ]
    depth = max((shape.depth(each.selection_set) for each in operations), default=0)
    roots = max((shape.width(each.selection_set) for each in operations), default=0)
    measured["levels of fields"] = (depth, limits.depth)
    measured["fields at its root"] = (roots, limits.root_fields)
    return [
        coded(
            "GRAPHQL_VALIDATION_FAILED",
            f"The query has {found} {name}; at most {most} are allowed.",
        )
        for name, (found, most) in measured.items()
        if found > most
    ]


def fragments_of(document: DocumentNode) -> Mapping[str, FragmentDefinitionNode]:
    """Returns a document's fragments by name."""
    return {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }


def roots_of(
    selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> frozenset[str]:
    """Returns the names of the fields at a selection's first level, also through fragments."""
    found: set[str] = set()
    spread: set[str] = set()
    pending = [selections]
    while pending:
        for each in pending.pop().selections:
            if isinstance(each, FieldNode):
                found.add(each.name.value)
            elif isinstance(each, InlineFragmentNode):
                pending.append(each.selection_set)
            elif isinstance(each, FragmentSpreadNode) and each.name.value not in spread:
                spread.add(each.name.value)
                fragment = fragments.get(each.name.value)
                pending += [] if fragment is None else [fragment.selection_set]
    return frozenset(found)


class _Counter(Visitor):
    aliases = 0
    directives = 0
    fields = 0

    def enter(self, node: Node, *_: object) -> None:
        if isinstance(node, FieldNode):
            self.fields += 1
            self.aliases += node.alias is not None
        elif isinstance(node, DirectiveNode):
            self.directives += 1


@dataclass(frozen=True, slots=True)
class _Measure:
    depth: int
    width: int


class _Shape:
    """The depth and width of selections. Each fragment is measured once."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, _Measure] = {}

    def depth(self, selections: SelectionSetNode) -> int:
        return self._measure(selections).depth

    def width(self, selections: SelectionSetNode) -> int:
        return self._measure(selections).width

    def _measure(self, selections: SelectionSetNode) -> _Measure:
        parts = list(self._parts(selections))
        return _Measure(
            depth=max((part.depth for part in parts), default=0),
            width=sum(part.width for part in parts),
        )

    def _parts(self, selections: SelectionSetNode) -> Iterator[_Measure]:
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                yield _Measure(1 + self._below(selection), 1)
            elif isinstance(selection, InlineFragmentNode):
                yield self._measure(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                yield self._fragment(selection.name.value)

    def _below(self, field: FieldNode) -> int:
        if field.selection_set is None or field.name.value in _INTROSPECTION:
            return 0
        return self._measure(field.selection_set).depth

    def _fragment(self, name: str) -> _Measure:
        known = self._known.get(name)
        if known is None:
            # A fragment counts as empty while it is being measured, so that measuring a fragment
            # that spreads itself ends. Validation refuses such a fragment later.
            self._known[name] = _Measure(0, 0)
            fragment = self._fragments.get(name)
            known = _Measure(0, 0) if fragment is None else self._measure(fragment.selection_set)
            self._known[name] = known
        return known
