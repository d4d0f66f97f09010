"""C2SP proofs in one file (c2sp.org/tlog-proof): that an event stands in the trail, offline.

An auditor checks them offline with a bundle's `verify.py`.
"""

from typing import Final

from audit.standalone.encoding import encode_base64
from audit.trail.proofs import InclusionProof

FILE_EXTENSION: Final = ".tlog-proof"
_HEADER: Final = "c2sp.org/tlog-proof@v1"


def write_tlog_proof(proof: InclusionProof) -> str:
    """The file's text: the event itself, its place, the path from there, the signed checkpoint.

    The event's body is the format's `extra`, which is for the application: with it the file stands
    for itself. The path vouches for it.
    """
    lines = [
        _HEADER,
        f"extra {encode_base64(proof.body.encode())}",
        f"index {proof.seq}",
        *map(encode_base64, proof.path),
    ]
    return "\n".join(lines) + "\n\n" + proof.checkpoint.note
