"""The SASL mechanisms (RFC 4422) as SMTP carries them, and which of them to sign in with."""

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
    """One mechanism's side of the dialogue; everything it says is base64 already."""

    @property
    def initial(self) -> bytes | None:
        """What is said along with AUTH; None where the server speaks first."""

    def respond(self, challenge: str) -> bytes:
        """The answer to a challenge. Raises UnanswerableError."""


class Recital:
    """A mechanism that says the same, whatever the server asks: PLAIN and LOGIN."""

    def __init__(self, initial: bytes | None, *lines: bytes) -> None:
        self.initial = initial
        self._lines: Iterator[bytes] = iter(lines)

    def respond(self, challenge: str) -> bytes:  # noqa: ARG002 - `Username:` and `Password:` in any words
        """The next line."""
        line = next(self._lines, None)
        if line is None:
            raise UnanswerableError
        return line


class CramMd5:
    """RFC 2195: proves the password without sending it."""

    initial = None

    def __init__(self, username: str, password: str) -> None:
        self._username, self._password = username, password

    def respond(self, challenge: str) -> bytes:
        """The keyed digest of the challenge."""
        try:
            return auth_crammd5_verify(self._username, self._password, challenge)
        except SMTPAuthenticationError as error:
            raise UnanswerableError from error


class XOAuth2:
    """Google's and Microsoft's XOAUTH2. A refusal comes as a challenge; nothing is its answer."""

    def __init__(self, username: str, token: str) -> None:
        self.initial = auth_xoauth2_encode(username, token)
        self.status = ""

    def respond(self, challenge: str) -> bytes:
        """The empty line that lets the server finish its refusal."""
        try:
            told = json.loads(base64.b64decode(challenge, validate=True))
        except (ValueError, RecursionError) as error:
            raise UnanswerableError from error
        if isinstance(told, dict) and str(told.get("status")).isdecimal():
            self.status = str(told["status"])[:3]
        return b""


def choose(account: Account, offered: Sequence[str], *, secured: bool) -> SaslMechanism | None:
    """The mechanism to sign in with, or None where the server has none that will do.

    `offered` are the keywords of EHLO. CRAM-MD5 goes first only where nothing else hides the
    password: over TLS it gains nothing, and makes the server store what it could do without.
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
    """The client side of `mechanism`. Names and passwords are UTF-8."""
    password = account.password.reveal() if account.password else ""
    match mechanism:
        case SaslMechanism.LOGIN:
            return Recital(None, *auth_login_encode(account.login_name, password))
        case SaslMechanism.CRAM_MD5:
            return CramMd5(account.username or "", password)
        case SaslMechanism.NTLM:
            return Ntlm(account.username or "", account.domain, password, account.host)
        case SaslMechanism.XOAUTH2:
            return XOAuth2(account.username or "", token or "")
        case _:
            return Recital(auth_plain_encode(account.login_name, password))
