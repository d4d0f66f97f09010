"""What the GraphQL types share.

- Enums: `enums`. Scalars: `scalars`, `instant`. Global IDs: `ids`. Pages: `paging`.
- What each resolver receives: `context`. Types that other types use: `common`.
"""
