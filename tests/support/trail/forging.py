"""What an attacker with the whole database, and perhaps the key, would write into it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import rfc8785

from audit.c2sp import tree
from audit.c2sp.checkpoint import Checkpoint, sign_checkpoint
from audit.c2sp.note_keys import Signer
from audit.trail.body import read_body
from audit.trail.words import event_words
from tests.support.trail.tampering import REBUILD_SEARCH

Document = dict[str, Any]
"""An event's body as JSON, which a test may change."""


@dataclass(slots=True)
class Forged:
    """A trail's bodies, as an attacker changes them, and the SQL statements that write them."""

    origin: str
    bodies: list[str]
    newest_note: str
    statements: list[str] = field(default_factory=list)

    def documents(self) -> list[Document]:
        """Returns the bodies as JSON, to be changed."""
        return [json.loads(body) for body in self.bodies]

    def rewrite(
        self, documents: Sequence[Document], write: Callable[[Document], str] | None = None
    ) -> None:
        """Replaces all bodies with changed documents, correctly numbered and linked."""
        bodies: list[str] = []
        prev: str | None = None
        for seq, document in enumerate(documents):
            text = (write or _canonical)(document | {"seq": seq, "prev": prev})
            prev = tree.leaf_hash(text.encode()).hex()
            bodies.append(text)
        self.bodies = bodies

    def replace_rows(self) -> None:
        """Writes the events with everything that follows from them, except checkpoints."""
        self.statements += ["DELETE FROM audit_event", "DELETE FROM audit_node"]
        self.statements.append("DELETE FROM audit_search")
        frontier: tree.Frontier = ()
        prev = "NULL"
        for seq, body in enumerate(self.bodies):
            growth = tree.append(frontier, seq, tree.leaf_hash(body.encode()))
            frontier = growth.frontier
            leaf = growth.nodes[0].hash.hex()
            self.statements.append(
                "INSERT INTO audit_event (seq, body, leaf, prev) "
                f"VALUES ({seq}, {_text(body)}, '{leaf}', {prev})"
            )
            self.statements += [
                "INSERT INTO audit_node (level, idx, hash) VALUES "
                f"({node.level}, {node.idx}, {{blob:{node.hash.hex()}}})"
                for node in growth.nodes
            ]
            self.statements.append(
                f"INSERT INTO audit_search (seq, words) VALUES ({seq}, {_text(_words(body))})"
            )
            prev = f"'{leaf}'"
        self.statements.append(REBUILD_SEARCH)
        ts = json.loads(self.bodies[-1])["ts"]
        self.statements.append(
            f"UPDATE audit_head SET size = {len(self.bodies)}, last_leaf = {prev}, "
            f"last_ts = '{ts}', frontier = {{blob:{b''.join(frontier).hex()}}}"
        )

    def add_a_key(self, signer: Signer, *others: Document) -> None:
        """Adds a key of the attacker's, which then signs more events."""
        old = len(self.bodies)
        change = self.documents()[-1] | {
            "action": "SIGNING_KEY_CHANGED",
            "outcome": "SUCCEEDED",
            "detail": {"after": str(signer.verifier)},
        }
        self.rewrite([*self.documents(), change, *others])
        self.replace_rows()
        self.statements.append(
            "INSERT INTO audit_key (from_size, verifier_key) "
            f"VALUES ({old + 1}, '{signer.verifier}')"
        )
        self._sign(signer, old)

    def go_on_with(self, signer: Signer, *others: Document) -> None:
        """Adds a key that no event records, at a checkpoint that the trail's own key signed."""
        old = len(self.bodies)
        self.rewrite([*self.documents(), *others])
        self.replace_rows()
        self.statements += [
            f"INSERT INTO audit_key (from_size, verifier_key) VALUES ({old}, '{signer.verifier}')",
            f"DELETE FROM audit_checkpoint WHERE size = {old}",
        ]
        self._sign(signer, old - 1)
        self.statements.append(
            f"UPDATE audit_checkpoint SET note = note || '{self.newest_note.splitlines()[-1]}\n' "
            f"WHERE size = {old}"
        )

    def sign_all(self, signer: Signer) -> None:
        """Signs a checkpoint of each size, in place of the stored checkpoints."""
        self.statements += ["DELETE FROM audit_checkpoint", "DELETE FROM audit_key"]
        self.statements.append(
            f"INSERT INTO audit_key (from_size, verifier_key) VALUES (0, '{signer.verifier}')"
        )
        self._sign(signer, 0)

    def _sign(self, signer: Signer, from_seq: int) -> None:
        self.statements.append(f"UPDATE audit_head SET verifier_key = '{signer.verifier}'")
        frontier: tree.Frontier = ()
        for seq, body in enumerate(self.bodies):
            frontier = tree.append(frontier, seq, tree.leaf_hash(body.encode())).frontier
            if seq < from_seq:
                continue
            checkpoint = Checkpoint(self.origin, seq + 1, tree.root_hash(frontier))
            note = sign_checkpoint(checkpoint, signer)
            self.statements.append(
                f"INSERT INTO audit_checkpoint (size, note) VALUES ({seq + 1}, {_text(note)})"
            )


def _canonical(document: Document) -> str:
    return rfc8785.dumps(document).decode()


def _words(body: str) -> str:
    try:
        return event_words(read_body(body))
    except ValueError:
        return ""


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
