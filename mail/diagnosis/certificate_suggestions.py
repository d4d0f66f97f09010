"""Suggests what would fix a certificate that was refused."""

from collections.abc import Iterable
from itertools import takewhile

from cryptography import x509

from mail.diagnosis.failure_context import FailureContext
from mail.network.certificates import chain_facts, ders_in, issuing_path, names_match
from mail.network.tls import issuer_urls
from mail.report.code_facts import CODES
from mail.report.failure import Failure
from mail.report.report import CertificateFacts, Suggestion


def trust(failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    """Suggests trusting the server's authority, and a host that its certificate is for."""
    suggested = tuple(trust_highest(context))
    yield from suggested
    trusting = any(each.value for each in suggested)
    if trusting and not names_match(context.certificates[0], context.account.host):
        yield from certificate_name(failure, context)


def trust_highest(context: FailureContext) -> Iterable[Suggestion]:
    """Suggests trusting the topmost certificate of the chain, and so all that it signed.

    The value has the certificates that are trusted already, because it replaces the whole list.

    A certificate that is not valid now is never suggested, nor a certificate above it: that would
    not help. Nor does trusting the server's own certificate if the server sends an invalid issuer.
    """
    path = issuing_path(context.certificates)
    valid = tuple(takewhile(lambda each: each.not_before <= context.now <= each.not_after, path))
    if len(valid) < min(2, len(path)):
        yield _not_valid_either(path[len(valid)])
    elif valid:
        top = valid[-1]
        text = (
            f"If the SHA-256 fingerprint {top.sha256} is that of your own server or certificate"
            f" authority, trust this certificate ({top.subject})."
        )
        trusted = map(_lines, (*context.account.trusted_certificates, top.pem))
        yield Suggestion(text, ("trustedCertificates",), "".join(dict.fromkeys(trusted)))


def _lines(pem: str) -> str:
    return f"{pem.strip()}\n"


def _not_valid_either(certificate: CertificateFacts) -> Suggestion:
    return Suggestion(
        f"Do not trust this certificate. Ask the server's operator to replace {certificate.subject}"
        f": it is valid only from {certificate.not_before:%Y-%m-%d} to"
        f" {certificate.not_after:%Y-%m-%d}."
    )


def replaced_trust(failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    """Suggests replacing the trusted certificate that the failure is about, if it is about one."""
    for facts in chain_facts(ders_in(context.account.trusted_certificates)):
        if not facts.not_before <= context.now <= facts.not_after and facts.subject in failure.text:
            text = f"Replace {facts.subject} among the trusted certificates by its successor."
            yield Suggestion(text, ("trustedCertificates",))


def missing_issuer(failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    """Suggests that the server sends the certificate that is missing, or that it is added here."""
    yield Suggestion(CODES[failure.code].fix)
    for top in issuing_path(context.certificates)[-1:]:
        for url in issuer_urls(x509.load_pem_x509_certificate(top.pem.encode()))[:1]:
            text = f"Until then, download {top.issuer} from {url}, and add it in PEM format."
            yield Suggestion(text, ("trustedCertificates",))


def is_host(context: FailureContext, *names: str) -> bool:
    """Returns whether the account's host is one of `names`: suggesting it would not help."""
    host = context.account.host.strip("[]").rstrip(".").lower()
    return host in {name.rstrip(".").lower() for name in names}


def certificate_name(_failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    """Suggests a host that the certificate is for."""
    for name in context.certificates[0].dns_names if context.certificates else ():
        if "*" not in name and not is_host(context, name):
            text = f"Set the SMTP host to {name}, if that is the server that you want."
            yield Suggestion(text, ("smtpHost",), name)
            return
