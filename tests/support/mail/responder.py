"""An authority's OCSP responder and its revocation lists, over HTTP on a scripted port."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from tests.support.mail.authority import ALWAYS, Authority, Identity, access
from tests.support.mail.chains import HOST, ROOT
from tests.support.mail.scripted import Peer, Script, Step

OCSP_URL = "http://ocsp.authority.example/"
CRL_URL = "http://crl.authority.example/root.crl"
REVOKED_AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
HTTP_PORT = 80

LISTED = x509.CRLDistributionPoints(
    [x509.DistributionPoint([x509.UniformResourceIdentifier(CRL_URL)], None, None, None)]
)
BY_OCSP = ROOT.issue(HOST, ALWAYS, access(ocsp=OCSP_URL))
BY_LIST = ROOT.issue(HOST, ALWAYS, LISTED)
BY_BOTH = ROOT.issue(HOST, ALWAYS, access(ocsp=OCSP_URL), LISTED)
LISTED_INTERMEDIATE = ROOT.intermediate("Listed Intermediate", ALWAYS, LISTED)
BELOW_LISTED = LISTED_INTERMEDIATE.issue(HOST, ALWAYS, access(ocsp=OCSP_URL))
REVOCABLE = {
    "by_ocsp": BY_OCSP,
    "by_list": BY_LIST,
    "by_both": BY_BOTH,
    "below_listed": BELOW_LISTED,
    "without_pointers": ROOT.issue(HOST),
}


def ocsp_response(
    certificate: x509.Certificate,
    issuer: Authority = ROOT,
    *,
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
    age: timedelta = timedelta(hours=1),
    signer: Identity | None = None,
) -> bytes:
    """Returns a response that is valid for a day after it was made, `age` ago."""
    made_at = datetime.now(UTC) - age
    revoked = status is ocsp.OCSPCertStatus.REVOKED
    by = signer or issuer
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=certificate,
            issuer=issuer.certificate,
            algorithm=hashes.SHA1(),  # noqa: S303 - as responders do
            cert_status=status,
            this_update=made_at,
            next_update=made_at + timedelta(days=1),
            revocation_time=REVOKED_AT if revoked else None,
            revocation_reason=x509.ReasonFlags.key_compromise if revoked else None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate)
    )
    if signer is not None:
        builder = builder.certificates([signer.certificate])
    return builder.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)


def busy_response() -> bytes:
    """Returns the response of a responder that wants to be asked later."""
    unsuccessful = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    return unsuccessful.public_bytes(Encoding.DER)


def revocation_list(
    *revoked: x509.Certificate,
    issuer: Authority = ROOT,
    key_of: Authority | None = None,
    age: timedelta = timedelta(hours=1),
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (),
) -> bytes:
    """Returns a list that is valid for a day after it was made, `age` ago."""
    made_at = datetime.now(UTC) - age
    builder = x509.CertificateRevocationListBuilder(
        issuer_name=issuer.certificate.subject,
        last_update=made_at,
        next_update=made_at + timedelta(days=1),
    )
    for each in revoked:
        entry = x509.RevokedCertificateBuilder(each.serial_number, REVOKED_AT)
        reason = x509.CRLReason(x509.ReasonFlags.superseded)
        entry = entry.add_extension(reason, critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign((key_of or issuer).key, hashes.SHA256()).public_bytes(Encoding.DER)


@dataclass(frozen=True)
class Answer:
    """An answer over HTTP. `endless` repeats the body until the client disconnects."""

    body: bytes
    status: int = 200
    headers: str = ""
    endless: bool = False


def answering(**answers: Answer | bytes) -> Script:
    """Serves `ocsp` to requests by POST, and `crl` to requests by GET."""
    return Script(greeting=_http(answers), tls="none", on={})


def _http(answers: dict[str, Answer | bytes]) -> Step:
    async def act(peer: Peer, _line: str) -> None:
        head = (await peer.reader.readuntil(b"\r\n\r\n")).decode()
        answer = answers.get("ocsp" if head.startswith("POST") else "crl", Answer(b"", 404))
        if isinstance(answer, bytes):
            answer = Answer(answer)
        peer.server.heard.append(head.encode())
        await peer.say(f"HTTP/1.1 {answer.status} x\r\n{answer.headers}\r\n".encode())
        await peer.say(answer.body)
        while answer.endless and not peer.writer.is_closing():
            await peer.say(answer.body)
        peer.writer.close()

    return act
