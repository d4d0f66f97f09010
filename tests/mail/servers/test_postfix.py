"""Attempts at a real Postfix: its refusals as it words and times them, and its sign-ins.

This folder mirrors no folder of `mail`: its tests run whole attempts at the mail servers that most
installations meet, so that no scripted server has to be trusted to behave as they do.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from mail.account import SaslMechanism
from mail.report.codes import Code
from mail.report.report import EmailTestOutcome, StageName
from mail.secret import Secret
from tests.mail.servers.attempts import assert_as_composed, attempted
from tests.mail.servers.postfix_refusals import REFUSALS, SERVICES
from tests.mail.servers.refusal import Refusal, assert_refused, parameters
from tests.support.mail.certificates import MadeCertificates
from tests.support.mail.servers.greylist import greylisting
from tests.support.mail.servers.postfix import Postfix, need_postfix, running_postfix
from tests.support.mail.world import PASSWORD, World
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

Stage = StageName


@pytest.fixture(scope="module")
def postfix(certificates: MadeCertificates) -> Iterator[Postfix]:
    """Runs Postfix once for all tests of this module."""
    need_postfix()
    with greylisting() as port:
        services = {
            name: {key: value.replace("{port}", str(port)) for key, value in options.items()}
            for name, options in SERVICES.items()
        }
        with running_postfix(
            services,
            user=("postledger", PASSWORD),
            pem=certificates.server_pem(),
            authority=certificates.client_authority_pem,
        ) as server:
            yield server


@pytest.mark.parametrize("refusal", parameters(REFUSALS))
async def test_diagnoses_a_refusal(refusal: Refusal, world: World, postfix: Postfix) -> None:
    """A refusal by Postfix gets the diagnosis of its row, and the fix works."""
    await assert_refused(refusal, world, postfix.ports)


@pytest.mark.parametrize(
    "mechanism",
    [
        SaslMechanism.PLAIN,
        SaslMechanism.LOGIN,
        SaslMechanism.CRAM_MD5,
        SaslMechanism.SCRAM_SHA_1,
        SaslMechanism.SCRAM_SHA_256,
    ],
)
async def test_signs_in(world: World, postfix: Postfix, mechanism: SaslMechanism) -> None:
    """Each mechanism signs in with the password, and a wrong password is recognized."""
    world.ports[587] = postfix.ports["submission"]
    account = replace(world.account, mechanism=mechanism)
    right = await attempted(world, account)
    wrong = await attempted(world, replace(account, password=Secret("Tr0ub4dor&4")))

    assert EmailTestOutcome.ACCEPTED == right.outcome, right.diagnosis
    assert wrong.diagnosis is not None
    assert (Stage.AUTHENTICATE, Code.CREDENTIALS_REJECTED) == (
        wrong.diagnosis.stage,
        wrong.diagnosis.code,
    )


@pytest.mark.parametrize("service", ["certificates", "certificates_by_tls12"])
async def test_presents_a_client_certificate(
    world: World, postfix: Postfix, certificates: MadeCertificates, service: str
) -> None:
    """A server that requires a client certificate accepts a client that has one."""
    world.ports[587] = postfix.ports[service]
    client = certificates.client
    account = replace(world.account, client_certificate=client.chain, client_key=client.key)
    report = await attempted(world, account)

    assert EmailTestOutcome.ACCEPTED == report.outcome, report.diagnosis
    assert "PRIVATE KEY" not in repr(report)


async def test_uses_implicit_tls(world: World, postfix: Postfix) -> None:
    """A port that begins with TLS accepts the message."""
    world.ports[465] = postfix.ports["implicit"]
    report = await attempted(world, replace(world.account, port=465))

    assert EmailTestOutcome.ACCEPTED == report.outcome, report.diagnosis


async def test_delivers_the_message(world: World, postfix: Postfix) -> None:
    """The message that was accepted arrives as it was composed."""
    world.ports[587] = postfix.ports["submission"]
    report = await attempted(world, world.account)
    assert EmailTestOutcome.ACCEPTED == report.outcome, report.diagnosis

    await until(lambda: postfix.mailbox.find(report.message_id) is not None)
    assert_as_composed(postfix.mailbox.find(report.message_id))


async def test_too_many_connections(world: World, postfix: Postfix) -> None:
    """A second connection where only one a minute is allowed is refused for now."""
    world.ports[587] = postfix.ports["few_connections"]
    first = await attempted(world, world.account)
    second = await attempted(world, world.account)

    assert EmailTestOutcome.ACCEPTED == first.outcome, first.diagnosis
    assert second.diagnosis is not None
    assert (Stage.GREETING, Code.SERVER_BUSY) == (second.diagnosis.stage, second.diagnosis.code)
    assert second.diagnosis.transient


async def test_too_many_sign_ins(world: World, postfix: Postfix) -> None:
    """A second sign-in where only one a minute is allowed is not taken for a wrong password."""
    world.ports[587] = postfix.ports["few_sign_ins"]
    first = await attempted(world, world.account)
    second = await attempted(world, world.account)

    assert EmailTestOutcome.ACCEPTED == first.outcome, first.diagnosis
    assert second.diagnosis is not None
    assert (Stage.AUTHENTICATE, Code.TOO_MANY_SIGN_INS) == (
        second.diagnosis.stage,
        second.diagnosis.code,
    )
    assert second.diagnosis.transient


async def test_waits_for_a_delayed_greeting(world: World, postfix: Postfix) -> None:
    """The client sends nothing before the whole greeting, for which postscreen lets it wait."""
    world.ports[587] = postfix.ports["screened"]
    report = await attempted(world, world.account)

    assert EmailTestOutcome.ACCEPTED == report.outcome, report.diagnosis
    assert "PREGREET" not in postfix.log.read_text()
