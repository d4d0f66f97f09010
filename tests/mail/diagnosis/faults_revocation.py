"""The fault table: certificates that were revoked, or whose revocation cannot be checked."""

import errno
import socket
from datetime import timedelta

from cryptography.x509.ocsp import OCSPCertStatus

from mail.account import RevocationCheck
from mail.report.codes import Code
from tests.mail.diagnosis.fault import Changes, Fault, Stage
from tests.support.mail.authority import Authority
from tests.support.mail.chains import ROOT
from tests.support.mail.responder import (
    BELOW_LISTED,
    BY_BOTH,
    BY_LIST,
    BY_OCSP,
    LISTED_INTERMEDIATE,
    Answer,
    answering,
    busy_response,
    ocsp_response,
    revocation_list,
)
from tests.support.mail.scripted import Script, hang
from tests.support.mail.world import IMPATIENT

_TRUST: Changes = {"trusted_certificates": (ROOT.pem,)}
_HARD: Changes = _TRUST | {"revocation": RevocationCheck.HARD}
_SOFT: Changes = _TRUST | {"revocation": RevocationCheck.SOFT}
_TO_SOFT = {"revocationCheck": "SOFT"}
_REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
_STRANGER = Authority.root("Chain Root")

REVOKED = (
    Fault(
        title="Revoked, says OCSP",
        server={
            587: Script(certificate="by_ocsp"),
            80: answering(ocsp=ocsp_response(BY_OCSP.certificate, status=OCSPCertStatus.REVOKED)),
        },
        account=_SOFT,
        stage=Stage.TLS,
        code=Code.CERTIFICATE_REVOKED,
    ),
    Fault(
        title="Revoked, says the revocation list",
        server={
            587: Script(certificate="by_list"),
            80: answering(crl=revocation_list(BY_LIST.certificate)),
        },
        account=_HARD,
        stage=Stage.TLS,
        code=Code.CERTIFICATE_REVOKED,
    ),
    Fault(
        title="Revoked, says the revocation list, while the OCSP responder is busy",
        server={
            587: Script(certificate="by_both"),
            80: answering(ocsp=busy_response(), crl=revocation_list(BY_BOTH.certificate)),
        },
        account=_SOFT,
        stage=Stage.TLS,
        code=Code.CERTIFICATE_REVOKED,
    ),
    Fault(
        title="The intermediate certificate is revoked",
        server={
            587: Script(certificate="below_listed"),
            80: answering(
                ocsp=ocsp_response(BELOW_LISTED.certificate, LISTED_INTERMEDIATE),
                crl=revocation_list(LISTED_INTERMEDIATE.certificate),
            ),
        },
        account=_SOFT,
        stage=Stage.TLS,
        code=Code.CERTIFICATE_REVOKED,
    ),
)

UNCHECKED = (
    Fault(
        title="A certificate that does not say where to check its revocation",
        server=Script(certificate="without_pointers"),
        account=_HARD,
        stage=Stage.TLS,
        code=Code.REVOCATION_NOT_CHECKED,
        fix=_TO_SOFT,
    ),
    Fault(
        title="Port 80 is refused",
        server=Script(certificate="by_both"),
        account=_HARD,
        names={"ocsp.authority.example": ["10.0.0.9"], "crl.authority.example": ["10.0.0.9"]},
        down={"10.0.0.9": _REFUSED},
        stage=Stage.TLS,
        code=Code.REVOCATION_NOT_CHECKED,
        fix=_TO_SOFT,
    ),
    Fault(
        title="Port 80 is silently blocked",
        server=Script(certificate="by_ocsp"),
        account=_HARD | {"timeout_seconds": IMPATIENT},
        names={"ocsp.authority.example": ["10.0.0.9"]},
        down={"10.0.0.9": None},
        stage=Stage.TLS,
        code=Code.REVOCATION_NOT_CHECKED,
        fix=_TO_SOFT,
    ),
    Fault(
        title="The OCSP responder does not answer",
        server={587: Script(certificate="by_ocsp"), 80: Script(greeting=hang, tls="none")},
        account=_HARD | {"timeout_seconds": IMPATIENT},
        stage=Stage.TLS,
        code=Code.REVOCATION_NOT_CHECKED,
        fix=_TO_SOFT,
    ),
    Fault(
        title="The OCSP responder's name is unknown",
        server=Script(certificate="by_ocsp"),
        account=_HARD,
        names={"ocsp.authority.example": socket.gaierror(socket.EAI_NONAME, "unknown")},
        stage=Stage.TLS,
        code=Code.REVOCATION_NOT_CHECKED,
        fix=_TO_SOFT,
    ),
    Fault(
        title="The destination rules forbid the OCSP responder",
        server={
            587: Script(certificate="by_ocsp"),
            80: answering(ocsp=ocsp_response(BY_OCSP.certificate)),
        },
        account=_HARD,
        names={"ocsp.authority.example": ["10.0.0.9"]},
        blocked=("10.0.0.0/8",),
        stage=Stage.TLS,
        code=Code.REVOCATION_NOT_CHECKED,
        fix=_TO_SOFT,
    ),
    Fault(
        title="The OCSP responder redirects",
        server={
            587: Script(certificate="by_ocsp"),
            80: answering(ocsp=Answer(b"", 302, "Location: http://169.254.169.254/\r\n")),
        },
        account=_HARD,
        stage=Stage.TLS,
        code=Code.REVOCATION_NOT_CHECKED,
        fix=_TO_SOFT,
    ),
    Fault(
        title="An OCSP response of last week",
        server={
            587: Script(certificate="by_ocsp"),
            80: answering(ocsp=ocsp_response(BY_OCSP.certificate, age=timedelta(days=7))),
        },
        account=_HARD,
        stage=Stage.TLS,
        code=Code.REVOCATION_NOT_CHECKED,
        fix=_TO_SOFT,
    ),
    Fault(
        title="An OCSP response that another authority signed",
        server={
            587: Script(certificate="by_ocsp"),
            80: answering(ocsp=ocsp_response(BY_OCSP.certificate, signer=_STRANGER)),
        },
        account=_HARD,
        stage=Stage.TLS,
        code=Code.REVOCATION_NOT_CHECKED,
        fix=_TO_SOFT,
    ),
    Fault(
        title="An endless OCSP response",
        server={
            587: Script(certificate="by_ocsp"),
            80: answering(ocsp=Answer(b"x" * 4096, endless=True)),
        },
        account=_HARD,
        stage=Stage.TLS,
        code=Code.REVOCATION_NOT_CHECKED,
        fix=_TO_SOFT,
    ),
    Fault(
        title="A revocation list of last week",
        server={
            587: Script(certificate="by_list"),
            80: answering(crl=revocation_list(age=timedelta(days=7))),
        },
        account=_HARD,
        stage=Stage.TLS,
        code=Code.REVOCATION_NOT_CHECKED,
        fix=_TO_SOFT,
    ),
)

FAULTS = (*REVOKED, *UNCHECKED)
