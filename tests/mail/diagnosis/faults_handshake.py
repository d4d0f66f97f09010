"""The fault table: handshakes that fail before or because of certificates of the client."""

from mail.report.codes import Code
from mail.secret import Secret
from tests.mail.diagnosis.fault import Changes, Fault, Stage
from tests.support.mail.client_certificates import OTHER_STRANGER, STRANGER
from tests.support.mail.scripted import Script, alerting_handshake, handshake_refused_by

_WITH_STRANGER: Changes = {"client_certificate": STRANGER.chain, "client_key": STRANGER.key}

OLD = (
    Fault(
        title="Only ciphers without forward secrecy",
        server=Script(certificate="no_forward_secrecy", on={"STARTTLS": alerting_handshake}),
        stage=Stage.TLS,
        code=Code.TLS_CIPHERS_TOO_OLD,
    ),
    Fault(
        title="Only ciphers without forward secrecy, implicit TLS",
        server=Script(
            certificate="no_forward_secrecy", tls="none", on={}, greeting=handshake_refused_by(40)
        ),
        account={"port": 465},
        stage=Stage.TLS,
        code=Code.TLS_CIPHERS_TOO_OLD,
    ),
    Fault(
        title="A Diffie-Hellman key of 1024 bits",
        server=Script(certificate="short_dh", on={"STARTTLS": alerting_handshake}),
        stage=Stage.TLS,
        code=Code.TLS_CIPHERS_TOO_OLD,
    ),
    Fault(
        title="The server wants stronger ciphers (alert 71)",
        server=Script(on={"STARTTLS": handshake_refused_by(71)}),
        stage=Stage.TLS,
        code=Code.TLS_CIPHERS_TOO_OLD,
    ),
)

REFUSED = (
    Fault(
        title="The application protocol is refused (alert 120)",
        server=Script(on={"STARTTLS": handshake_refused_by(120)}),
        stage=Stage.TLS,
        code=Code.TLS_ALPN_REFUSED,
    ),
    Fault(
        title="The server has no certificate for the name (alert 112)",
        server=Script(on={"STARTTLS": handshake_refused_by(112)}),
        stage=Stage.TLS,
        code=Code.TLS_SERVER_NAME_UNKNOWN,
        suggests="smtpHost",
    ),
    Fault(
        title="The server fails in the handshake (alert 80)",
        server=Script(on={"STARTTLS": handshake_refused_by(80)}),
        stage=Stage.TLS,
        code=Code.TLS_HANDSHAKE_FAILED,
    ),
    Fault(
        title="An alert that has no name (alert 199)",
        server=Script(on={"STARTTLS": handshake_refused_by(199)}),
        stage=Stage.TLS,
        code=Code.TLS_HANDSHAKE_FAILED,
    ),
)

CLIENT = (
    Fault(
        title="The client certificate is from an unknown authority",
        server=Script(
            certificate="wants_certificate_by_tls12", on={"STARTTLS": alerting_handshake}
        ),
        account=_WITH_STRANGER,
        stage=Stage.TLS,
        code=Code.TLS_CLIENT_CERTIFICATE_REFUSED,
        suggests="clientCertificate",
    ),
    Fault(
        title="The client certificate is from an unknown authority, after the handshake",
        server=Script(certificate="wants_certificate", on={"STARTTLS": alerting_handshake}),
        account=_WITH_STRANGER,
        stage=Stage.EHLO,
        code=Code.TLS_CLIENT_CERTIFICATE_REFUSED,
        suggests="clientCertificate",
    ),
    Fault(
        title="A client certificate, and a username that the server does not ask for",
        server=Script(auth="EXTERNAL"),
        account=_WITH_STRANGER,
        stage=Stage.AUTHENTICATE,
        code=Code.NO_COMMON_MECHANISM,
        fix={"smtpUsername": ""},
    ),
    Fault(
        title="A client certificate is required, and the server closes without an alert",
        server=Script(certificate="wants_certificate_by_tls12"),
        stage=Stage.TLS,
        code=Code.TLS_CLIENT_CERTIFICATE_REQUIRED,
        suggests="clientCertificate",
    ),
    Fault(
        title="A client certificate is required, and the server closes after the handshake",
        server=Script(certificate="wants_certificate"),
        stage=Stage.EHLO,
        code=Code.TLS_CLIENT_CERTIFICATE_REQUIRED,
        suggests="clientCertificate",
    ),
    Fault(
        title="A client certificate is required with implicit TLS, and the server closes",
        server=Script(certificate="wants_certificate", tls="implicit"),
        account={"port": 465},
        stage=Stage.GREETING,
        code=Code.TLS_CLIENT_CERTIFICATE_REQUIRED,
        suggests="clientCertificate",
    ),
    Fault(
        title="The client certificate is refused, and the server closes without an alert",
        server=Script(certificate="wants_certificate"),
        account=_WITH_STRANGER,
        stage=Stage.EHLO,
        code=Code.TLS_CLIENT_CERTIFICATE_REFUSED,
        suggests="clientCertificate",
    ),
    Fault(
        title="A client certificate that is not a certificate",
        account=_WITH_STRANGER | {"client_certificate": "-----BEGIN CERTIFICATE-----\nnonsense"},
        stage=Stage.TLS,
        code=Code.CLIENT_CERTIFICATE_UNREADABLE,
        suggests="clientCertificate",
    ),
    Fault(
        title="A client certificate without its key",
        account={"client_certificate": STRANGER.chain},
        stage=Stage.TLS,
        code=Code.CLIENT_KEY_UNREADABLE,
        suggests="clientKey",
    ),
    Fault(
        title="A client key that is not a key",
        account=_WITH_STRANGER | {"client_key": Secret("-----BEGIN PRIVATE KEY-----\nnonsense")},
        stage=Stage.TLS,
        code=Code.CLIENT_KEY_UNREADABLE,
        suggests="clientKey",
    ),
    Fault(
        title="A client key with a passphrase",
        account=_WITH_STRANGER | {"client_key": STRANGER.encrypted_key},
        stage=Stage.TLS,
        code=Code.CLIENT_KEY_UNREADABLE,
        suggests="clientKey",
    ),
    Fault(
        title="The key of another client certificate",
        account=_WITH_STRANGER | {"client_key": OTHER_STRANGER.key},
        stage=Stage.TLS,
        code=Code.CLIENT_KEY_UNREADABLE,
        suggests="clientKey",
    ),
)

FAULTS = (*OLD, *REFUSED, *CLIENT)
