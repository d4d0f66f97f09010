"""Warnings about the client certificate and its key, and about the revocation check."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from mail.account import RevocationCheck
from mail.report import CertificateFacts
from service.values.advice.situation import Situation
from service.values.certificates.client_certificate import is_for_clients
from service.values.problems import Problem, problem
from service.values.settings_values import SettingsValues

EXPIRY_WARNING: Final = timedelta(days=30)


def client_rules(situation: Situation) -> Iterator[Problem]:
    """Yields the warnings about the client certificate and the revocation check."""
    yield from _certificate(situation.values, situation.client_certificate, situation.now)
    yield from _revocation(situation.values)


def _certificate(
    values: SettingsValues, chain: Sequence[CertificateFacts], now: datetime
) -> Iterator[Problem]:
    has_key = values.client_key_version is not None
    if chain and not has_key:
        message = "Set the client key as well, or clear the certificate: neither is used alone."
        yield problem("CLIENT_CERTIFICATE_WITHOUT_KEY", "clientKey", message)
    if has_key and not chain:
        message = "Set the client certificate as well, or clear its key: neither is used alone."
        yield problem("CLIENT_KEY_WITHOUT_CERTIFICATE", "clientCertificate", message)
    if chain and not values.enable_secure_connection:
        message = (
            "Turn on Enable secure connection, or clear the client certificate: it is not used "
            "while the connection is not secured."
        )
        yield problem("CLIENT_CERTIFICATE_NOT_USED", "clientCertificate", message)
    if chain and not is_for_clients(chain[0]):
        message = (
            f"Use another certificate: {chain[0].subject} was not issued for clients (its key "
            "usage lacks TLS client authentication), so servers may reject it."
        )
        yield problem("CLIENT_CERTIFICATE_NOT_FOR_CLIENTS", "clientCertificate", message)
    for certificate in chain:
        yield from _validity(certificate, now)


def _validity(certificate: CertificateFacts, now: datetime) -> Iterator[Problem]:
    name, end = certificate.subject, f"{certificate.not_after:%Y-%m-%d}"
    if certificate.not_before > now:
        day = f"{certificate.not_before:%Y-%m-%d %H:%M} UTC"
        message = f"The certificate of {name} is valid from {day} on: wait, or use another one."
        yield problem("CLIENT_CERTIFICATE_NOT_YET_VALID", "clientCertificate", message)
    elif certificate.not_after <= now:
        message = f"The certificate of {name} expired on {end}: replace it."
        yield problem("CLIENT_CERTIFICATE_EXPIRED", "clientCertificate", message)
    elif certificate.not_after <= now + EXPIRY_WARNING:
        message = f"The certificate of {name} expires on {end}: replace it by then."
        yield problem("CLIENT_CERTIFICATE_EXPIRES_SOON", "clientCertificate", message)


def _revocation(values: SettingsValues) -> Iterator[Problem]:
    if values.revocation_check is not RevocationCheck.OFF and not values.enable_secure_connection:
        message = (
            "Turn on Enable secure connection, or turn off the revocation check: without a secured "
            "connection there is no certificate to check."
        )
        yield problem("REVOCATION_CHECK_NOT_USED", "revocationCheck", message)
