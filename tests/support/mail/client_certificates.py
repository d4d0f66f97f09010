"""Client certificates and their private keys, in PEM."""

from dataclasses import dataclass

import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from mail.secret import Secret

CLIENT_NAME = "postledger.example.org"


@dataclass(frozen=True)
class MadeClient:
    """A client certificate with its chain, and the private key."""

    chain: str
    key: Secret

    @classmethod
    def of(cls, authority: trustme.CA) -> "MadeClient":
        """Issues a client certificate."""
        leaf = authority.issue_cert(CLIENT_NAME)
        chain = "".join(pem.bytes().decode() for pem in leaf.cert_chain_pems)
        return cls(chain, Secret(leaf.private_key_pem.bytes().decode()))

    @property
    def encrypted_key(self) -> Secret:
        """The key, encrypted with a passphrase."""
        key = load_pem_private_key(self.key.reveal().encode(), None)
        encryption = BestAvailableEncryption(b"made-up passphrase")
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
        return Secret(pem.decode())


STRANGER = MadeClient.of(trustme.CA(organization_name="Stranger"))
"""A client certificate that no server accepts."""
OTHER_STRANGER = MadeClient.of(trustme.CA(organization_name="Stranger"))
