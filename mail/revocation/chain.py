"""The chain that OpenSSL verified."""

import _ssl  # Python before 3.13 has no public access to the verified chain
import ssl
import sys


def verified_chain(connection: ssl.SSLObject) -> tuple[bytes, ...]:
    """Returns the verified certificates in DER, from the server's own to the trusted one."""
    if sys.version_info >= (3, 13):
        return tuple(connection.get_verified_chain())
    certificates = connection._sslobj.get_verified_chain()  # type: ignore[attr-defined] # noqa: SLF001 - see above
    return tuple(each.public_bytes(_ssl.ENCODING_DER) for each in certificates)
