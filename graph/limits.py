"""The limits of one request."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one request. Most are checked before anything is resolved.

    Attributes:
        body_bytes: size of the HTTP body or of one WebSocket message, counted as it arrives.
        body_seconds: time within which a body must arrive.
        tokens: lexical tokens in the query's text.
        aliases: aliases in the whole text.
        directives: directives in the whole text.
        depth: nesting of fields; introspection has its own limit.
        root_fields: root fields of one operation, with fragments expanded.
        fields: fields in the whole text, which limits the time that validation takes.
        cost: fields in an answer: a page's size times the fields requested per item.
        errors: errors in one answer.
        query_seconds: duration of a query.
        mutation_seconds: duration of a mutation; a test email has its own limit.
        verification_seconds: duration of a query that verifies the trail.
        operations: operations running on one WebSocket.
    """

    body_bytes: int = 100_000
    body_seconds: float = 10
    tokens: int = 1_000
    aliases: int = 15
    directives: int = 50
    depth: int = 12
    root_fields: int = 20
    fields: int = 300
    cost: int = 5_000
    errors: int = 20
    query_seconds: float = 15
    mutation_seconds: float = 60
    verification_seconds: float = 600
    operations: int = 100
