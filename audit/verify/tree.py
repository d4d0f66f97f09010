"""Verifies the stored tree against the tree that grows from the events' own hashes."""

from collections.abc import Iterable

from audit.c2sp import tree
from audit.standalone.findings import Findings
from db.engine.database import Session
from db.queries.trail_reading import count_rows, nodes_of_level


class TreeChecks:
    """Grows the tree again, leaf by leaf, and compares each step's nodes with the stored ones."""

    def __init__(self, findings: Findings, wanted: Iterable[int]) -> None:
        self._findings = findings
        self._wanted = set(wanted)
        self._made: dict[int, dict[int, bytes]] = {}
        self.frontier: tree.Frontier = ()
        self.size = 0
        self.roots = {0: tree.EMPTY_ROOT}
        """The roots at the sizes asked for, as far as they are reached, and in the end the last."""

    def want(self, sizes: Iterable[int]) -> None:
        """Asks for the roots at more sizes, before the tree has grown to them."""
        self._wanted.update(sizes)

    @property
    def root(self) -> bytes:
        """The root at the size reached."""
        return tree.root_hash(self.frontier)

    def grow(self, leaf: bytes) -> None:
        """Adds a leaf."""
        growth = tree.append(self.frontier, self.size, leaf)
        self.frontier = growth.frontier
        self.size += 1
        for node in growth.nodes:
            self._made.setdefault(node.level, {})[node.idx] = node.hash
        if self.size in self._wanted:
            self.roots[self.size] = self.root

    async def compare(self, session: Session) -> None:
        """Compares the nodes that were made since the last time."""
        made, self._made = self._made, {}
        for level, expected in made.items():
            found = await nodes_of_level(session, level, min(expected), max(expected))
            if found != expected:
                wrong = min(idx for idx in expected if found.get(idx) != expected[idx])
                message = f"the node {wrong} of level {level} is not the events'"
                self._findings.add("TREE_DIFFERS", wrong << level, message)

    async def finish(self, session: Session) -> None:
        """Keeps the last root, and checks that no node is stored beyond the events."""
        self.roots[self.size] = self.root
        expected = 2 * self.size - self.size.bit_count()
        found = await count_rows(session, "audit_node")
        if found != expected:
            message = f"the stored tree has {found} nodes, that of the events has {expected}"
            self._findings.add("TREE_DIFFERS", None, message)
