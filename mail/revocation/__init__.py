"""Asking authorities whether a certificate of the server was revoked. Off unless a setting asks.

- The whole check, with its time limit: `check`. Its results: `status`.
- The verified chain, and where its certificates say to ask: `chain`, `pointers`.
- Asking: `ocsp`, `crl`, over HTTP: `fetch`.
"""

from mail.revocation.check import check_revocation

__all__ = ["check_revocation"]
