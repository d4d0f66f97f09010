"""The server's side of sign-in mechanisms, which really checks what the client sends."""

import base64
import json
from dataclasses import dataclass

import scramp

from tests.support.mail.scripted import Peer, Step
from tests.support.mail.token_server import TOKEN
from tests.support.mail.world import PASSWORD

ACCEPTED = "235 2.7.0 Accepted"
REJECTED = "535 5.7.8 Authentication failed"
MAX_LINE = 512


def encoded(text: str) -> str:
    """Returns the base64 of `text`."""
    return base64.b64encode(text.encode()).decode()


def _decoded(line: str | None) -> str:
    return base64.b64decode(line or "").decode()


async def initial_response(peer: Peer, line: str) -> str:
    """Returns the initial response, which is requested if the client did not send it with AUTH."""
    words = line.split(" ")
    if len(words) == 2:
        await peer.say("334 ")
        words.append(await peer.hear() or "")
    return _decoded(words[2])


@dataclass(frozen=True)
class ScramServer:
    """A server that checks SCRAM by scramp, and proves itself as `proof` says.

    `proof` is `challenge` (RFC 4954), `reply` (in the text of 235), `wrong`, `wrong reply`, `none`,
    or `at once`: accepted without a question. `errors` are sent in a challenge of their own.
    """

    keyword: str = "SCRAM-SHA-256"
    username: str = "postledger"
    password: str = PASSWORD
    iterations: int = 4096
    proof: str = "challenge"
    errors: bool = True
    code_and_text: str = REJECTED

    async def __call__(self, peer: Peer, line: str) -> None:
        """Answers AUTH."""
        mechanism = scramp.ScramMechanism(self.keyword)
        stored = mechanism.make_auth_info(self.password, self.iterations)
        server = mechanism.make_server({self.username: stored}.get)
        client_first = await initial_response(peer, line)
        if self.proof == "at once":
            await peer.say(ACCEPTED)
            return
        try:
            server.set_client_first(client_first)
            await peer.say(f"334 {encoded(server.get_server_first())}")
            server.set_client_final(_decoded(await peer.hear()))
        except scramp.ScramException:
            if self.errors:
                await peer.say(f"334 {encoded(server.get_server_final())}")
                assert await peer.hear() == ""
            await peer.say(self.code_and_text)
        else:
            await self._accept(peer, server.get_server_final())

    async def _accept(self, peer: Peer, final: str) -> None:
        wrong = "v=" + base64.b64encode(bytes(32)).decode()
        match self.proof:
            case "challenge" | "wrong":
                await peer.say(f"334 {encoded(final if self.proof == 'challenge' else wrong)}")
                assert await peer.hear() == ""
                await peer.say(ACCEPTED)
            case "reply":
                await peer.say(f"235 2.7.0 {encoded(final)}")
            case "wrong reply":
                await peer.say(f"235 2.7.0 {encoded(wrong)}")
            case _:
                await peer.say(ACCEPTED)


@dataclass(frozen=True)
class BearerServer:
    """A server that checks OAUTHBEARER, and refuses every token if it has a `status`."""

    status: str = ""
    username: str = "postledger"
    host: str = "mx.example.org"
    port: int = 587
    token: str = TOKEN

    async def __call__(self, peer: Peer, line: str) -> None:
        """Answers AUTH."""
        wanted = (
            f"n,a={self.username},\1host={self.host}\1port={self.port}"
            f"\1auth=Bearer {self.token}\1\1"
        )
        if await initial_response(peer, line) == wanted and not self.status:
            await peer.say(ACCEPTED)
            return
        error = {"status": self.status or "invalid_token", "scope": "mail.send"}
        await peer.say(f"334 {encoded(json.dumps(error))}")
        assert await peer.hear() == "AQ=="
        await peer.say("535 5.7.8 Authentication unsuccessful")


@dataclass(frozen=True)
class XOAuth2Server:
    """A server that accepts one token by XOAUTH2."""

    token: str

    async def __call__(self, peer: Peer, line: str) -> None:
        """Answers AUTH."""
        wanted = f"user=postledger\1auth=Bearer {self.token}\1\1"
        await peer.say(ACCEPTED if await initial_response(peer, line) == wanted else REJECTED)


def plain(password: str) -> Step:
    """Accepts one password by PLAIN, with or without an initial response."""

    async def act(peer: Peer, line: str) -> None:
        wanted = f"\0postledger\0{password}"
        await peer.say(ACCEPTED if await initial_response(peer, line) == wanted else REJECTED)

    return act


@dataclass(frozen=True)
class ShortLines:
    """A server that refuses command lines of more than 512 bytes."""

    act: Step

    async def __call__(self, peer: Peer, line: str) -> None:
        """Answers AUTH."""
        if len(line.encode()) + 2 > MAX_LINE:
            await peer.say("500 5.5.2 Line too long")
        else:
            await self.act(peer, line)
