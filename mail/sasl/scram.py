"""SCRAM-SHA-256 and SCRAM-SHA-1 (RFC 5802, RFC 7677).

Each side proves to the other that it knows the password, and neither sends it. The messages and the
arithmetic are scramp's. The rules for what this client accepts are here.

Channel binding (SCRAM-…-PLUS) is not supported: behind a TLS proxy, as in front of many mail
servers, it fails, and `tls-unique` does not exist in TLS 1.3. The GS2 flag is therefore `n`: the
client does not support channel binding. `y` would claim that the client supports it and that the
server does not offer it, and a server that does offer it must then refuse the sign-in (RFC 5802
§6).
"""

import asyncio
import base64
import re

from mail.report.codes import Code
from mail.report.failure import StageFailed
from mail.sasl.client import SaslClient
from mail.sasl.names import escaped
from mail.sasl.unanswerable import UnanswerableError

MIN_ITERATIONS, MAX_ITERATIONS = 4096, 2_000_000
"""How often the server may let the client hash the password.

RFC 7677 §4 asks for at least 4096: fewer would help an impostor to guess the password. Servers in
use ask for 4,096 to 600,000. The maximum takes about a second; 2^31 would take many minutes.
"""

_ITERATIONS = re.compile(r",i=([0-9]{1,30})(?:,|$)")
_ERROR = re.compile(r"e=([^,]*)")

_MECHANISM_ERRORS = frozenset(
    {
        "channel-binding-not-supported",
        "channel-bindings-dont-match",
        "extensions-not-supported",
        "server-does-support-channel-binding",
        "unsupported-channel-binding-type",
    }
)
"""The errors of RFC 5802 §7 that another mechanism would avoid."""

_OTHER_ERROR = "other-error"
_ERRORS = _MECHANISM_ERRORS | {
    *("invalid-encoding", "invalid-proof", "invalid-username-encoding", "no-resources"),
    *("unknown-user", _OTHER_ERROR),
}
"""All errors of RFC 5802 §7. Only these are shown: a server's own word could repeat a secret."""


class Scram(SaslClient):
    """One sign-in. The server's proof may come in a challenge or with the final reply.

    `nonce` is the client's random text; None creates it.
    """

    def __init__(
        self, keyword: str, username: str, password: str, nonce: str | None = None
    ) -> None:
        import scramp  # noqa: PLC0415 (few servers need it, and it would slow down every start)

        self._failure: type[Exception] = scramp.ScramException
        client = scramp.ScramClient([keyword], "name", "password", c_nonce=nonce)
        # scramp itself refuses texts that SASLprep does not allow, such as an emoji.
        client.username, client.password = _Prepared(username), _Prepared(password)
        self._client = client
        self.initial = base64.b64encode(client.get_client_first().encode())
        self.secrets = (str(client.c_nonce).encode(),)
        self._asked, self._proven = False, False

    async def respond(self, challenge: str) -> bytes:
        """Returns the client's proof first, then an empty line to the server's proof."""
        try:
            message = base64.b64decode(challenge, validate=True).decode()
        except ValueError as error:
            raise UnanswerableError from error
        if self._proven or self.status:
            raise UnanswerableError
        if error_word := _ERROR.match(message):
            self.status = error_word[1] if error_word[1] in _ERRORS else _OTHER_ERROR
        elif self._asked:
            self._check_proof(message)
        else:
            return await self._prove(message)
        return b""

    def check_accepted(self, text: str) -> None:
        """Checks that the server has proved that it knows the password, if need be in `text`."""
        for message in filter(None, map(_final_message, text.split())):
            if self._asked and not self._proven:
                self._check_proof(message)
        if not self._proven:
            raise StageFailed(Code.SERVER_NOT_PROVEN, detail="it sent no proof")

    @property
    def refusal(self) -> Code | None:
        """What the server's error means, if it is not about the name or the password.

        SMTP's final reply is 535 for all of these errors.
        """
        if self.status in _MECHANISM_ERRORS:
            return Code.MECHANISM_REFUSED
        return Code.SIGN_IN_UNAVAILABLE if self.status == "no-resources" else None

    async def _prove(self, server_first: str) -> bytes:
        _check_iterations(server_first)
        try:
            self._client.set_server_first(server_first)
            # The hashing takes up to a second, and releases the lock that other threads wait for.
            message: str = await asyncio.to_thread(self._client.get_client_final)
        except self._failure as error:
            raise UnanswerableError from error
        self._asked = True
        proof, signature = message.rpartition(",p=")[2], self._client.server_signature
        self.secrets = (
            str(self._client.nonce).encode(),
            *(proof.encode(), base64.b64decode(proof)),
            *(base64.b64encode(signature), signature),
        )
        return base64.b64encode(message.encode())

    def _check_proof(self, server_final: str) -> None:
        try:
            self._client.set_server_final(server_final)
        except self._failure:
            raise StageFailed(Code.SERVER_NOT_PROVEN, detail="its proof is wrong") from None
        self._proven = True


class _Prepared:
    """A name or a password as SCRAM sends or hashes it.

    Servers apply SASLprep (RFC 4013) or nothing. A text that SASLprep does not allow, such as an
    emoji or an Arabic word with a digit after it, can only be in use on servers that apply nothing.
    """

    def __init__(self, text: str) -> None:
        from scramp.utils import ScramException, saslprep  # noqa: PLC0415 (see `Scram`)

        try:
            self._text: str = saslprep(text)
        except ScramException:
            self._text = text

    def escape(self) -> str:
        return escaped(self._text)

    def __bytes__(self) -> bytes:
        return self._text.encode()


def _check_iterations(server_first: str) -> None:
    found = _ITERATIONS.search(server_first)
    if found and not MIN_ITERATIONS <= int(found[1]) <= MAX_ITERATIONS:
        detail = (
            f"{int(found[1]):,} times; Postledger allows {MIN_ITERATIONS:,} to {MAX_ITERATIONS:,}"
        )
        raise StageFailed(Code.ITERATIONS_OUT_OF_RANGE, detail=detail)


def _final_message(word: str) -> str | None:
    """Returns the server's final message if `word` is one in base64."""
    try:
        message = base64.b64decode(word, validate=True).decode()
    except ValueError:
        return None
    return message if message.startswith("v=") else None
