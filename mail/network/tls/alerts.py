"""The alerts with which a server refuses a handshake (RFC 8446 §6.2): data only."""

from collections.abc import Mapping

UNEXPECTED_MESSAGE = 10
HANDSHAKE_FAILURE = 40
PROTOCOL_VERSION = 70
INSUFFICIENT_SECURITY = 71
UNRECOGNIZED_NAME = 112
CERTIFICATE_REQUIRED = 116
NO_APPLICATION_PROTOCOL = 120

ALERTS: Mapping[int, str] = {
    UNEXPECTED_MESSAGE: "unexpected message",
    20: "bad record mac",
    21: "decryption failed",
    22: "record overflow",
    30: "decompression failure",
    HANDSHAKE_FAILURE: "handshake failure",
    41: "no certificate",
    42: "bad certificate",
    43: "unsupported certificate",
    44: "certificate revoked",
    45: "certificate expired",
    46: "certificate unknown",
    47: "illegal parameter",
    48: "unknown ca",
    49: "access denied",
    50: "decode error",
    51: "decrypt error",
    60: "export restriction",
    PROTOCOL_VERSION: "protocol version",
    INSUFFICIENT_SECURITY: "insufficient security",
    80: "internal error",
    86: "inappropriate fallback",
    90: "user cancelled",
    100: "no renegotiation",
    109: "missing extension",
    110: "unsupported extension",
    111: "certificate unobtainable",
    UNRECOGNIZED_NAME: "unrecognized name",
    113: "bad certificate status response",
    114: "bad certificate hash value",
    115: "unknown psk identity",
    CERTIFICATE_REQUIRED: "certificate required",
    NO_APPLICATION_PROTOCOL: "no application protocol",
}
"""The names that the RFCs give to alerts, as OpenSSL's error messages spell them."""

ABOUT_CERTIFICATES = frozenset({HANDSHAKE_FAILURE, *range(41, 50), 51, CERTIFICATE_REQUIRED})
"""Alerts that a server may send about the client's certificate, or because there is none.

TLS 1.2 has no alert for a missing certificate, so servers send 40 or 42.
"""


def named(alert: int) -> str:
    """Returns an alert in words, such as `TLS alert 40, handshake failure`."""
    name = ALERTS.get(alert)
    return f"TLS alert {alert}, {name}" if name else f"TLS alert {alert}"
