"""The audit trail: its events, their bytes and order, and the proofs over them.

- What an event says: `event`. The published formats: `c2sp`.
- Appending and reading events: `trail`. Verifying a trail in its database: `verify`.
- The offline verifier that every export includes, whose rules the service shares: `standalone`.
"""
