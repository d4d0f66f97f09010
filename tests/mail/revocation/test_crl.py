from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.x509.oid import ObjectIdentifier

from mail.revocation.crl import judge
from mail.revocation.status import NotChecked, NotRevoked, Revoked
from tests.support.mail.chains import INTERMEDIATE, ROOT
from tests.support.mail.responder import BY_LIST, CRL_URL, REVOKED_AT, revocation_list

OTHER_URL = "http://crl.authority.example/other.crl"
NOT_COVERED = NotChecked("the revocation list does not cover the certificate")


def point(
    *urls: str,
    users: bool = False,
    authorities: bool = False,
    reasons: frozenset[x509.ReasonFlags] | None = None,
    indirect: bool = False,
) -> tuple[x509.ExtensionType, bool]:
    """Returns the extension that says what a revocation list covers (RFC 5280 §5.2.5)."""
    names = [x509.UniformResourceIdentifier(url) for url in urls] or None
    return (
        x509.IssuingDistributionPoint(
            full_name=names,
            relative_name=None,
            only_contains_user_certs=users,
            only_contains_ca_certs=authorities,
            only_some_reasons=reasons,
            indirect_crl=indirect,
            only_contains_attribute_certs=False,
        ),
        True,
    )


@pytest.mark.parametrize(
    "extension",
    [point(CRL_URL), point(users=True), (x509.CRLNumber(7), False)],
    ids=["its-part", "servers-only", "number"],
)
def test_a_list_that_covers_the_certificate_decides(
    extension: tuple[x509.ExtensionType, bool],
) -> None:
    """A list of the certificate's part or kind proves that it was not revoked, or that it was."""
    now = datetime.now(UTC)
    clean = revocation_list(extensions=(extension,))
    listed = revocation_list(BY_LIST.certificate, extensions=(extension,))

    assert NotRevoked("CRL") == judge(clean, BY_LIST.certificate, ROOT.certificate, now)
    expected = Revoked("CRL", REVOKED_AT, "superseded")
    assert expected == judge(listed, BY_LIST.certificate, ROOT.certificate, now)


@pytest.mark.parametrize(
    "extension",
    [
        point(OTHER_URL),
        point(authorities=True),
        point(reasons=frozenset({x509.ReasonFlags.key_compromise})),
        point(indirect=True),
        (x509.DeltaCRLIndicator(6), True),
        (x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True),
    ],
    ids=["another-part", "authorities-only", "some-reasons", "indirect", "delta", "unknown"],
)
def test_a_list_that_does_not_cover_the_certificate_proves_nothing(
    extension: tuple[x509.ExtensionType, bool],
) -> None:
    """Absence from a list of something else is no proof."""
    answer = revocation_list(extensions=(extension,))

    assert NOT_COVERED == judge(answer, BY_LIST.certificate, ROOT.certificate, datetime.now(UTC))


def test_a_list_of_servers_does_not_cover_an_authority() -> None:
    """An intermediate authority is not in a list of servers' certificates."""
    answer = revocation_list(extensions=(point(users=True),))

    assert NOT_COVERED == judge(
        answer, INTERMEDIATE.certificate, ROOT.certificate, datetime.now(UTC)
    )
