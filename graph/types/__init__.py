"""The GraphQL types, by noun. Each one's `of` makes it from a value of the service."""
