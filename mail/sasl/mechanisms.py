"""The client's side of each mechanism, for an account."""

from aiosmtplib.auth import auth_login_encode, auth_plain_encode

from mail.account import Account, SaslMechanism
from mail.sasl.bearer import oauthbearer, xoauth2
from mail.sasl.client import SaslClient
from mail.sasl.ntlm import Ntlm
from mail.sasl.passwords import CramMd5, FixedResponses
from mail.sasl.scram import Scram


def client_for(mechanism: SaslMechanism, account: Account, token: str | None) -> SaslClient:
    """Returns the client's side of `mechanism`. Names and passwords are encoded in UTF-8."""
    if mechanism.uses_token:
        return _by_token(mechanism, account, token or "")
    return _by_password(mechanism, account)


def _by_token(mechanism: SaslMechanism, account: Account, token: str) -> SaslClient:
    name = account.username or ""
    if mechanism is SaslMechanism.OAUTHBEARER:
        return oauthbearer(name, token, account.host, account.port)
    return xoauth2(name, token)


def _by_password(mechanism: SaslMechanism, account: Account) -> SaslClient:
    name = account.username or ""
    password = account.password.reveal() if account.password else ""
    match mechanism:
        case SaslMechanism.LOGIN:
            return FixedResponses(None, *auth_login_encode(account.login_name, password))
        case SaslMechanism.SCRAM_SHA_256 | SaslMechanism.SCRAM_SHA_1:
            return Scram(mechanism.keyword, name, password)
        case SaslMechanism.CRAM_MD5:
            return CramMd5(name, password)
        case SaslMechanism.NTLM:
            return Ntlm(name, account.domain, password, account.host)
        case _:
            return FixedResponses(auth_plain_encode(account.login_name, password))
