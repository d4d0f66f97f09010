import pytest

from mail.revocation.fetch import Request, fetch
from mail.revocation.status import NotChecked
from tests.support.mail.responder import Answer, answering
from tests.support.mail.scripted import Script, close
from tests.support.mail.world import World

pytestmark = pytest.mark.anyio

URL = "http://crl.authority.example/list.crl"


async def fetched(world: World, script: Script, url: str = URL) -> bytes | NotChecked:
    """Returns the answer of a scripted server on port 80, of at most 100 bytes."""
    async with world.serving({80: script}):
        return await fetch(Request(url, 100), world.network, 5)


async def test_reads_as_much_as_announced(world: World) -> None:
    """An answer ends at its announced length, even if the server does not close."""
    answer = Answer(b"0123456789", headers="Content-Length: 10\r\n", endless=True)

    assert b"0123456789" == await fetched(world, answering(crl=answer))


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (answering(crl=b"x" * 101), NotChecked(f"the answer of {URL} is too long")),
        (Script(greeting=b"220 mx\r\n\r\n", tls="none"), NotChecked(f"{URL} does not speak HTTP")),
        (Script(greeting=b"x" * 40_000, tls="none"), NotChecked(f"{URL} does not speak HTTP")),
        (
            Script(greeting=close, tls="none"),
            NotChecked(f"{URL} closed the connection", unreachable=True),
        ),
    ],
    ids=["too-long", "smtp", "endless-head", "closed"],
)
async def test_says_why_there_is_no_answer(
    world: World, script: Script, expected: NotChecked
) -> None:
    """What is not an answer over HTTP is described, and never ends in an exception."""
    assert expected == await fetched(world, script)


@pytest.mark.parametrize(
    "url", ["http://", "http://host:port/", "http://a b/", "http://bücher.example/", "http://h/\n"]
)
async def test_refuses_what_is_not_a_url(world: World, url: str) -> None:
    """A malformed pointer in a certificate is not used for a connection."""
    assert NotChecked("its pointer is not a URL") == await fetched(world, Script(), url)
    assert [] == world.dialed


async def test_sends_the_name_of_the_host(world: World) -> None:
    """The connection goes to an address that was checked, and the request names the host."""
    async with world.serving({8080: answering(crl=b"list")}) as servers:
        body = await fetch(
            Request("http://crl.authority.example:8080/a?b=c", 100), world.network, 5
        )

    assert b"list" == body
    head = servers[8080].heard[0]
    assert head.startswith(b"GET /a?b=c HTTP/1.0\r\nHost: crl.authority.example:8080\r\n")
