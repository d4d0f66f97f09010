"""Suggests another sign-in mechanism, or says what each offered mechanism would need."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from mail.account import Account, SaslMechanism, Security
from mail.diagnosis.failure_context import FailureContext
from mail.report.failure import Failure
from mail.report.report import Suggestion
from mail.sasl.choice import choose

_BY_KEYWORD = {each.keyword: each for each in SaslMechanism if each is not SaslMechanism.AUTO}
_PREFERRED = (
    *(SaslMechanism.XOAUTH2, SaslMechanism.OAUTHBEARER),
    *(SaslMechanism.PLAIN, SaslMechanism.LOGIN),
    *(SaslMechanism.SCRAM_SHA_256, SaslMechanism.SCRAM_SHA_1, SaslMechanism.CRAM_MD5),
    SaslMechanism.NTLM,
)


@dataclass(frozen=True, slots=True)
class _Options:
    """What the server offers besides the mechanisms that were tried."""

    account: Account
    offered: tuple[str, ...]
    tried: tuple[SaslMechanism, ...]

    @property
    def secured(self) -> bool:
        return self.account.security is not Security.NONE

    @property
    def untried(self) -> tuple[SaslMechanism, ...]:
        known = {_BY_KEYWORD[each] for each in self.offered if each in _BY_KEYWORD}
        known -= {*self.tried, self.account.mechanism}
        return tuple(each for each in _PREFERRED if each in known)

    @property
    def unsupported(self) -> tuple[str, ...]:
        return tuple(each for each in self.offered if each not in _BY_KEYWORD)

    def has_credentials(self, mechanism: SaslMechanism) -> bool:
        """Returns whether the account has what `mechanism` sends or proves."""
        if mechanism.uses_token:
            return self.account.oauth2 is not None
        return self.account.password is not None

    def exposes_password(self, mechanism: SaslMechanism) -> bool:
        """Returns whether `mechanism` would show the password to the network for the first time."""
        already = self.account.mechanism, *self.tried
        return (
            mechanism.sends_password
            and not self.secured
            and not any(each.sends_password for each in already)
        )

    def works(self, mechanism: SaslMechanism) -> bool:
        """Returns whether `mechanism` can be used as the account is, without a new risk."""
        return self.has_credentials(mechanism) and not self.exposes_password(mechanism)


def another_mechanism(failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    """Suggests AUTO if it would select an untried mechanism, or else an untried mechanism.

    Without a mechanism that can be used at once, it says what the offered mechanisms need.
    """
    offered = tuple(each.upper() for each in context.server.auth_mechanisms)
    options = _Options(context.account, offered, failure.tried)
    usable = [each for each in options.untried if options.works(each)]
    auto = replace(context.account, mechanism=SaslMechanism.AUTO)
    automatic = choose(auto, offered, secured=options.secured)
    if context.account.mechanism is not SaslMechanism.AUTO and automatic in usable:
        text = "Set the mechanism to AUTO, which selects a mechanism that the server offers."
        yield Suggestion(text, ("authMechanism",), SaslMechanism.AUTO.value)
    elif usable:
        text = f"Set the mechanism to {usable[0].keyword}, which the server offers."
        yield Suggestion(text, ("authMechanism",), usable[0].value)
    else:
        yield from _needs(options, context)


def _needs(options: _Options, context: FailureContext) -> Iterable[Suggestion]:
    """Says what each offered mechanism would need, or that none of them can be used."""
    missing = [each for each in options.untried if not options.has_credentials(each)]
    exposing = [each for each in options.untried if each not in missing]
    if by_token := [each for each in missing if each.uses_token]:
        text = f"Configure OAuth2, which {_list(by_token)} needs."
        provider = context.provider
        page = provider.documentation_url if provider else None
        yield Suggestion(text, ("oauth2", "tokenUrl"), None, page)
    if by_password := [each for each in missing if not each.uses_token]:
        text = f"Set the username and the password, which {_list(by_password)} needs."
        yield Suggestion(text, ("smtpPassword",))
    if exposing:
        text = (
            f"Turn on the secure connection, and set the mechanism to {exposing[0].keyword}: "
            "without TLS, anyone on the network path could read the password."
        )
        yield Suggestion(text, ("enableSecureConnection",))
    if not options.untried:
        yield _nothing_usable(options)


def _nothing_usable(options: _Options) -> Suggestion:
    if "EXTERNAL" in options.unsupported and options.account.client_certificate:
        text = (
            "Clear the username: this server identifies the client by its certificate, which needs "
            "no sign-in."
        )
        return Suggestion(text, ("smtpUsername",), "")
    if "EXTERNAL" in options.unsupported:
        text = (
            "Set the client certificate that the server's operator issued to you, and clear the "
            "username: this server identifies clients by certificate."
        )
        return Suggestion(text, ("clientCertificate",))
    if options.unsupported:
        return Suggestion(
            "Ask the server's operator to offer PLAIN, LOGIN or SCRAM-SHA-256: Postledger does not "
            f"support {', '.join(options.unsupported)}."
        )
    return Suggestion("Ask the server's operator which sign-in mechanism this account may use.")


def _list(mechanisms: Iterable[SaslMechanism]) -> str:
    return " or ".join(each.keyword for each in mechanisms)
