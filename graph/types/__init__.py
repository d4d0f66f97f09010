"""The GraphQL types, by noun. Each type's `of` builds it from a value of the service.

What several of them share is in `base`.
"""
