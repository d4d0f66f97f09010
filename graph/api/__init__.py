"""The schema's root fields: each calls one use-case.

- The schema: `schema`. Queries: `queries`, `trail_queries`. Mutations: `mutations`, `access`.
  Subscriptions: `subscriptions`. Relay's `node`: `nodes`.
- Inputs and the plain values that they become: `inputs`, `trail_filter`.
- Which caller may use which field: `permissions`, `extensions`.
"""
