"""One attempt, from the DNS lookup to the last reply. Its result is always a report."""

import asyncio
from dataclasses import replace

from mail.account import Account, Security
from mail.diagnosis.diagnosis import diagnose
from mail.diagnosis.failure_context import FailureContext
from mail.message.outgoing import OutgoingMessage
from mail.network.clock import Stopwatch
from mail.network.names import full_name
from mail.report.codes import Code
from mail.report.failure import Failure, StageFailed
from mail.report.report import EmailTestDepth, EmailTestOutcome, Report, StageName
from mail.session.authenticate import authenticate
from mail.session.deliver import envelope, send
from mail.session.greet import greet, introduce
from mail.session.reach import connect, fetch_token, resolve
from mail.session.redaction import Redactor
from mail.session.secure import start_implicit_tls, start_tls
from mail.session.session import Session
from mail.session.stages import OnProgress, Stages
from mail.session.tools import Tools
from mail.session.transcript import Transcript

_ORDER = (
    EmailTestDepth.CONNECT,
    EmailTestDepth.AUTHENTICATE,
    EmailTestDepth.ENVELOPE,
    EmailTestDepth.SEND,
)


def planned_stages(account: Account, depth: EmailTestDepth) -> tuple[StageName, ...]:
    """Returns the stages up to `depth` in the order in which they run; TOKEN only with OAuth2."""
    stage = StageName
    names = [stage.RESOLVE, stage.CONNECT]
    if account.security is Security.IMPLICIT:
        names += [stage.TLS, stage.GREETING, stage.EHLO]
    else:
        names += [stage.GREETING, stage.EHLO, stage.TLS]
    if _reaches(depth, EmailTestDepth.AUTHENTICATE):
        names.append(stage.AUTHENTICATE)
        if account.username is not None and account.uses_oauth2:
            names.insert(0, stage.TOKEN)
    if _reaches(depth, EmailTestDepth.ENVELOPE):
        names += [stage.MAIL_FROM, stage.RCPT_TO]
    if _reaches(depth, EmailTestDepth.SEND):
        names.append(stage.DATA)
    return tuple(names)


def _reaches(depth: EmailTestDepth, other: EmailTestDepth) -> bool:
    return _ORDER.index(depth) >= _ORDER.index(other)


async def run_attempt(
    account: Account,
    outgoing: OutgoingMessage | None,
    depth: EmailTestDepth,
    *,
    tools: Tools,
    on_progress: OnProgress | None = None,
) -> Report:
    """Runs the stages up to `depth`, and returns a report of what was found.

    `outgoing` is required from ENVELOPE on, and its message for SEND; otherwise ValueError is
    raised. Nothing that a server or a network does raises an exception. If the task is canceled,
    the connection is closed at once and CancelledError propagates; the caller then makes the final
    report from the last snapshot that `on_progress` received, with `Report.stopped`.
    """
    _require(outgoing, depth)
    redactor = Redactor(account.secrets, public=(account.username or "", account.login_name))
    stopwatch = Stopwatch(tools.network.clock)
    transcript = Transcript(stopwatch, redactor)
    names = planned_stages(account, depth)
    stages = Stages(names, stopwatch, transcript, redactor, on_progress)
    session = Session(account, tools, stages, transcript, redactor)
    try:
        failure = await _within_limit(session, outgoing, depth)
    finally:
        session.close()
    return _final_report(session, outgoing, depth, failure)


def _require(outgoing: OutgoingMessage | None, depth: EmailTestDepth) -> None:
    if _reaches(depth, EmailTestDepth.ENVELOPE) and outgoing is None:
        raise ValueError("this depth needs an envelope")
    if depth is EmailTestDepth.SEND and (outgoing is None or outgoing.message is None):
        raise ValueError("this depth needs a message")


async def _within_limit(
    session: Session, outgoing: OutgoingMessage | None, depth: EmailTestDepth
) -> Failure | None:
    """Runs the stages within the time limit of the whole attempt.

    Returns the failure that ended them, or None.
    """
    limit = asyncio.timeout(session.tools.limit_seconds)
    try:
        async with limit:
            try:
                await _run(session, outgoing, depth)
            except StageFailed as failed:
                if failed.failure.reply is not None:  # otherwise the server is not answering
                    await session.quit()
                return failed.failure
            await session.quit()
    except TimeoutError:
        if not limit.expired():
            raise
        if not session.stages.settled:
            failure = Failure(Code.TEST_TIMED_OUT, words=_what_was_slow(session))
            session.stages.fail(failure)
            return failure
    return None


def _what_was_slow(session: Session) -> str:
    slowest, limit = session.stages.slowest, session.tools.limit_seconds
    if slowest is None or slowest.duration_ms is None:
        return ""
    return f"stage {slowest.name} took {slowest.duration_ms / 1000:.1f} of the {limit:g} seconds"


async def _run(session: Session, outgoing: OutgoingMessage | None, depth: EmailTestDepth) -> None:
    account, stages = session.account, session.stages
    token = await fetch_token(session) if StageName.TOKEN in stages.names else None
    await connect(session, await resolve(session))
    if account.security is Security.IMPLICIT:
        await start_implicit_tls(session)
    await greet(session)
    await introduce(session)
    if account.security is Security.STARTTLS:
        await start_tls(session)
        await introduce(session)
    elif account.security is Security.NONE:
        stages.skip(StageName.TLS, "The secure connection is off in the settings.")
    if _reaches(depth, EmailTestDepth.AUTHENTICATE):
        if account.username is None:
            stages.skip(StageName.AUTHENTICATE, "No username is set.")
        else:
            await authenticate(session, token)
    if outgoing is not None and _reaches(depth, EmailTestDepth.ENVELOPE):
        await _deliver(session, outgoing, depth)


async def _deliver(session: Session, outgoing: OutgoingMessage, depth: EmailTestDepth) -> None:
    if depth is not EmailTestDepth.SEND:
        await envelope(session, outgoing)
        return
    content = outgoing.content()
    session.stages.message_id = outgoing.message_id
    await envelope(session, outgoing, len(content))
    await send(session, content)


def _final_report(
    session: Session,
    outgoing: OutgoingMessage | None,
    depth: EmailTestDepth,
    failure: Failure | None,
) -> Report:
    stages = session.stages
    if failure is None:
        return stages.report(
            EmailTestOutcome.ACCEPTED if depth is EmailTestDepth.SEND else EmailTestOutcome.REACHED
        )
    context = FailureContext(
        stage=stages.current,
        account=session.account,
        now=session.tools.network.now(),
        sender=outgoing.sender if outgoing else None,
        recipient=outgoing.recipient if outgoing else None,
        ehlo_name=session.ehlo_name,
        machine_name=full_name(session.tools.machine_name()),
        slowest=stages.slowest.name if stages.slowest else None,
        certificates=stages.certificates,
        server=stages.server,
    )
    diagnosis = diagnose(session.redactor.clean_failure(failure), context)
    outcome = EmailTestOutcome.UNCERTAIN if stages.in_doubt else EmailTestOutcome.FAILED
    refused = failure.code is Code.DESTINATION_NOT_ALLOWED
    return replace(stages.report(outcome, diagnosis), destination_refused=refused)
