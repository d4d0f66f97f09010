"""The schema's root fields: each calls one use-case.

- The schema: `schema`. Queries: `queries`, `trail_queries`. Mutations: `mutations`, `access`.
  Subscriptions: `subscriptions`. Relay's `node`: `nodes`.
- Arguments as plain values: `inputs`, `trail_filter`.
- Who may use which field: `permissions`, `extensions`.
"""
