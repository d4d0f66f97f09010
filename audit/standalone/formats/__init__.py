"""The formats that the offline verifier reads, each by the standard library alone.

- Base64 and decimals in their only form: `encoding`. Ed25519 (RFC 8032): `ed25519`.
- The Merkle tree of RFC 6962: `tree`. Canonical JSON (RFC 8785): `canonical`.
- Verifier keys and signed notes (c2sp.org/signed-note): `keys`, `notes`.
"""
