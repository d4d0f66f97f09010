"""The sign-in dialogue (RFC 4954): AUTH, challenges and responses, the final reply."""

from mail.account import SaslMechanism
from mail.report.reply import Reply
from mail.sasl.client import SaslClient
from mail.sasl.unanswerable import UnanswerableError
from mail.session.redaction import Redactor
from mail.session.transcript import Transcript
from mail.session.wire import Wire

CONTINUE = 334
MAX_ROUNDS = 4
MAX_COMMAND_BYTES = 512
"""The longest command line, with CR and LF (RFC 5321 §4.5.3.1.4)."""


async def sign_in(
    wire: Wire,
    transcript: Transcript,
    redactor: Redactor,
    mechanism: SaslMechanism,
    client: SaslClient,
) -> Reply:
    """Runs the sign-in dialogue, and returns the final reply.

    Raises WireError as every command does, UnanswerableError if the server sends a challenge that
    the mechanism cannot answer, or too many challenges, and StageFailed as the mechanism does.
    """
    transcript.signing_in = True
    try:
        reply = await _begin(wire, redactor, mechanism, client)
        for _ in range(MAX_ROUNDS):
            if reply.code != CONTINUE:
                return reply
            response = await client.respond(reply.raw.strip())
            _redact(redactor, client)
            reply = await wire.command(response)
    finally:
        transcript.signing_in = False
    raise UnanswerableError


async def _begin(
    wire: Wire, redactor: Redactor, mechanism: SaslMechanism, client: SaslClient
) -> Reply:
    """Sends AUTH with the initial response, and returns the reply.

    An initial response that makes the line too long is sent after an empty challenge (RFC 4954
    §4), because a server may refuse or cut the line. Long access tokens need this.
    """
    line = f"AUTH {mechanism.keyword}".encode()
    if client.initial is None:
        return await wire.command(line)
    _redact(redactor, client)
    whole = line + b" " + (client.initial or b"=")
    if len(whole) + len(b"\r\n") <= MAX_COMMAND_BYTES:
        return await wire.command(whole)
    reply = await wire.command(line)
    return await wire.command(client.initial) if reply.code == CONTINUE else reply


def _redact(redactor: Redactor, client: SaslClient) -> None:
    """Adds the secrets that the next response contains, before it is sent."""
    for secret in client.secrets:
        redactor.learn(secret)
