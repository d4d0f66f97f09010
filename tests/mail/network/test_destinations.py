import time
from dataclasses import replace
from ipaddress import ip_address

import pytest

from mail.network.admission import is_refused
from mail.network.destinations import DestinationRules
from mail.report.report import EmailTestDepth, Report
from tests.mail.diagnosis.faults_reaching import UNKNOWN
from tests.support.mail.scripted import Script
from tests.support.mail.world import World

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("address", "admitted"),
    [
        ("192.0.2.25", True),
        ("10.1.2.3", True),
        ("192.168.1.1", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("fd12:3456::1", True),
        ("169.254.169.254", False),
        ("169.254.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("2002:a9fe:a9fe::1", False),
        ("fe80::1", False),
        ("fd00:ec2::254", False),
        ("fd20:ce::254", False),
        ("fd00:42::42", False),
        ("fd00:c1::a9fe:a9fe", False),
        ("fd00:a9fe:a9fe::1", False),
        ("fd00:ec2::23", False),
        ("::169.254.169.254", False),
        ("::ffff:0:169.254.169.254", False),
        ("::ffff:0:10.1.2.3", True),
        ("::10.1.2.3", True),
        ("2001:db8::5efe:169.254.169.254", False),
        ("2001:db8::200:5efe:169.254.169.254", False),
        ("64:ff9b:1::169.254.169.254", False),
        ("64:ff9b:1:a9fe:a9:fe00::", False),
        ("64:ff9b:1:a9fe:a9:fe00::1", False),
        ("64:ff9b:1:a9:fe:a9fe::", False),
        ("64:ff9b:1::a9:fea9:fe00:0", False),
        ("64:ff9b:1:7:a9:fea9:fe00:7", False),
        ("64:ff9b:1:abcd::169.254.169.254", False),
        ("64:ff9b:1::", False),
        ("64:ff9b:1::0.0.0.1", False),
        ("64:ff9b:1::10.1.2.3", True),
        ("64:ff9b:1:cb00:71:500::", True),
        ("168.63.129.16", False),
        ("100.100.100.200", False),
        ("192.0.0.192", False),
        ("0.0.0.1", False),
        ("::", False),
        ("224.0.0.1", False),
        ("ff02::1", False),
        ("255.255.255.255", False),
    ],
)
@pytest.mark.parametrize(
    "rules", [DestinationRules(), DestinationRules.parse(["0.0.0.0/0", "::/0"])]
)
def test_fixed_rules(rules: DestinationRules, address: str, *, admitted: bool) -> None:
    """Private networks are allowed; metadata and link-local addresses never are, even if listed."""
    assert admitted == rules.admits("mx.example.org", ip_address(address))


@pytest.mark.parametrize(
    ("allowed", "blocked", "host", "address", "admitted"),
    [
        pytest.param("10.0.0.0/8", "", "a", "10.1.1.1", True, id="allowed-network"),
        pytest.param("10.0.0.0/8", "", "a", "::ffff:10.1.1.1", True, id="mapped"),
        pytest.param("10.0.0.0/8", "", "a", "64:ff9b::a01:101", False, id="not-by-nat64"),
        pytest.param("10.0.0.0/8", "", "a", "192.0.2.1", False, id="not-listed"),
        pytest.param("mx.example.org", "", "MX.Example.org.", "192.0.2.1", True, id="name"),
        pytest.param("*.example.org", "", "mx.example.org", "192.0.2.1", True, id="below"),
        pytest.param("*.example.org", "", "example.org", "192.0.2.1", False, id="not-itself"),
        pytest.param("*.example.org", "", "evilexample.org", "192.0.2.1", False, id="not-beside"),
        pytest.param(
            "mx.example.org", "10.0.0.0/8", "mx.example.org", "10.1.1.1", False, id="both"
        ),
        pytest.param("", "mx.example.org", "mx.example.org", "192.0.2.1", False, id="blocked-name"),
        pytest.param("", "10.0.0.0/8", "a", "::ffff:10.1.1.1", False, id="blocked-mapped"),
        pytest.param("", "10.0.0.0/8", "a", "::10.1.1.1", False, id="blocked-compatible"),
        pytest.param("", "10.0.0.0/8", "a", "::ffff:0:10.1.1.1", False, id="blocked-translated"),
        pytest.param("", "10.0.0.0/8", "a", "64:ff9b:1::10.1.1.1", False, id="blocked-nat64"),
        pytest.param("", "10.0.0.1", "a", "10.0.0.1", False, id="blocked-address"),
        pytest.param("", "10.0.0.1", "a", "10.0.0.2", True, id="beside-it"),
    ],
)
def test_rules(allowed: str, blocked: str, host: str, address: str, *, admitted: bool) -> None:
    """Blocked takes precedence over allowed, and the rules see the address in all its forms."""
    rules = DestinationRules.parse(allowed.split(), blocked.split())

    assert admitted == rules.admits(host, ip_address(address))


@pytest.mark.parametrize("entry", ["10.0.0.0/99", "http://x", "a b", "", "*"])
def test_unreadable_rules(entry: str) -> None:
    """A rule that cannot be read prevents the start, instead of being ignored."""
    with pytest.raises(ValueError, match="neither a network"):
        DestinationRules.parse([entry])


@pytest.mark.parametrize(
    ("allowed", "blocked"), [("10.0.0.0/8", ""), ("10.0.0.0/8 *.example.net", "")]
)
async def test_refusals_are_all_alike(world: World, allowed: str, blocked: str) -> None:
    """A refusal has the same text and takes the same time, whatever the destination is."""
    rules = DestinationRules.parse(allowed.split(), blocked.split())
    tools = world.tools_with(rules=replace(rules, refusal_seconds=0.1))
    world.names |= {"there.example.org": ["127.0.0.1"], "nowhere.example.org": UNKNOWN}
    hosts = ("there.example.org", "nowhere.example.org", "127.0.0.1", "192.0.2.1", "169.254.1.1")
    refusals: list[tuple[Report, float]] = []
    async with world.serving({587: Script()}) as servers:
        for host in hosts:
            began = time.monotonic()
            account = replace(world.account, host=host)
            refusals.append((await world.attempt(account, tools=tools), time.monotonic() - began))

        assert 0 == servers[587].connections
    timeless = {
        replace(report, stages=tuple(replace(each, duration_ms=None) for each in report.stages))
        for report, _ in refusals
    }
    times = [seconds for _, seconds in refusals]

    assert 1 == len(timeless)
    assert all(report.destination_refused for report, _ in refusals)
    assert not world.dialed
    assert 0.09 < min(times)
    assert max(times) - min(times) < 1


async def test_connects_only_where_it_checked(world: World) -> None:
    """Only the allowed addresses of a name are connected to, and the name is looked up once."""
    world.names["mx.example.org"] = ["169.254.169.254", "10.9.9.9", "127.0.0.1"]
    rules = DestinationRules.parse(blocked=["10.0.0.0/8"])
    async with world.serving({587: Script()}):
        await world.attempt(
            world.account, EmailTestDepth.CONNECT, tools=world.tools_with(rules=rules)
        )

    assert {("127.0.0.1", 587)} == set(world.dialed)


@pytest.mark.parametrize(
    ("host", "refused"), [("169.254.169.254", True), ("127.0.0.1", False), ("gone", False)]
)
async def test_can_be_checked_before_an_attempt(world: World, host: str, *, refused: bool) -> None:
    """A client can check before an attempt, without a connection, if a destination is refused."""
    world.names["gone"] = UNKNOWN

    assert refused == await is_refused(replace(world.account, host=host), world.network)
    assert not world.dialed
