"""The fault table: certificates whose dates or whose authorities are at fault."""

from mail.report.codes import Code
from tests.mail.diagnosis.fault import Changes, Fault, Stage
from tests.support.mail.chains import EXPIRED_ROOT, FUTURE_ROOT, ROOT
from tests.support.mail.scripted import Script

_TRUSTS_ROOT: Changes = {"trusted_certificates": (ROOT.pem,)}

DATES = (
    Fault(
        title="An intermediate certificate has expired",
        server=Script(certificate="expired_intermediate"),
        account=_TRUSTS_ROOT,
        stage=Stage.TLS,
        code=Code.CERTIFICATE_EXPIRED,
    ),
    Fault(
        title="An intermediate certificate is not valid yet",
        server=Script(certificate="future_intermediate"),
        account=_TRUSTS_ROOT,
        stage=Stage.TLS,
        code=Code.CERTIFICATE_NOT_YET_VALID,
    ),
    Fault(
        title="A trusted root has expired",
        server=Script(certificate="expired_root_not_sent"),
        account={"trusted_certificates": (EXPIRED_ROOT.pem,)},
        stage=Stage.TLS,
        code=Code.CERTIFICATE_EXPIRED,
        suggests="trustedCertificates",
    ),
    Fault(
        title="A trusted root is not valid yet",
        server=Script(certificate="future_root"),
        account={"trusted_certificates": (FUTURE_ROOT.pem,)},
        stage=Stage.TLS,
        code=Code.CERTIFICATE_NOT_YET_VALID,
        suggests="trustedCertificates",
    ),
    Fault(
        title="Self-signed certificate that has expired",
        server=Script(certificate="expired_self_signed"),
        stage=Stage.TLS,
        code=Code.CERTIFICATE_SELF_SIGNED,
    ),
    Fault(
        title="Certificate from a private authority that has expired",
        server=Script(certificate="expired_leaf_with_root"),
        stage=Stage.TLS,
        code=Code.CERTIFICATE_UNKNOWN_AUTHORITY,
    ),
    Fault(
        title="Certificate from a private authority whose root has expired",
        server=Script(certificate="expired_root_sent"),
        stage=Stage.TLS,
        code=Code.CERTIFICATE_UNKNOWN_AUTHORITY,
    ),
    Fault(
        title="A private authority whose root has expired, but not its intermediate",
        server=Script(certificate="expired_root_above_intermediate"),
        stage=Stage.TLS,
        code=Code.CERTIFICATE_UNKNOWN_AUTHORITY,
        fix={"trustedCertificates": "PEM"},
    ),
)

INCOMPLETE = (
    Fault(
        title="The intermediate certificate is missing",
        server=Script(certificate="without_intermediate"),
        account=_TRUSTS_ROOT,
        stage=Stage.TLS,
        code=Code.CERTIFICATE_CHAIN_INCOMPLETE,
    ),
    Fault(
        title="Another intermediate certificate is sent",
        server=Script(certificate="wrong_intermediate"),
        account=_TRUSTS_ROOT,
        stage=Stage.TLS,
        code=Code.CERTIFICATE_CHAIN_INCOMPLETE,
    ),
    Fault(
        title="The second of two intermediate certificates is missing",
        server=Script(certificate="without_second_intermediate"),
        account=_TRUSTS_ROOT,
        stage=Stage.TLS,
        code=Code.CERTIFICATE_CHAIN_INCOMPLETE,
    ),
    Fault(
        title="Certificate from a private authority with an internal address, sent alone",
        server=Script(certificate="internal_pointer"),
        stage=Stage.TLS,
        code=Code.CERTIFICATE_UNKNOWN_AUTHORITY,
        fix={"trustedCertificates": "PEM"},
    ),
    Fault(
        title="Certificate from a private authority with a public address, with its intermediate",
        server=Script(certificate="internal_authority_with_pointer"),
        stage=Stage.TLS,
        code=Code.CERTIFICATE_UNKNOWN_AUTHORITY,
        fix={"trustedCertificates": "PEM"},
    ),
)

NAMES = (
    Fault(
        title="Certificate whose names cannot be read",
        server=Script(certificate="unreadable_names"),
        account=_TRUSTS_ROOT,
        stage=Stage.TLS,
        code=Code.CERTIFICATE_HOSTNAME_MISMATCH,
        suggests="smtpHost",
    ),
)

FAULTS = (*DATES, *INCOMPLETE, *NAMES)
