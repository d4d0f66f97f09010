"""The mechanisms PLAIN, LOGIN and CRAM-MD5."""

import base64
from collections.abc import Iterator

from aiosmtplib import SMTPAuthenticationError
from aiosmtplib.auth import auth_crammd5_verify

from mail.sasl.client import SaslClient
from mail.sasl.unanswerable import UnanswerableError


class FixedResponses(SaslClient):
    """A mechanism whose responses do not depend on the challenges: PLAIN and LOGIN."""

    def __init__(self, initial: bytes | None, *lines: bytes) -> None:
        self.initial = initial
        self._lines: Iterator[bytes] = iter(lines)
        with_password = lines[-1] if lines else initial or b""
        self.secrets = (base64.b64decode(with_password),)

    async def respond(self, challenge: str) -> bytes:  # noqa: ARG002 - servers word their prompts freely
        """Returns the next line."""
        line = next(self._lines, None)
        if line is None:
            raise UnanswerableError
        return line


class CramMd5(SaslClient):
    """CRAM-MD5 (RFC 2195), which proves the password without sending it."""

    def __init__(self, username: str, password: str) -> None:
        self._username, self._password = username, password

    async def respond(self, challenge: str) -> bytes:
        """Returns the keyed digest of the challenge."""
        try:
            response = auth_crammd5_verify(self._username, self._password, challenge)
        except SMTPAuthenticationError as error:
            raise UnanswerableError from error
        message = base64.b64decode(response)
        self.secrets = (message, message.rpartition(b" ")[2])
        return response
