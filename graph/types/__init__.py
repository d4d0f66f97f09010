"""The GraphQL types, by noun. Each type's `of` builds it from a value of the service.

Types and helpers that several modules share are in `base`.
"""
