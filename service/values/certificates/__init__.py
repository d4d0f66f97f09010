"""Certificates and keys in PEM: from pasted text to the form in which they are saved.

- Reading certificates: `reading`.
- The certificate that the service presents: `client_certificate`. Its private key: `client_key`.
"""

from service.values.certificates.reading import (
    MAX_PEM_CHARACTERS,
    InvalidCertificate,
    certificates_of,
    read_certificates,
)

__all__ = ["MAX_PEM_CHARACTERS", "InvalidCertificate", "certificates_of", "read_certificates"]
