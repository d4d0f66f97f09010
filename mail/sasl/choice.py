"""The choice of a mechanism from what the server offers."""

from collections.abc import Sequence

from mail.account import Account, SaslMechanism

_PROVING = (SaslMechanism.SCRAM_SHA_256, SaslMechanism.SCRAM_SHA_1)
_SENDING = (SaslMechanism.PLAIN, SaslMechanism.LOGIN)

_REFUSE_PLAIN = frozenset({"smtp.qq.com"})
"""Hosts that offer PLAIN and refuse it with 502 or 535, but accept the same password by LOGIN.

They get LOGIN first, because every refused sign-in counts towards a lockout.
Source: https://github.com/yc-software/qm/issues/808 (2026-08-28).
"""


def candidates(account: Account, *, secured: bool) -> tuple[SaslMechanism, ...]:
    """Returns the mechanisms that the account may use, the preferred first.

    Over TLS, AUTO prefers the mechanisms that send the password: nothing needs to hide it there,
    they work with every way in which a server stores passwords, and the service has the password
    anyway. Without TLS, it prefers those that hide the password. CRAM-MD5 is used only without TLS:
    it makes the server store more than a salted hash of the password.
    """
    if account.mechanism is not SaslMechanism.AUTO:
        return (account.mechanism,)
    if account.oauth2 is not None:
        return (SaslMechanism.XOAUTH2, SaslMechanism.OAUTHBEARER)
    sending = _SENDING[::-1] if account.host.lower() in _REFUSE_PLAIN else _SENDING
    ordered = (*sending, *_PROVING) if secured else (*_PROVING, SaslMechanism.CRAM_MD5, *sending)
    if account.domain:
        return (SaslMechanism.NTLM, *ordered)
    return (*ordered, SaslMechanism.NTLM)


def choose(account: Account, offered: Sequence[str], *, secured: bool) -> SaslMechanism | None:
    """Returns the mechanism to sign in with, or None if the server offers no suitable mechanism.

    `offered` are the keywords from EHLO.
    """
    return _first(candidates(account, secured=secured), offered)


def next_after(
    refused: SaslMechanism, account: Account, offered: Sequence[str], *, secured: bool
) -> SaslMechanism | None:
    """Returns the mechanism to try after the server has refused `refused` as a mechanism.

    Without TLS, the password is not sent after a mechanism that hides it: an attacker on the
    network path could otherwise get it with a refusal.
    """
    usable = [each for each in candidates(account, secured=secured) if each is not refused]
    if not secured and not refused.sends_password:
        usable = [each for each in usable if not each.sends_password]
    return _first(usable, offered)


def _first(mechanisms: Sequence[SaslMechanism], offered: Sequence[str]) -> SaslMechanism | None:
    keywords = {keyword.upper() for keyword in offered}
    return next((each for each in mechanisms if each.keyword in keywords), None)
