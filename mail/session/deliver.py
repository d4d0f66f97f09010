"""Stages MAIL_FROM, RCPT_TO and DATA."""

from mail.message.outgoing import OutgoingMessage, mailbox
from mail.report.codes import Code
from mail.report.failure import Failure, StageFailed
from mail.report.report import StageName
from mail.session.greet import COMPLETED
from mail.session.session import Session
from mail.session.wire import Fault, WireError

START_INPUT = 354
RECIPIENT_ACCEPTED = (250, 251, 252)


async def envelope(session: Session, outgoing: OutgoingMessage, size: int | None = None) -> None:
    """Sends the sender and the recipient. `size` is the size of the message in bytes, if any."""
    with session.stages.stage(StageName.MAIL_FROM):
        sender = mailbox(outgoing.sender).text
        options = _options(session, outgoing, size)
        session.expect(await session.command(f"MAIL FROM:<{sender}>{options}"), COMPLETED)
    with session.stages.stage(StageName.RCPT_TO):
        recipient = mailbox(outgoing.recipient).text
        session.expect(await session.command(f"RCPT TO:<{recipient}>"), *RECIPIENT_ACCEPTED)


def _options(session: Session, outgoing: OutgoingMessage, size: int | None) -> str:
    options = f" SIZE={size}" if size is not None and "size" in session.extensions else ""
    if outgoing.needs_utf8 and "smtputf8" not in session.extensions:
        raise StageFailed(Code.SMTPUTF8_NOT_OFFERED, detail=", ".join(outgoing.international))
    return f"{options} SMTPUTF8" if outgoing.needs_utf8 else options


async def send(session: Session, content: bytes) -> None:
    """Sends the message. Until the final dot is answered, its acceptance is in doubt."""
    stages = session.stages
    with stages.stage(StageName.DATA):
        session.expect(await session.command("DATA"), START_INPUT)
        stages.in_doubt = True
        stages.publish()
        try:
            reply = await session.open_wire.content(content)
        except WireError as error:
            if error.fault.before_sending:
                stages.in_doubt = False
                with session.faults():
                    raise
            silent = error.fault is Fault.TIMED_OUT
            code = Code.NO_ANSWER_AFTER_MESSAGE
            failure = Failure(code, detail=error.received, silent=silent)
            raise StageFailed.of(failure) from error
        stages.in_doubt = False
        stages.record_reply(reply)
        session.expect(reply, COMPLETED)
