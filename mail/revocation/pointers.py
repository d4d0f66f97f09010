"""Where a certificate says that its revocation can be checked."""

from collections.abc import Iterable, Iterator

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from mail.network.certificates import UNREADABLE

MAX_URLS = 2
"""How many places of each kind are asked; certificates hardly ever name more."""


def ocsp_urls(certificate: x509.Certificate) -> tuple[str, ...]:
    """Returns the URLs of the OCSP responders (RFC 5280 §4.2.2.1)."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except (x509.ExtensionNotFound, *UNREADABLE):
        return ()
    places = (
        each.access_location
        for each in access.value
        if each.access_method == AuthorityInformationAccessOID.OCSP
    )
    return tuple(_http_urls(places))[:MAX_URLS]


def distribution_points(certificate: x509.Certificate) -> tuple[x509.DistributionPoint, ...]:
    """Returns where complete revocation lists of the issuer itself are (RFC 5280 §4.2.1.13)."""
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints)
    except (x509.ExtensionNotFound, *UNREADABLE):
        return ()
    return tuple(each for each in points.value if each.crl_issuer is None and each.reasons is None)


def crl_urls(certificate: x509.Certificate) -> tuple[str, ...]:
    """Returns the URLs of the revocation lists."""
    points = distribution_points(certificate)
    places = (place for point in points for place in point.full_name or ())
    return tuple(_http_urls(places))[:MAX_URLS]


def _http_urls(places: Iterable[x509.GeneralName]) -> Iterator[str]:
    """Yields the URLs with `http:`. Authorities avoid TLS here, which would need a check itself."""
    for place in places:
        is_url = isinstance(place, x509.UniformResourceIdentifier)
        if is_url and place.value.lower().startswith("http://"):
            yield place.value
