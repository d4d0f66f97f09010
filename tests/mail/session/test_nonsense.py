import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from mail.report.report import EmailTestOutcome
from mail.session.transcript import MAX_LINES
from tests.support.mail.scripted import GREETING, Peer, Script, Step
from tests.support.mail.secrets import assert_no_secret
from tests.support.mail.world import World, outgoing

pytestmark = pytest.mark.anyio

VERBS = ("EHLO", "HELO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", ".", "QUIT")
PIECES = (
    *(
        b"220 ",
        b"235 ",
        b"250-",
        b"250 ",
        b"334 ",
        b"354 ",
        b"535 5.7.8 x",
        b"550-",
        b"421 bye\r\n",
    ),
    *(b"\r\n", b"\n", b"\r", b"\x00", b"\xff\xfe", b"=", b"x" * 9000, b"mx.example.org"),
    *(b"STARTTLS", b"SIZE 99999999999999999999", b"SMTPUTF8", b"AUTH", b"AUTH=NTLM PLAIN"),
    *(b"TlRMTVNTUAACAAAA", b"VXNlcg==", b"\x16\x03\x01\x00\xa5", b"\x15\x03\x01\x00\x02\x02\x28"),
    *(b"250 ok\r\n", b"354 go\r\n", b"334 VXNlcm5hbWU6\r\n", b"235 ok\r\n"),
)


def nonsense(chance: random.Random) -> Step:
    """Answers with pieces of replies in random order, and sometimes closes the connection."""

    async def act(peer: Peer, _line: str) -> None:
        said = b"".join(chance.choices(PIECES, k=chance.randint(1, 6)))
        await peer.say(said + (b"\r\n" if chance.random() < 0.6 else b""))
        if chance.random() < 0.2:
            peer.writer.close()

    return act


def scripts(seed: int, count: int) -> Iterator[Script]:
    """Yields servers that answer some commands with nonsense."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    for _ in range(count):
        yield Script(
            on={verb: nonsense(chance) for verb in VERBS if chance.random() < 0.3},
            greeting=nonsense(chance) if chance.random() < 0.1 else GREETING,
            tls=chance.choice(["none", "none", "starttls", "implicit"]),
            auth=chance.choice(["PLAIN", "LOGIN", "CRAM-MD5", "NTLM", "PLAIN LOGIN NTLM"]),
        )


@pytest.mark.parametrize("seed", range(4))
async def test_nonsense_is_no_exception(world: World, seed: int) -> None:
    """Nonsense from a server results in a report: in time, limited in size and without secrets."""
    for script in scripts(seed, 12):
        port = 465 if script.tls == "implicit" else 587
        secure = script.tls != "none"
        account = replace(world.account, port=port, secure=secure, timeout_seconds=0.1)
        async with world.serving({port: script}):
            report = await world.attempt(account, of=outgoing(), on_progress=assert_no_secret)

        assert_no_secret(report)
        assert EmailTestOutcome.RUNNING != report.outcome
        assert MAX_LINES >= len(report.transcript)
