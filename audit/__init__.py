"""The trail: what an event is, its bytes, its order, its proofs.

- What an event says: `event`. The published formats: `c2sp`.
- Appending and reading events: `trail`. Verifying a trail in its database: `verify`.
- The verifier that exports carry, whose rules the service shares: `standalone`.
"""
