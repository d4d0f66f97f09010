"""How much one request may ask for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of a request; what goes past one is refused before anything is resolved.

    Attributes:
        body_bytes: of the HTTP body or of one WebSocket message, counted as they arrive.
        body_seconds: within which a body must have arrived.
        tokens: lexical tokens of the query's text.
        aliases: in the whole text.
        directives: in the whole text.
        depth: levels of fields; introspection has a bound of its own.
        root_fields: fields of one operation's root, fragments unfolded.
        fields: in the whole text; it bounds the time that checking it takes.
        cost: fields that an answer may hold: a page's size times what is asked of each item.
        errors: in one answer.
        query_seconds: that a query may take.
        mutation_seconds: that a mutation may take; a test email has its own time.
        verification_seconds: that a query may take which verifies the trail.
        operations: under way on one WebSocket.
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
