import time
from dataclasses import replace
from datetime import timedelta

import pytest

from mail.account import Account, RevocationCheck
from mail.report.report import Report, StageName
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
from tests.support.mail.world import World

pytestmark = pytest.mark.anyio

NOT_REVOKED_BY_OCSP = "not revoked (OCSP)"
NOT_REVOKED_BY_LIST = "not revoked (CRL)"


def checking(world: World, revocation: RevocationCheck = RevocationCheck.HARD) -> Account:
    """Returns an account that trusts the root, and checks revocation."""
    return replace(world.account, trusted_certificates=(ROOT.pem,), revocation=revocation)


def remark(report: Report) -> str:
    """Returns what stage TLS says about revocation."""
    detail = next(stage.detail for stage in report.stages if stage.name is StageName.TLS)
    return (detail or "").partition("; ")[2]


@pytest.mark.parametrize(
    ("certificate", "answers", "expected"),
    [
        ("by_ocsp", {"ocsp": ocsp_response(BY_OCSP.certificate)}, NOT_REVOKED_BY_OCSP),
        (
            "by_ocsp",
            {"ocsp": ocsp_response(BY_OCSP.certificate, signer=ROOT.responder("Responder"))},
            NOT_REVOKED_BY_OCSP,
        ),
        ("by_list", {"crl": revocation_list(BY_OCSP.certificate)}, NOT_REVOKED_BY_LIST),
        ("by_both", {"ocsp": busy_response(), "crl": revocation_list()}, NOT_REVOKED_BY_LIST),
        ("by_both", {"ocsp": Answer(b"", 500), "crl": revocation_list()}, NOT_REVOKED_BY_LIST),
        (
            "below_listed",
            {
                "ocsp": ocsp_response(BELOW_LISTED.certificate, LISTED_INTERMEDIATE),
                "crl": revocation_list(),
            },
            "not revoked (OCSP, CRL)",
        ),
    ],
)
async def test_passes_a_certificate_that_is_not_revoked(
    world: World, certificate: str, answers: dict[str, Answer | bytes], expected: str
) -> None:
    """The authorities vouch for every certificate, and the report says how that was checked."""
    scripts = {587: Script(certificate=certificate), 80: answering(**answers)}
    async with world.serving(scripts):
        report = await world.attempt(checking(world))

    assert report.diagnosis is None, report.diagnosis
    assert expected == remark(report)


@pytest.mark.parametrize(
    ("certificate", "answers", "expected"),
    [
        (
            "by_ocsp",
            {"ocsp": ocsp_response(BY_BOTH.certificate)},
            "the OCSP response is about another certificate",
        ),
        (
            "by_ocsp",
            {"ocsp": ocsp_response(BY_OCSP.certificate, age=timedelta(days=-1))},
            "the OCSP response is not current",
        ),
        (
            "by_ocsp",
            {
                "ocsp": ocsp_response(
                    BY_OCSP.certificate, signer=ROOT.responder("Server", delegated=False)
                )
            },
            "the OCSP response is not signed by the certificate's authority",
        ),
        (
            "by_ocsp",
            {"ocsp": busy_response()},
            "the OCSP responder refused the request (try later)",
        ),
        (
            "by_ocsp",
            {"ocsp": b"nonsense"},
            "the answer of http://ocsp.authority.example/ is not an OCSP response",
        ),
        (
            "by_list",
            {"crl": revocation_list(key_of=LISTED_INTERMEDIATE)},
            "the revocation list is not signed by the certificate's authority",
        ),
        (
            "by_list",
            {"crl": revocation_list(issuer=LISTED_INTERMEDIATE)},
            "the revocation list is not signed by the certificate's authority",
        ),
        (
            "by_list",
            {"crl": b"nonsense"},
            "the answer of http://crl.authority.example/root.crl is not a revocation list",
        ),
        (
            "by_list",
            {"crl": Answer(b"", 404)},
            "http://crl.authority.example/root.crl answered with HTTP status 404",
        ),
    ],
)
async def test_soft_reports_what_could_not_be_checked(
    world: World, certificate: str, answers: dict[str, Answer | bytes], expected: str
) -> None:
    """With SOFT, an answer that proves nothing is reported, and the test email goes on."""
    scripts = {587: Script(certificate=certificate), 80: answering(**answers)}
    async with world.serving(scripts):
        report = await world.attempt(checking(world, RevocationCheck.SOFT))

    assert report.diagnosis is None, report.diagnosis
    assert (
        f"revocation not checked: the server's certificate (CN=mx.example.org): {expected}"
        == remark(report)
    )


async def test_says_when_and_why_a_certificate_was_revoked(world: World) -> None:
    """The diagnosis names the certificate, the date and the authority's reason."""
    listed = revocation_list(BY_LIST.certificate)
    async with world.serving({587: Script(certificate="by_list"), 80: answering(crl=listed)}):
        report = await world.attempt(checking(world))

    assert report.diagnosis is not None
    assert (
        "A certificate of mx.example.org was revoked by its authority: the server's certificate"
        " (CN=mx.example.org) was revoked on 2026-01-02 03:04 UTC (CRL), reason: superseded."
        == report.diagnosis.message
    )


async def test_asks_whether_port_80_is_open(world: World) -> None:
    """If the authority cannot be reached, the diagnosis asks whether a firewall is the cause."""
    world.names["ocsp.authority.example"] = []
    async with world.serving({587: Script(certificate="by_ocsp")}):
        report = await world.attempt(checking(world))

    assert report.diagnosis is not None
    expected = "cannot be reached. Is port 80 open for outgoing connections?"
    assert report.diagnosis.message.endswith(expected)


async def test_off_asks_no_authority(world: World) -> None:
    """Without the setting, no authority learns that the server was contacted."""
    scripts = {587: Script(certificate="by_both"), 80: answering()}
    async with world.serving(scripts) as servers:
        report = await world.attempt(checking(world, RevocationCheck.OFF))

    assert report.diagnosis is None, report.diagnosis
    assert 0 == servers[80].connections


async def test_a_certificate_that_is_trusted_itself_is_not_checked(world: World) -> None:
    """An administrator who trusts the server's own certificate decides without its authority."""
    account = replace(checking(world), trusted_certificates=(BY_OCSP.pem,))
    async with world.serving({587: Script(certificate="by_ocsp")}):
        report = await world.attempt(account)

    assert report.diagnosis is None, report.diagnosis
    assert "no revocation check, because the certificate itself is trusted" == remark(report)


async def test_silent_authorities_do_not_hold_up_the_test(world: World) -> None:
    """Responders that never answer share one time limit, and SOFT then goes on."""
    account = replace(checking(world, RevocationCheck.SOFT), timeout_seconds=0.5)
    scripts = {587: Script(certificate="by_both"), 80: Script(greeting=hang, tls="none")}
    async with world.serving(scripts):
        began = time.monotonic()
        report = await world.attempt(account)

    assert report.diagnosis is None, report.diagnosis
    assert time.monotonic() - began < 2
    assert "did not answer in time" in remark(report)
