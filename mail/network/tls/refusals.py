"""Why a handshake failed: the code, and the reason in words."""

import re
import ssl
from collections.abc import Mapping

from mail.network.protocols import is_tls
from mail.network.tls.alerts import (
    ABOUT_CERTIFICATES,
    ALERTS,
    CERTIFICATE_REQUIRED,
    HANDSHAKE_FAILURE,
    INSUFFICIENT_SECURITY,
    NO_APPLICATION_PROTOCOL,
    PROTOCOL_VERSION,
    UNRECOGNIZED_NAME,
    named,
)
from mail.network.tls.handshake import Handshake
from mail.report.codes import Code

_BY_VERIFY_CODE = {
    9: Code.CERTIFICATE_NOT_YET_VALID,
    10: Code.CERTIFICATE_EXPIRED,
    18: Code.CERTIFICATE_SELF_SIGNED,
    19: Code.CERTIFICATE_UNKNOWN_AUTHORITY,
    20: Code.CERTIFICATE_UNKNOWN_AUTHORITY,
    21: Code.CERTIFICATE_UNKNOWN_AUTHORITY,
    62: Code.CERTIFICATE_HOSTNAME_MISMATCH,
    64: Code.CERTIFICATE_HOSTNAME_MISMATCH,
}
"""X509_V_ERR_* of OpenSSL's x509_vfy.h."""

_WORDS_BY_VERIFY_CODE = {
    66: "the key of the server's certificate is too short",
    67: "the key of an authority's certificate is too short",
    68: "a signature in the chain uses a hash that is no longer secure, such as SHA-1",
}

_BY_ALERT = {
    PROTOCOL_VERSION: Code.TLS_VERSION_TOO_OLD,
    INSUFFICIENT_SECURITY: Code.TLS_CIPHERS_TOO_OLD,
    UNRECOGNIZED_NAME: Code.TLS_SERVER_NAME_UNKNOWN,
    CERTIFICATE_REQUIRED: Code.TLS_CLIENT_CERTIFICATE_REQUIRED,
    NO_APPLICATION_PROTOCOL: Code.TLS_ALPN_REFUSED,
}

_NOT_TLS = (Code.TLS_HANDSHAKE_FAILED, "it does not speak TLS")
_CLOSED = "the server closed the connection"
_EOF = "UNEXPECTED_EOF_WHILE_READING"
_BY_REASON: Mapping[str, tuple[Code, str]] = {
    "UNSUPPORTED_PROTOCOL": (Code.TLS_VERSION_TOO_OLD, "its version of TLS is too old"),
    "WRONG_SSL_VERSION": (Code.TLS_VERSION_TOO_OLD, "its version of TLS is too old"),
    "DH_KEY_TOO_SMALL": (Code.TLS_CIPHERS_TOO_OLD, "its Diffie-Hellman key is too short"),
    "BAD_DH_VALUE": (Code.TLS_CIPHERS_TOO_OLD, "its Diffie-Hellman key is not valid"),
    "WRONG_CIPHER_RETURNED": (Code.TLS_CIPHERS_TOO_OLD, "it chose a cipher that was not offered"),
    "UNKNOWN_CIPHER_RETURNED": (Code.TLS_CIPHERS_TOO_OLD, "it chose an unknown cipher"),
    "WRONG_CURVE": (Code.TLS_CIPHERS_TOO_OLD, "it chose a curve that was not offered"),
    "WRONG_SIGNATURE_TYPE": (Code.TLS_CIPHERS_TOO_OLD, "it signed in a way that is not secure"),
    "UNSAFE_LEGACY_RENEGOTIATION_DISABLED": (
        Code.TLS_CIPHERS_TOO_OLD,
        "it does not support secure renegotiation (RFC 5746)",
    ),
    "EE_KEY_TOO_SMALL": (Code.CERTIFICATE_REFUSED, _WORDS_BY_VERIFY_CODE[66]),
    "CA_KEY_TOO_SMALL": (Code.CERTIFICATE_REFUSED, _WORDS_BY_VERIFY_CODE[67]),
    "CA_MD_TOO_WEAK": (Code.CERTIFICATE_REFUSED, _WORDS_BY_VERIFY_CODE[68]),
    "WRONG_VERSION_NUMBER": _NOT_TLS,
    "PACKET_LENGTH_TOO_LONG": _NOT_TLS,
    "HTTP_REQUEST": _NOT_TLS,
    "UNKNOWN_PROTOCOL": _NOT_TLS,
}
"""What OpenSSL found out itself. Reasons that are missing here are shown as OpenSSL words them."""

_ALERT_REASON = re.compile(r"(?:SSLV3|TLSV1|TLSV13)_(?:ALERT_)?(\w+)")
_ALERTS_BY_NAME = {name: number for number, name in ALERTS.items()}


def refusal_of(error: ssl.SSLError, handshake: Handshake | None = None) -> tuple[Code, str]:
    """Returns why a handshake failed: the code, and the reason in words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        code = _BY_VERIFY_CODE.get(error.verify_code, Code.CERTIFICATE_REFUSED)
        words = _WORDS_BY_VERIFY_CODE.get(error.verify_code)
        return code, words or str(error.verify_message).rstrip(".")
    if handshake is not None and handshake.first_bytes and not is_tls(handshake.first_bytes):
        return _NOT_TLS
    reason = error.reason or ""
    alert = handshake.alert if handshake is not None else None
    if alert is None:
        alert = _alert_of(reason)
    if alert is not None:
        return _by_alert(alert, handshake or Handshake()), named(alert)
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError) or reason == _EOF:
        return refusal_by_closing(handshake)
    words = reason.lower().replace("_", " ") or "no reason given"
    return _BY_REASON.get(reason, (Code.TLS_HANDSHAKE_FAILED, words))


def refusal_by_closing(handshake: Handshake | None) -> tuple[Code, str]:
    """Returns why a server closed the connection in the handshake, or after it, without an alert.

    A server that asked for a client certificate, and then closes at once, refuses the client
    because of its certificate.
    """
    return _about_certificate(handshake) or Code.TLS_HANDSHAKE_FAILED, _CLOSED


def _about_certificate(handshake: Handshake | None) -> Code | None:
    """Returns what a refusal of the client means if the server asked for its certificate."""
    if handshake is None or not handshake.certificate_requested:
        return None
    if handshake.certificate_sent:
        return Code.TLS_CLIENT_CERTIFICATE_REFUSED
    return Code.TLS_CLIENT_CERTIFICATE_REQUIRED


def _alert_of(reason: str) -> int | None:
    """Returns the number of the alert that an OpenSSL reason is about, if it is about an alert."""
    parts = _ALERT_REASON.fullmatch(reason)
    return _ALERTS_BY_NAME.get(parts[1].lower().replace("_", " ")) if parts else None


def _by_alert(alert: int, handshake: Handshake) -> Code:
    if alert in ABOUT_CERTIFICATES and (code := _about_certificate(handshake)):
        return code
    if alert == HANDSHAKE_FAILURE and not handshake.agreed:
        return Code.TLS_CIPHERS_TOO_OLD
    return _BY_ALERT.get(alert, Code.TLS_HANDSHAKE_FAILED)
