"""NTLM (MS-NLMP) as SMTP carries it (MS-SMTPNTLM): negotiate, challenge, authenticate."""

import base64
import logging

from mail.sasl.client import SaslClient
from mail.sasl.unanswerable import UnanswerableError

# pyspnego's debug log contains the proof of the password, which can be attacked offline.
logging.getLogger("spnego").setLevel(logging.INFO)


class Ntlm(SaslClient):
    """NTLMv2 by pyspnego. It also answers the empty challenge that some servers begin with."""

    def __init__(self, username: str, domain: str | None, password: str, host: str) -> None:
        import spnego  # noqa: PLC0415 (few servers need it, and it would slow down every start)

        name = f"{domain}\\{username}" if domain else username
        self._context = spnego.client(
            name,
            password,
            hostname=host,
            service="smtp",
            protocol="ntlm",
            options=spnego.NegotiateOptions.use_ntlm,
        )
        self._negotiated = False

    async def respond(self, challenge: str) -> bytes:
        """Returns the negotiate message first, then the answer to the server's challenge."""
        try:
            token = base64.b64decode(challenge) if self._negotiated else None
            answer = self._context.step(token)
        except Exception as error:  # a hostile challenge can make the parser raise anything
            raise UnanswerableError from error
        self._negotiated = True
        if answer is None:
            raise UnanswerableError
        self.secrets = (answer,)
        return base64.b64encode(answer)
