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


def _redact(redactor: Redactor, response: bytes) -> None:
    """Adds a response to the secrets, both as sent and decoded from base64."""
    redactor.learn(response)
    redactor.learn(base64.b64decode(response))


async def sign_in(
    wire: Wire,
    transcript: Transcript,
    redactor: Redactor,
    mechanism: SaslMechanism,
    client: SaslClient,
) -> Reply:
    """Runs the sign-in dialogue, and returns the final reply.

    Raises WireError as every command does, and UnanswerableError if the server sends a challenge
    that the mechanism cannot answer, or too many challenges.
    """
    transcript.signing_in = True
    try:
        line = f"AUTH {mechanism.keyword}".encode()
        if client.initial is not None:
            _redact(redactor, client.initial)
            line += b" " + (client.initial or b"=")
        reply = await wire.command(line)
        for _ in range(MAX_ROUNDS):
            if reply.code != CONTINUE:
                return reply
            response = client.respond(reply.raw.strip())
            _redact(redactor, response)
            reply = await wire.command(response)
    finally:
        transcript.signing_in = False
    raise UnanswerableError
