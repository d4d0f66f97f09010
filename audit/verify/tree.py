"""Compares the stored tree with the tree that grows from the events' own hashes."""

from collections.abc import Iterable

from audit.c2sp import tree
from audit.standalone.findings import Findings
from db.engine.database import Session
from db.queries.trail_reading import count_rows, nodes_of_level


class TreeChecks:
    """Grows the tree again, leaf by leaf, and compares its nodes with the stored nodes."""

    def __init__(self, findings: Findings, wanted: Iterable[int]) -> None:
        self._findings = findings
        self._wanted = set(wanted)
        self._made: dict[int, dict[int, bytes]] = {}
        self.frontier: tree.Frontier = ()
        self.size = 0
        self.roots = {0: tree.EMPTY_ROOT}
        """The root hashes at the wanted sizes that were reached, and at the end the last one."""

    def want(self, sizes: Iterable[int]) -> None:
        """Adds sizes at which the root hash is wanted, before the tree has grown to them."""
        self._wanted.update(sizes)

    @property
    def root(self) -> bytes:
        """The root hash at the current size."""
        return tree.root_hash(self.frontier)

    def grow(self, leaf: bytes) -> None:
        """Adds a leaf hash."""
        growth = tree.append(self.frontier, self.size, leaf)
        self.frontier = growth.frontier
        self.size += 1
        for node in growth.nodes:
            self._made.setdefault(node.level, {})[node.idx] = node.hash
        if self.size in self._wanted:
            self.roots[self.size] = self.root

    async def compare(self, session: Session) -> None:
        """Compares the nodes that were added since the last call with the stored nodes."""
        made, self._made = self._made, {}
        for level, expected in made.items():
            found = await nodes_of_level(session, level, min(expected), max(expected))
            if found != expected:
                wrong = min(idx for idx in expected if found.get(idx) != expected[idx])
                message = f"the node {wrong} of level {level} is not that of the events"
                self._findings.add("TREE_DIFFERS", wrong << level, message)

    async def finish(self, session: Session) -> None:
        """Keeps the last root hash, and checks that no other nodes are stored."""
        self.roots[self.size] = self.root
        expected = 2 * self.size - self.size.bit_count()
        found = await count_rows(session, "audit_node")
        if found != expected:
            message = f"the stored tree has {found} nodes, and the events' tree has {expected}"
            self._findings.add("TREE_DIFFERS", None, message)
