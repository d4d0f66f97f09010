"""Warnings about how the connection is secured, and about the trusted certificates."""

from collections.abc import Iterator
from typing import Final

from mail.account import IMPLICIT_TLS_PORTS
from service.values.advice.client import EXPIRY_WARNING
from service.values.advice.situation import Situation
from service.values.advice.suggested import set_to
from service.values.problems import Problem, problem

STARTTLS_PORTS: Final = frozenset({25, 587, 2525, 2587})


def security(situation: Situation) -> Iterator[Problem]:
    """Yields the warnings about a connection that is not secured, or not as the port expects."""
    values = situation.values
    secure_on = set_to("enableSecureConnection", "true")
    if not values.enable_secure_connection and values.smtp_port in IMPLICIT_TLS_PORTS:
        message = (
            f"Port {values.smtp_port} expects TLS from the start: turn on Enable secure connection."
        )
        yield problem("PORT_EXPECTS_IMPLICIT_TLS", "enableSecureConnection", message, secure_on)
    elif not values.enable_secure_connection and values.smtp_password_version is not None:
        message = (
            "The password is sent unencrypted, so anyone on the network path can read it: turn on "
            "Enable secure connection."
        )
        yield problem("PASSWORD_OVER_PLAINTEXT", "enableSecureConnection", message, secure_on)
    elif not values.enable_secure_connection:
        message = (
            "Messages are sent unencrypted, so anyone on the network path can read them: turn on "
            "Enable secure connection."
        )
        yield problem("CONNECTION_NOT_SECURED", "enableSecureConnection", message, secure_on)
    elif values.smtp_port in IMPLICIT_TLS_PORTS and not situation.implicit_tls:
        message = (
            f"Port {values.smtp_port} expects TLS from the start, not STARTTLS: set the TLS mode "
            "to IMPLICIT."
        )
        implicit = set_to("tlsMode", "IMPLICIT")
        yield problem("PORT_EXPECTS_IMPLICIT_TLS", "tlsMode", message, implicit)
    elif values.smtp_port in STARTTLS_PORTS and situation.implicit_tls:
        message = (
            f"Port {values.smtp_port} starts unencrypted and switches to TLS with STARTTLS: set "
            "the TLS mode to STARTTLS."
        )
        starttls = set_to("tlsMode", "STARTTLS")
        yield problem("PORT_EXPECTS_STARTTLS", "tlsMode", message, starttls)


def trusted(situation: Situation) -> Iterator[Problem]:
    """Yields the warnings about trusted certificates that are not used or expire."""
    if situation.certificates and not situation.values.enable_secure_connection:
        message = (
            "Turn on Enable secure connection, or clear the trusted certificates: they are not "
            "used while it is off."
        )
        yield problem("TRUSTED_CERTIFICATES_NOT_USED", "trustedCertificates", message)
    for place, certificate in enumerate(situation.certificates):
        path = ("trustedCertificates", str(place))
        day = f"{certificate.not_after:%Y-%m-%d}"
        if certificate.not_after <= situation.now:
            message = f"The certificate of {certificate.subject} expired on {day}: replace it."
            yield problem("TRUSTED_CERTIFICATE_EXPIRED", path, message)
        elif certificate.not_after <= situation.now + EXPIRY_WARNING:
            message = (
                f"The certificate of {certificate.subject} expires on {day}: replace it by then."
            )
            yield problem("TRUSTED_CERTIFICATE_EXPIRES_SOON", path, message)
