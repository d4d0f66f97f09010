"""What a document is known by in the log and in traces, which never have its text."""

from hashlib import sha256
from typing import Any, Final

from graphql import DocumentNode, StringValueNode, Visitor, print_ast, visit

_DIGITS: Final = 16


class _Blanks(Visitor):
    """Puts an empty string in the place of each."""

    def enter_string_value(self, _node: StringValueNode, *_args: Any) -> StringValueNode:  # noqa: ANN401 (the library's)
        return StringValueNode(value="")


def document_hash(document: DocumentNode) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of a document as graphql-core prints it.

    Its string literals are left out first, and comments go with the printing: either could hold a
    password, and the hash of a text that is known but for a password tells whoever guesses it.
    """
    return sha256(print_ast(visit(document, _Blanks())).encode()).hexdigest()[:_DIGITS]
