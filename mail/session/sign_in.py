"""The sign-in dialogue (RFC 4954): AUTH, challenges and responses, the final reply."""

import base64

from mail.account import SaslMechanism
from mail.report.reply import Reply
from mail.sasl.mechanisms import SaslClient
from mail.sasl.unanswerable import UnanswerableError
from mail.session.redaction import Redactor
from mail.session.transcript import Transcript
from mail.session.wire import Wire

CONTINUE = 334
MAX_ROUNDS = 4


def _keep(redactor: Redactor, response: bytes) -> None:
    """Have a response kept out of sight, as it is said and as what it stands for."""
    redactor.learn(response)
    redactor.learn(base64.b64decode(response))


async def converse(
    wire: Wire,
    transcript: Transcript,
    redactor: Redactor,
    mechanism: SaslMechanism,
    client: SaslClient,
) -> Reply:
    """Hold the dialogue and return its final reply.

    Raises WireError as every command does, and UnanswerableError where the server asks on and on.
    """
    transcript.signing_in = True
    try:
        line = f"AUTH {mechanism.keyword}".encode()
        if client.initial is not None:
            _keep(redactor, client.initial)
            line += b" " + (client.initial or b"=")
        reply = await wire.command(line)
        for _ in range(MAX_ROUNDS):
            if reply.code != CONTINUE:
                return reply
            response = client.respond(reply.raw.strip())
            _keep(redactor, response)
            reply = await wire.command(response)
    finally:
        transcript.signing_in = False
    raise UnanswerableError
