"""The hash that identifies a document in the log and in traces, which never contain its text."""

from hashlib import sha256
from typing import Any, Final

from graphql import DocumentNode, StringValueNode, Visitor, print_ast, visit

_DIGITS: Final = 16


class _EmptyStrings(Visitor):
    """Replaces each string literal with an empty string."""

    def enter_string_value(self, _node: StringValueNode, *_args: Any) -> StringValueNode:  # noqa: ANN401 (the library's)
        return StringValueNode(value="")


def document_hash(document: DocumentNode) -> str:
    """Returns 16 hexadecimal digits of the SHA-256 of a document, printed by graphql-core.

    String literals are emptied first, and printing drops comments, because either could contain a
    password. An attacker who knows the rest of the text could otherwise check guesses of the
    password against the hash.
    """
    return sha256(print_ast(visit(document, _EmptyStrings())).encode()).hexdigest()[:_DIGITS]
