"""The SASL mechanisms (RFC 4422) as SMTP carries them, and the choice between them."""

import base64
import json
from collections.abc import Iterator, Sequence
from typing import Protocol

from aiosmtplib import SMTPAuthenticationError
from aiosmtplib.auth import (
    auth_crammd5_verify,
    auth_login_encode,
    auth_plain_encode,
    auth_xoauth2_encode,
)

from mail.account import Account, SaslMechanism
from mail.sasl.ntlm import Ntlm
from mail.sasl.unanswerable import UnanswerableError


class SaslClient(Protocol):
    """The client's side of one mechanism. Its responses are already encoded in base64."""

    @property
    def initial(self) -> bytes | None:
        """The initial response, which is sent with AUTH; None if the server speaks first."""

    def respond(self, challenge: str) -> bytes:
        """Returns the response to a challenge. Raises UnanswerableError."""


class FixedResponses:
    """A mechanism whose responses do not depend on the challenges: PLAIN and LOGIN."""

    def __init__(self, initial: bytes | None, *lines: bytes) -> None:
        self.initial = initial
        self._lines: Iterator[bytes] = iter(lines)

    def respond(self, challenge: str) -> bytes:  # noqa: ARG002 - servers word their prompts freely
        """Returns the next line."""
        line = next(self._lines, None)
        if line is None:
            raise UnanswerableError
        return line


class CramMd5:
    """CRAM-MD5 (RFC 2195), which proves the password without sending it."""

    initial = None

    def __init__(self, username: str, password: str) -> None:
        self._username, self._password = username, password

    def respond(self, challenge: str) -> bytes:
        """Returns the keyed digest of the challenge."""
        try:
            return auth_crammd5_verify(self._username, self._password, challenge)
        except SMTPAuthenticationError as error:
            raise UnanswerableError from error


class XOAuth2:
    """Google's and Microsoft's XOAUTH2. A server refuses by a challenge with the error in JSON."""

    def __init__(self, username: str, token: str) -> None:
        self.initial = auth_xoauth2_encode(username, token)
        self.status = ""

    def respond(self, challenge: str) -> bytes:
        """Returns an empty response, after which the server sends its final reply."""
        try:
            refusal = json.loads(base64.b64decode(challenge, validate=True))
        except (ValueError, RecursionError) as error:
            raise UnanswerableError from error
        if isinstance(refusal, dict) and str(refusal.get("status")).isdecimal():
            self.status = str(refusal["status"])[:3]
        return b""


def choose(account: Account, offered: Sequence[str], *, secured: bool) -> SaslMechanism | None:
    """Returns the mechanism to sign in with, or None if the server offers no suitable mechanism.

    `offered` are the keywords from EHLO. AUTO prefers CRAM-MD5 only if the connection is not
    secured. Over TLS it hides nothing more, and it makes the server store more than a salted hash
    of the password.
    """
    keywords = {keyword.upper() for keyword in offered}
    if account.mechanism is not SaslMechanism.AUTO:
        candidates = [account.mechanism]
    elif account.oauth2 is not None:
        candidates = [SaslMechanism.XOAUTH2]
    else:
        candidates = [SaslMechanism.PLAIN, SaslMechanism.LOGIN]
        candidates.insert(0 if account.domain else 2, SaslMechanism.NTLM)
        if not secured:
            candidates.insert(0, SaslMechanism.CRAM_MD5)
    return next((each for each in candidates if each.keyword in keywords), None)


def client_for(mechanism: SaslMechanism, account: Account, token: str | None) -> SaslClient:
    """Returns the client's side of `mechanism`. Names and passwords are encoded in UTF-8."""
    password = account.password.reveal() if account.password else ""
    match mechanism:
        case SaslMechanism.LOGIN:
            return FixedResponses(None, *auth_login_encode(account.login_name, password))
        case SaslMechanism.CRAM_MD5:
            return CramMd5(account.username or "", password)
        case SaslMechanism.NTLM:
            return Ntlm(account.username or "", account.domain, password, account.host)
        case SaslMechanism.XOAUTH2:
            return XOAuth2(account.username or "", token or "")
        case _:
            return FixedResponses(auth_plain_encode(account.login_name, password))
