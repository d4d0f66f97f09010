"""Stage AUTHENTICATE."""

from mail.account import SaslMechanism, Security
from mail.report.codes import Code
from mail.report.failure import StageFailed
from mail.report.report import StageName
from mail.sasl.mechanisms import XOAuth2, choose, client_for
from mail.sasl.unanswerable import UnanswerableError
from mail.session.session import Session
from mail.session.sign_in import sign_in

AUTHENTICATED = 235


async def authenticate(session: Session, token: str | None) -> None:
    """Signs in, with `token` if the account uses OAuth2."""
    with session.stages.stage(StageName.AUTHENTICATE), session.faults():
        mechanism = _mechanism(session)
        client = client_for(mechanism, session.account, token)
        try:
            reply = await sign_in(
                session.open_wire, session.transcript, session.redactor, mechanism, client
            )
        except UnanswerableError:
            detail = f"a challenge that {mechanism.keyword} cannot answer"
            raise StageFailed(Code.REPLY_SENSELESS, detail=detail) from None
        session.stages.record_reply(reply)
        if reply.code != AUTHENTICATED:
            by_token = mechanism is SaslMechanism.XOAUTH2
            code = session.meaning_of(reply, by_token=by_token)
            if code is Code.TOKEN_REFUSED:
                session.tools.tokens.forget(session.account)
            status = client.status if isinstance(client, XOAuth2) else ""
            detail = f"{reply.text} (status {status})" if status else ""
            raise StageFailed(code, reply, detail)


def _mechanism(session: Session) -> SaslMechanism:
    account = session.account
    if account.security is not Security.NONE and not session.secured:
        raise AssertionError("credentials must not be sent over an unsecured connection")
    if account.password is None and not account.uses_oauth2:
        raise StageFailed(Code.PASSWORD_MISSING)
    if not session.mechanisms:
        needs_tls = not session.secured and "starttls" in session.extensions
        raise StageFailed(Code.SIGN_IN_REQUIRES_TLS if needs_tls else Code.SIGN_IN_NOT_OFFERED)
    chosen = choose(account, session.mechanisms, secured=session.secured)
    if chosen is None:
        raise StageFailed(Code.NO_COMMON_MECHANISM, detail=", ".join(session.mechanisms))
    return chosen
