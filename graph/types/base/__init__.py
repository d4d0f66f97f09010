"""What the GraphQL types share.

- Enums: `enums`. Scalars: `scalars`, `instant`. Ids: `ids`. Pages: `paging`.
- What a resolver receives: `context`. Types that several others use: `common`.
"""
