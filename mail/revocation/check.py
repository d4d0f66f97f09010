"""Checks a whole chain, within one time limit."""

import asyncio
import itertools
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509

from mail.account import Account, RevocationCheck
from mail.network.certificates import UNREADABLE, ders_in, shown_name
from mail.network.network import Network
from mail.report.codes import Code
from mail.report.failure import StageFailed
from mail.revocation.chain import verified_chain
from mail.revocation.crl import look_up
from mail.revocation.ocsp import ask_responder
from mail.revocation.pointers import crl_urls, ocsp_urls
from mail.revocation.status import NotChecked, NotRevoked, Revoked, Status

LIMIT_SECONDS = 10.0
"""The limit of the whole check. The server is waiting meanwhile."""


@dataclass(frozen=True, slots=True)
class _Checked:
    certificate: x509.Certificate
    role: str
    status: Status

    @property
    def described(self) -> str:
        return f"the {self.role} certificate ({shown_name(self.certificate.subject)})"


async def check_revocation(
    connection: ssl.SSLObject, account: Account, network: Network
) -> str | None:
    """Checks every certificate of the verified chain except the trusted one.

    Returns a remark for the report; None if the account asks for no check. Raises StageFailed if a
    certificate was revoked, and with HARD also if a certificate could not be checked.
    """
    if account.revocation is RevocationCheck.OFF:
        return None
    chain = verified_chain(connection)
    if chain[0] in ders_in(account.trusted_certificates):
        return "no revocation check, because the certificate itself is trusted"
    try:
        certificates = [x509.load_der_x509_certificate(each) for each in chain]
    except UNREADABLE:
        return _judged(account, [], "a certificate cannot be read")
    seconds = min(LIMIT_SECONDS, account.timeout_seconds)
    checked = await _check_all(certificates, network, seconds)
    for each in checked:
        if isinstance(each.status, Revoked):
            detail = f"{each.described} {each.status.words}"
            raise StageFailed(Code.CERTIFICATE_REVOKED, detail=detail)
    missing = next((each for each in checked if isinstance(each.status, NotChecked)), None)
    return _judged(account, checked, _why(missing) if missing else None)


async def _check_all(
    chain: Sequence[x509.Certificate], network: Network, seconds: float
) -> list[_Checked]:
    pairs = list(itertools.pairwise(chain))
    statuses = await asyncio.gather(*(_check(*pair, network, seconds) for pair in pairs))
    return [
        _Checked(pair[0], "intermediate" if at else "server's", status)
        for at, (pair, status) in enumerate(zip(pairs, statuses, strict=True))
    ]


async def _check(
    certificate: x509.Certificate, issuer: x509.Certificate, network: Network, seconds: float
) -> Status:
    """Asks by OCSP, then by revocation list, until an authority answers.

    Every question has its share of the time, so that a silent responder leaves time for a list.
    """
    questions = [
        *((ask_responder, url) for url in ocsp_urls(certificate)),
        *((look_up, url) for url in crl_urls(certificate)),
    ]
    status: Status = NotChecked("it names no place where its revocation could be checked")
    for ask, url in questions:
        answer = await ask(url, certificate, issuer, network, seconds / len(questions))
        if not isinstance(answer, NotChecked):
            return answer
        status = answer
    return status


def _why(checked: _Checked) -> str:
    assert isinstance(checked.status, NotChecked)  # noqa: S101 - narrows the type
    question = ". Is port 80 open for outgoing connections?" if checked.status.unreachable else ""
    return f"{checked.described}: {checked.status.why}{question}"


def _judged(account: Account, checked: Sequence[_Checked], missing: str | None) -> str:
    if missing is None:
        sources = (each.status.source for each in checked if isinstance(each.status, NotRevoked))
        return f"not revoked ({', '.join(dict.fromkeys(sources))})"
    if account.revocation is RevocationCheck.HARD:
        raise StageFailed(Code.REVOCATION_NOT_CHECKED, detail=missing)
    return f"revocation not checked: {missing}"
