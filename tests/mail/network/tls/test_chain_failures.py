import re
from dataclasses import replace

import pytest

from mail.report.codes import Code
from mail.report.report import Diagnosis
from tests.support.mail.authority import Authority
from tests.support.mail.chains import (
    EXPIRED_ROOT,
    FUTURE_ROOT,
    HOST,
    INTERMEDIATE,
    ISSUER_URL,
    ROOT,
)
from tests.support.mail.scripted import Script
from tests.support.mail.world import World

pytestmark = pytest.mark.anyio


async def diagnosed(world: World, certificate: str, trusted: Authority) -> Diagnosis:
    """Returns the diagnosis of a server with a certificate of `chains`."""
    account = replace(world.account, trusted_certificates=(trusted.pem,))
    async with world.serving({587: Script(certificate=certificate)}):
        report = await world.attempt(account)
    assert report.diagnosis is not None
    return report.diagnosis


@pytest.mark.parametrize(
    ("certificate", "trusted", "words"),
    [
        (
            "expired_intermediate",
            ROOT,
            (
                "the intermediate certificate (CN=Expired Intermediate) was valid until"
                " 2021-02-03 04:05 UTC"
            ),
        ),
        (
            "all_expired",
            ROOT,
            (
                "the intermediate certificate (CN=Expired Intermediate) was valid until"
                " 2021-02-03 04:05 UTC"
            ),
        ),
        (
            "future_intermediate",
            ROOT,
            (
                "the intermediate certificate (CN=Future Intermediate) is valid from"
                " 2088-09-10 11:12 UTC"
            ),
        ),
        (
            "expired_root_sent",
            EXPIRED_ROOT,
            "the root certificate (CN=Expired Root) was valid until 2021-02-03 04:05 UTC",
        ),
        (
            "expired_root_not_sent",
            EXPIRED_ROOT,
            "the root certificate (CN=Expired Root) was valid until 2021-02-03 04:05 UTC",
        ),
        (
            "future_root",
            FUTURE_ROOT,
            "the root certificate (CN=Future Root) is valid from 2088-09-10 11:12 UTC",
        ),
        (
            "expired_leaf_with_root",
            ROOT,
            f"the server's certificate (CN={HOST}) was valid until 2021-02-03 04:05 UTC",
        ),
    ],
)
async def test_names_the_certificate_at_fault(
    world: World, certificate: str, trusted: Authority, words: str
) -> None:
    """The message names the certificate whose date ended the handshake, and quotes that date."""
    diagnosis = await diagnosed(world, certificate, trusted)

    assert words == diagnosis.message.partition(": ")[2].rstrip(".")


@pytest.mark.parametrize(
    "certificate", ["expired_leaf_with_root", "expired_self_signed", "expired_root_sent"]
)
async def test_never_suggests_trusting_an_expired_certificate(
    world: World, certificate: str
) -> None:
    """A certificate that has expired is not suggested for trust, because that would not help."""
    diagnosis = await diagnosed(world, certificate, INTERMEDIATE)

    assert [None] == [each.value for each in diagnosis.suggestions]
    assert "replace" in diagnosis.suggestions[0].message


async def test_the_missing_intermediate_makes_the_chain_whole(world: World) -> None:
    """The missing intermediate is named with its URL, and works as a trusted certificate."""
    diagnosis = await diagnosed(world, "without_intermediate", ROOT)

    assert Code.CERTIFICATE_CHAIN_INCOMPLETE == diagnosis.code
    assert "CN=Chain Intermediate" in diagnosis.message
    _, download = diagnosis.suggestions
    assert (("trustedCertificates",), None) == (download.field, download.value)
    assert [ISSUER_URL] == re.findall(r"http://\S+(?=,)", download.message)
    account = replace(world.account, trusted_certificates=(INTERMEDIATE.pem,))
    async with world.serving({587: Script(certificate="without_intermediate")}):
        assert (await world.attempt(account)).diagnosis is None


async def test_unreadable_names_are_not_worded_by_openssl(world: World) -> None:
    """If the certificate's names cannot be read, the message says so in plain words."""
    diagnosis = await diagnosed(world, "unreadable_names", ROOT)

    expected = (
        f"The certificate is not valid for {HOST}. It is valid for names that cannot be read."
    )
    assert expected == diagnosis.message
    assert [None] == [each.value for each in diagnosis.suggestions]
