"""The mechanisms that send an OAuth2 access token: XOAUTH2 and OAUTHBEARER."""

import base64
import json
import re

from aiosmtplib.auth import auth_xoauth2_encode

from mail.sasl.client import SaslClient
from mail.sasl.names import escaped
from mail.sasl.unanswerable import UnanswerableError

_STATUS = re.compile(r"\d{3}|[a-z]{1,20}(?:_[a-z]{1,20}){0,3}")
"""An HTTP status (XOAUTH2) or an error word such as `invalid_token` (RFC 6750 §3.1)."""


class Bearer(SaslClient):
    """Sends the token at once. The server refuses it by a challenge with the error in JSON.

    `answer_to_error` is what the server waits for before its final reply.
    """

    def __init__(self, initial: bytes, token: str, answer_to_error: bytes) -> None:
        self.initial = initial
        self.secrets = (base64.b64decode(initial), token.encode())
        self._token = token
        self._answer_to_error = answer_to_error

    async def respond(self, challenge: str) -> bytes:
        """Keeps the status, and returns the answer after which the server sends its final reply."""
        try:
            refusal = json.loads(base64.b64decode(challenge, validate=True))
        except (ValueError, RecursionError) as error:
            raise UnanswerableError from error
        if isinstance(refusal, dict):
            self.status = self._safe(str(refusal.get("status")))
        return self._answer_to_error

    def _safe(self, status: str) -> str:
        """Returns `status` if it looks like one and is no part of the token, else an empty text."""
        if _STATUS.fullmatch(status) and status not in self._token.casefold():
            return status
        return ""


def xoauth2(username: str, token: str) -> Bearer:
    """Returns Google's and Microsoft's XOAUTH2, where an empty line answers the error."""
    return Bearer(auth_xoauth2_encode(username, token), token, b"")


def oauthbearer(username: str, token: str, host: str, port: int) -> Bearer:
    """Returns OAUTHBEARER (RFC 7628 §3.1), where a single %x01 answers the error (§3.2.3)."""
    name = f"a={escaped(username)}" if username else ""
    message = f"n,{name},\1host={host}\1port={port}\1auth=Bearer {token}\1\1"
    return Bearer(base64.b64encode(message.encode()), token, base64.b64encode(b"\1"))
