"""Stage AUTHENTICATE."""

from mail.account import SaslMechanism, Security
from mail.report.codes import Code
from mail.report.failure import Failure, StageFailed
from mail.report.reply import Reply
from mail.report.report import StageName
from mail.sasl.choice import choose, next_after
from mail.sasl.client import SaslClient
from mail.sasl.mechanisms import client_for
from mail.sasl.unanswerable import UnanswerableError
from mail.session.session import Session
from mail.session.sign_in import sign_in
from mail.session.wire import Fault, WireError

AUTHENTICATED = 235
SHUTTING_DOWN = 421
_REFUSED_NAMES = (Code.CREDENTIALS_REJECTED, Code.APP_PASSWORD_REQUIRED)
_MAX_WORDS = 300
"""How much of a reply is quoted if the diagnosis adds something to it."""


async def authenticate(session: Session, token: str | None) -> None:
    """Signs in, with `token` if the account uses OAuth2.

    Some servers refuse a mechanism that they offer. AUTO then tries one other mechanism, on the
    same connection, but never after a refused password: that would count as two failed sign-ins.
    """
    with session.stages.stage(StageName.AUTHENTICATE), session.faults():
        mechanism = _mechanism(session)
        failure = await _attempt(session, mechanism, token)
        if failure is not None and failure.code is Code.MECHANISM_REFUSED:
            failure = await _second_attempt(session, failure, mechanism, token)
        if failure is not None:
            if failure.code is Code.TOKEN_REFUSED:
                session.tools.tokens.forget(session.account)
            raise StageFailed.of(failure)


async def _second_attempt(
    session: Session, first: Failure, refused: SaslMechanism, token: str | None
) -> Failure | None:
    """Tries another mechanism, and returns the failure that explains the whole stage, or None.

    If the server closes the connection after the first refusal, this refusal is the explanation.
    """
    other = next_after(refused, session.account, session.mechanisms, secured=session.secured)
    if other is None:
        return first
    try:
        second = await _attempt(session, other, token)
    except WireError as error:
        if error.fault in (Fault.CLOSED, Fault.NOT_SENT):
            return first
        raise
    if second is None:
        return None
    closed = second.reply is not None and second.reply.code == SHUTTING_DOWN
    return first if closed else second.after(first)


async def _attempt(session: Session, mechanism: SaslMechanism, token: str | None) -> Failure | None:
    """Signs in by `mechanism`. Returns None if the server accepted, and otherwise the failure."""
    client = client_for(mechanism, session.account, token)
    try:
        reply = await sign_in(
            session.open_wire, session.transcript, session.redactor, mechanism, client
        )
    except UnanswerableError:
        detail = f"a challenge that {mechanism.keyword} cannot answer"
        raise StageFailed(Code.REPLY_SENSELESS, detail=detail) from None
    except StageFailed as failed:
        raise StageFailed.of(failed.failure.by(mechanism)) from None
    session.stages.record_reply(reply)
    if reply.code != AUTHENTICATED:
        return _refusal(session, mechanism, client, reply)
    try:
        client.check_accepted(reply.raw)
    except StageFailed as failed:
        raise StageFailed.of(failed.failure.by(mechanism)) from None
    return None


def _refusal(
    session: Session, mechanism: SaslMechanism, client: SaslClient, reply: Reply
) -> Failure:
    code = client.refusal or session.meaning_of(reply, by_token=mechanism.uses_token)
    added = f" (status {client.status})" if client.status else ""
    name = session.account.login_name
    renamed = mechanism.sends_password and name != session.account.username
    if code in _REFUSED_NAMES and renamed and session.redactor.clean(name) == name:
        added = f" (the name that was sent is {name})"
    detail = _cut(reply.text) + added if added else ""
    return Failure(code, reply, detail, tried=(mechanism,))


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_WORDS else f"{text[:_MAX_WORDS].rstrip()} …"


def _mechanism(session: Session) -> SaslMechanism:
    account = session.account
    if account.security is not Security.NONE and not session.secured:
        raise AssertionError("credentials must not be sent over an unsecured connection")
    if account.password is None and not account.uses_oauth2:
        raise StageFailed(Code.PASSWORD_MISSING)
    if not session.mechanisms:
        needs_tls = not session.secured and "starttls" in session.extensions
        not_offered = session.unless_masked(Code.SIGN_IN_NOT_OFFERED)
        raise StageFailed(Code.SIGN_IN_REQUIRES_TLS if needs_tls else not_offered)
    chosen = choose(account, session.mechanisms, secured=session.secured)
    if chosen is None:
        raise StageFailed(
            Code.NO_COMMON_MECHANISM, detail=", ".join(session.stages.server.auth_mechanisms)
        )
    return chosen
