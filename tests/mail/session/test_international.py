from dataclasses import replace

import pytest

from mail.message.addresses import Mailbox
from mail.report.report import EmailTestOutcome
from tests.support.mail.aiosmtpd_server import Daemon
from tests.support.mail.scripted import Script
from tests.support.mail.world import World, outgoing

pytestmark = pytest.mark.anyio


async def test_asks_for_smtputf8_where_needed(world: World) -> None:
    """An international address is sent with SMTPUTF8, and its domain as A-labels."""
    of = outgoing("почта@bücher.example", "ада@example.net")
    async with world.serving({587: Script()}) as servers:
        report = await world.attempt(world.account, of=of)
        said = b"".join(servers[587].heard).decode()

        assert EmailTestOutcome.ACCEPTED == report.outcome, report.diagnosis
        assert "MAIL FROM:<почта@xn--bcher-kva.example> SIZE=" in said
        assert " SMTPUTF8\r\nRCPT TO:<ада@example.net>\r\n" in said
        assert "ада@example.net".encode() in servers[587].messages[0]


async def test_a_standard_server_accepts_it(world: World) -> None:
    """A real server that checks its input, aiosmtpd, accepts an international address."""
    of = outgoing("почта@bücher.example", "ада@example.net")
    async with world.serving_daemon(587, Daemon()):
        report = await world.attempt(world.account, of=of)

        assert EmailTestOutcome.ACCEPTED == report.outcome, report.diagnosis


@pytest.mark.parametrize(
    "address",
    ['"john doe"@example.com', "ops@[192.0.2.1]", "ops@[IPv6:2001:db8::1]", "root@localhost"],
)
async def test_a_standard_server_accepts_an_unusual_address(world: World, address: str) -> None:
    """A real server that checks its input, aiosmtpd, accepts quoted local parts and literals."""
    async with world.serving_daemon(587, Daemon()):
        report = await world.attempt(world.account, of=outgoing(address, address))

        assert EmailTestOutcome.ACCEPTED == report.outcome, report.diagnosis


async def test_international_domain_alone_needs_nothing(world: World) -> None:
    """An address that is international only in its domain needs no SMTPUTF8."""
    async with world.serving({587: Script(offers="250-mx.example.org\n")}) as servers:
        report = await world.attempt(world.account, of=outgoing("system@bücher.example"))

        assert EmailTestOutcome.ACCEPTED == report.outcome, report.diagnosis
        assert b"MAIL FROM:<system@xn--bcher-kva.example>\r\n" in servers[587].heard


async def test_international_host(world: World) -> None:
    """A host with an international name is looked up and verified by its A-labels."""
    async with world.serving({587: Script()}):
        account = replace(world.account, host="xn--bcher-kva.example")
        report = await world.attempt(account)

        assert EmailTestOutcome.ACCEPTED == report.outcome, report.diagnosis


async def test_dots_are_stuffed(world: World) -> None:
    """A line that begins with a dot does not end the message."""
    of = outgoing()
    assert of.message is not None
    of.message.set_payload("one\n.\nRSET\n..two\n")
    async with world.serving({587: Script()}) as servers:
        report = await world.attempt(world.account, of=of)

        assert EmailTestOutcome.ACCEPTED == report.outcome
        assert servers[587].messages[0].endswith(b"one\r\n..\r\nRSET\r\n...two\r\n.\r\n")


@pytest.mark.parametrize(
    ("address", "text", "needs_utf8"),
    [
        ("ada@example.net", "ada@example.net", False),
        ("ada+x@Example.NET", "ada+x@example.net", False),
        ('"a b"@example.net', '"a b"@example.net', False),
        ("ada@[192.0.2.1]", "ada@[192.0.2.1]", False),
        ("ada@[IPv6:2001:db8::1]", "ada@[IPv6:2001:db8::1]", False),
        ("ада@пример.example", "ада@xn--e1afmkfd.example", True),
    ],
)
def test_reads_addresses(address: str, text: str, *, needs_utf8: bool) -> None:
    """An address is sent with its domain as A-labels and its local part unchanged."""
    assert Mailbox(text, needs_utf8) == Mailbox.parse(address)


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@", "@b", "a b@c", "a@b c", "a@b>", "a\n@b", "a@b\r\nX", "<a@b>", "a@b\0", 'a"@b'],
)
def test_rejects_invalid_addresses(address: str) -> None:
    """An invalid address, or an address that could end its command, is rejected before sending."""
    with pytest.raises(ValueError, match="not a"):
        Mailbox.parse(address)
