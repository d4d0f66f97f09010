"""C2SP proof files (c2sp.org/tlog-proof): each proves that an event is in the trail.

An auditor checks them offline with a bundle's `verify.py`.
"""

from typing import Final

from audit.standalone.formats.encoding import encode_base64
from audit.trail.proofs import InclusionProof

FILE_EXTENSION: Final = ".tlog-proof"
_HEADER: Final = "c2sp.org/tlog-proof@v1"


def write_tlog_proof(proof: InclusionProof) -> str:
    """Returns the file's text: the event, its index, the inclusion proof, the signed checkpoint.

    The event's body is in `extra`, which the format leaves to the application, so that the file is
    self-contained. The inclusion proof covers the body.
    """
    lines = [
        _HEADER,
        f"extra {encode_base64(proof.body.encode())}",
        f"index {proof.seq}",
        *map(encode_base64, proof.path),
    ]
    return "\n".join(lines) + "\n\n" + proof.checkpoint.note
