"""What a chain that was refused means: the code, and words that name the certificate at fault."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID, ObjectIdentifier

from mail.network.certificates import UNREADABLE, chain_facts, shown_name
from mail.network.names import full_name
from mail.network.tls.chains import Chain, chain_of
from mail.report.codes import Code

_NAMES_SHOWN = 8
_PUBLIC_POLICIES = "2.23.140.1."
"""The policies of the CA/Browser Forum, which only public authorities assert."""


def explain(
    code: Code, presented: Sequence[bytes], anchors: Sequence[bytes], now: datetime
) -> tuple[Code, str] | None:
    """Returns the code of a refused chain and its words, or None if OpenSSL's words are enough."""
    if code is Code.CERTIFICATE_HOSTNAME_MISMATCH:
        return code, _names(presented)
    chain = chain_of(presented, anchors, now)
    if chain is None:
        return None
    if code is Code.CERTIFICATE_EXPIRED and (expired := chain.expired(now)):
        date = f"{expired.not_valid_after_utc:%Y-%m-%d %H:%M} UTC"
        return code, f"{_described(chain, expired)} was valid until {date}"
    if code is Code.CERTIFICATE_NOT_YET_VALID and (later := chain.not_yet_valid(now)):
        date = f"{later.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
        return code, f"{_described(chain, later)} is valid from {date}"
    if code is Code.CERTIFICATE_UNKNOWN_AUTHORITY:
        return _unknown_authority(chain)
    return None


def _names(presented: Sequence[bytes]) -> str:
    leaf = chain_facts(presented[:1])
    if not leaf:
        return "names that cannot be read"
    return ", ".join(leaf[0].dns_names[:_NAMES_SHOWN]) or "no name at all"


def _described(chain: Chain, certificate: x509.Certificate) -> str:
    return f"{chain.role_of(certificate)} ({shown_name(certificate.subject)})"


def _unknown_authority(chain: Chain) -> tuple[Code, str]:
    top = chain.path[-1]
    issuer = shown_name(top.issuer)
    if top.subject == top.issuer:
        return Code.CERTIFICATE_UNKNOWN_AUTHORITY, issuer
    if issuer_urls(top) and (not _is_authority(top) or _is_public(chain.path[0])):
        return Code.CERTIFICATE_CHAIN_INCOMPLETE, f"the certificate of {issuer} is missing"
    return Code.CERTIFICATE_UNKNOWN_AUTHORITY, issuer


def issuer_urls(certificate: x509.Certificate) -> tuple[str, ...]:
    """Returns the public URLs at which the certificate says that its issuer's can be downloaded."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except (x509.ExtensionNotFound, *UNREADABLE):
        return ()
    urls = (
        each.access_location.value
        for each in access.value
        if each.access_method == AuthorityInformationAccessOID.CA_ISSUERS
        and isinstance(each.access_location, x509.UniformResourceIdentifier)
    )
    return tuple(url for url in urls if _is_public_url(url))


def _is_public_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        if not (url.isascii() and url.isprintable()):
            return False
        return parts.scheme in {"http", "https"} and full_name(parts.hostname or "") is not None
    except ValueError:
        return False


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except (x509.ExtensionNotFound, *UNREADABLE):
        return False
    return basic.value.ca


def _is_public(leaf: x509.Certificate) -> bool:
    """Returns whether a public authority issued the certificate: it asserts a public policy."""
    try:
        policies = leaf.extensions.get_extension_for_class(x509.CertificatePolicies)
    except (x509.ExtensionNotFound, *UNREADABLE):
        return False
    return any(_is_public_policy(each.policy_identifier) for each in policies.value)


def _is_public_policy(policy: ObjectIdentifier) -> bool:
    return policy.dotted_string.startswith(_PUBLIC_POLICIES)
