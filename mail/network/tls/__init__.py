"""TLS as a client: whom to trust, what a server presented, why a handshake failed.

- Contexts, and the client's own certificate: `contexts`, `client_certificate`.
- What one handshake received, and the reason of its failure: `handshake`, `alerts`, `refusals`.
- The chain that was refused, and the certificate at fault: `chains`, `chain_failures`.
"""

from mail.network.tls.chain_failures import explain, issuer_urls
from mail.network.tls.chains import anchors_of
from mail.network.tls.client_certificate import ClientCertificate
from mail.network.tls.contexts import TlsUse, context_for
from mail.network.tls.handshake import Handshake, watching
from mail.network.tls.refusals import refusal_by_closing, refusal_of

__all__ = [
    "ClientCertificate",
    "Handshake",
    "TlsUse",
    "anchors_of",
    "context_for",
    "explain",
    "issuer_urls",
    "refusal_by_closing",
    "refusal_of",
    "watching",
]
