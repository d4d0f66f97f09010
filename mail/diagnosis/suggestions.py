"""Suggests what would fix a failure: a field, and its new value if the value is known."""

import difflib
from collections.abc import Callable, Iterable, Mapping

from mail.account import RevocationCheck, SaslMechanism, Security, TlsMode
from mail.diagnosis.certificate_suggestions import (
    certificate_name,
    is_host,
    missing_issuer,
    replaced_trust,
    trust,
)
from mail.diagnosis.failure_context import FailureContext
from mail.diagnosis.mechanisms import another_mechanism
from mail.diagnosis.present import is_present
from mail.diagnosis.token_suggestions import scope, token_url, trust_endpoint
from mail.providers.lookup import PROVIDERS
from mail.report.code_facts import CODES
from mail.report.codes import Code
from mail.report.failure import Failure
from mail.report.report import StageName, Suggestion

SUBMISSION_PORT = 587
IMPLICIT_TLS_PORT = 465
_SUBMISSION_PORTS = (SUBMISSION_PORT, 465, 2465, 2525, 2587)
_MAX_TIMEOUT = 300
_GENEROUS_TIMEOUT = 60
_SLOW: Mapping[StageName, tuple[str, tuple[str, ...] | None]] = {
    StageName.TOKEN: ("Ask the authorization server's operator", ("oauth2", "tokenUrl")),
    StageName.RESOLVE: ("Check DNS on the machine that runs Postledger to find out", None),
    StageName.CONNECT: ("Check the network and its firewalls to find out", None),
}
"""Where the reason of a slow stage is; for all other stages it is the mail server."""

Suggest = Callable[[Failure, FailureContext], Iterable[Suggestion]]


def suggestions_for(failure: Failure, context: FailureContext) -> tuple[Suggestion, ...]:
    """Returns the specific suggestions for `failure`, or its code's general suggestion.

    A value that is already set is never suggested.
    """
    suggested = _SPECIFIC.get(failure.code, _no_suggestions)(failure, context)
    specific = tuple(each for each in suggested if not is_present(each, context))
    return specific or (_general(failure, context),)


def _general(failure: Failure, context: FailureContext) -> Suggestion:
    facts = CODES[failure.code]
    if context.stage is StageName.TOKEN and facts.field == ("smtpHost",):
        return Suggestion(facts.fix, ("oauth2", "tokenUrl"))
    return Suggestion(facts.fix, facts.field)


def _no_suggestions(_failure: Failure, _context: FailureContext) -> Iterable[Suggestion]:
    return ()


def _nearest_host(_failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    hosts = [provider.smtp_host for provider in PROVIDERS if "{" not in provider.smtp_host]
    if is_host(context, *hosts):
        return
    for host in difflib.get_close_matches(context.account.host, hosts, n=1, cutoff=0.8):
        yield Suggestion(f"Did you mean {host}?", ("smtpHost",), host)


def _submission_port(_failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    if context.account.port in _SUBMISSION_PORTS:
        return
    text = f"Use port {SUBMISSION_PORT}, the port for mail submission."
    yield Suggestion(text, ("smtpPort",), str(SUBMISSION_PORT))
    if context.account.tls_mode is TlsMode.IMPLICIT:
        text = f"Set the TLS mode to STARTTLS, which port {SUBMISSION_PORT} uses."
        yield Suggestion(text, ("tlsMode",), TlsMode.STARTTLS.value)


def _implicit(failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    if not context.account.secure:
        yield from _secure(failure, context)
    yield Suggestion("Set the TLS mode to IMPLICIT.", ("tlsMode",), TlsMode.IMPLICIT.value)


def _starttls(_failure: Failure, _context: FailureContext) -> Iterable[Suggestion]:
    yield Suggestion("Set the TLS mode to STARTTLS.", ("tlsMode",), TlsMode.STARTTLS.value)


def _secure(_failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    if context.account.security is Security.NONE:
        yield Suggestion("Turn on the secure connection.", ("enableSecureConnection",), "true")


def _other_secured_port(failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    yield from _submission_port(failure, context)
    if context.account.port == SUBMISSION_PORT:
        yield Suggestion("Use port 465, which uses implicit TLS.", ("smtpPort",), "465")
        if context.account.tls_mode is TlsMode.STARTTLS:
            text = "Set the TLS mode to AUTO, which selects implicit TLS on port 465."
            yield Suggestion(text, ("tlsMode",), TlsMode.AUTO.value)


def _past_firewall(failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    """Suggests implicit TLS, under which a firewall cannot change the dialogue."""
    yield Suggestion(CODES[failure.code].fix)
    yield from _secure(failure, context)
    if context.account.port != IMPLICIT_TLS_PORT:
        text = f"Use port {IMPLICIT_TLS_PORT}, which uses implicit TLS."
        yield Suggestion(text, ("smtpPort",), str(IMPLICIT_TLS_PORT))
    if context.account.tls_mode is TlsMode.STARTTLS:
        text = "Set the TLS mode to IMPLICIT."
        yield Suggestion(text, ("tlsMode",), TlsMode.IMPLICIT.value)


def _longer_timeout(failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    yield from _timeout(CODES[failure.code].fix, context)


def _timeout(text: str, context: FailureContext) -> Iterable[Suggestion]:
    doubled = 2 * int(context.account.timeout_seconds)
    seconds = min(_MAX_TIMEOUT, max(_GENEROUS_TIMEOUT, doubled))
    if seconds > context.account.timeout_seconds:
        yield Suggestion(text, ("timeoutSeconds",), str(seconds))


def _after_message(failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    """Suggests a longer timeout if the server was silent; a closed connection needs none."""
    if failure.silent:
        yield _general(failure, context)
        text = "Increase the timeout: some servers check a message for minutes before they answer."
        yield from _timeout(text, context)


def _slow_stage(_failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    """Suggests where to look for the reason why one stage took so long."""
    slowest = context.slowest or context.stage
    where, field = _SLOW.get(slowest, ("Ask the server's operator", None))
    yield Suggestion(f"{where} why stage {slowest} takes so long, then try again.", field)


def _ehlo_name(_failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    domain = context.sender.rpartition("@")[2] if context.sender else None
    for name in (context.machine_name, domain):
        # The sender's domain may be a name without a dot, or the address of another machine.
        if name and name != context.ehlo_name and "." in name and not name.startswith("["):
            yield Suggestion(f"Set the EHLO hostname to {name}.", ("ehloHostname",), name)
            return


def _soft_revocation(failure: Failure, _context: FailureContext) -> Iterable[Suggestion]:
    facts = CODES[failure.code]
    yield Suggestion(facts.fix, facts.field, RevocationCheck.SOFT.value)


def _own_address(failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    name = context.account.username or ""
    if "@" in name and name != context.sender:
        text = f"Set the From address to {name}, the account's own address."
        yield Suggestion(text, ("defaultFromAddress",), name)
        yield Suggestion(CODES[failure.code].fix)


def _own_address_or_sign_in(failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    """Suggests the account's address. Without a username, the server may expect a sign-in."""
    yield from _own_address(failure, context)
    if context.account.username is None:
        facts = CODES[failure.code]
        yield Suggestion(facts.fix, facts.field)
        yield Suggestion(CODES[Code.SIGN_IN_REQUIRED].fix, ("smtpUsername",))


def _credentials(failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    """Suggests clearing the domain if it was sent as a part of the name, and the credentials."""
    by_name = any(mechanism.sends_password for mechanism in failure.tried)
    known = tuple(_provider_credentials(failure, context))
    if by_name and context.account.domain:
        text = (
            "Clear SMTP Domain, which is sent as a part of the name, if the name needs no domain."
        )
        yield Suggestion(text, ("smtpDomain",), "")
        yield from known or (_general(failure, context),)
    else:
        yield from known


def _provider_credentials(failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    """Suggests the username and password that the known provider expects."""
    provider, facts = context.provider, CODES[failure.code]
    if provider is None:
        return
    username = provider.fixed_username
    if username is not None and context.account.username != username:
        text = f"Set the username to {username}, which {provider.name} requires for every account."
        yield Suggestion(text, ("smtpUsername",), username, provider.documentation_url)
    text = f"{facts.fix} SMTP password for {provider.name}: {provider.password_hint}"
    yield Suggestion(text, facts.field, None, provider.documentation_url)


def _oauth2(failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    """Suggests OAuth2 if the provider no longer accepts passwords."""
    facts, provider = CODES[failure.code], context.provider
    page = provider.documentation_url if provider else None
    if context.account.uses_oauth2:
        return
    if context.account.oauth2 is not None:
        offered = [keyword.upper() for keyword in context.server.auth_mechanisms]
        mechanism = SaslMechanism.XOAUTH2
        if mechanism.keyword not in offered and SaslMechanism.OAUTHBEARER.keyword in offered:
            mechanism = SaslMechanism.OAUTHBEARER
        text = f"Set the mechanism to {mechanism.keyword} to sign in with OAuth2."
        yield Suggestion(text, ("authMechanism",), mechanism.value, page)
    elif provider is not None and provider.oauth2_token_url:
        text = f"{facts.fix} The token URL is {provider.oauth2_token_url}"
        needed = f", and the scope is {provider.oauth2_scope}" if provider.oauth2_scope else ""
        yield Suggestion(f"{text}{needed}.", ("oauth2", "tokenUrl"), None, page)


def _address(failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    """Suggests another recipient if the recipient's address is at fault, not the sender's."""
    sender_is_ascii = (context.sender or "").isascii()
    only_recipient = failure.code is Code.SMTPUTF8_NOT_OFFERED and sender_is_ascii
    if only_recipient or context.stage is StageName.RCPT_TO:
        yield Suggestion("Try another recipient.")


def _general_with_page(failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    """Returns the code's general suggestion, with a link to the known provider's page."""
    if context.provider is not None:
        facts = CODES[failure.code]
        yield Suggestion(facts.fix, facts.field, None, context.provider.documentation_url)


_SPECIFIC: Mapping[Code, Suggest] = {
    Code.HOST_NOT_FOUND: _nearest_host,
    Code.CONNECTION_REFUSED: _submission_port,
    Code.CONNECTION_TIMED_OUT: _submission_port,
    Code.NOT_SMTP: _submission_port,
    Code.SIGN_IN_NOT_OFFERED: _submission_port,
    Code.PORT_SPEAKS_IMPLICIT_TLS: _implicit,
    Code.PORT_SPEAKS_PLAIN_SMTP: _starttls,
    Code.GREETING_TIMED_OUT: _longer_timeout,
    Code.REPLY_TIMED_OUT: _longer_timeout,
    Code.TLS_HANDSHAKE_TIMED_OUT: _longer_timeout,
    Code.NO_ANSWER_AFTER_MESSAGE: _after_message,
    Code.TEST_TIMED_OUT: _slow_stage,
    Code.DIALOGUE_MASKED: _past_firewall,
    Code.EHLO_NAME_REFUSED: _ehlo_name,
    Code.STARTTLS_NOT_OFFERED: _other_secured_port,
    Code.STARTTLS_REFUSED: _other_secured_port,
    Code.CERTIFICATE_SELF_SIGNED: trust,
    Code.CERTIFICATE_UNKNOWN_AUTHORITY: trust,
    Code.CERTIFICATE_EXPIRED: replaced_trust,
    Code.CERTIFICATE_NOT_YET_VALID: replaced_trust,
    Code.CERTIFICATE_CHAIN_INCOMPLETE: missing_issuer,
    Code.REVOCATION_NOT_CHECKED: _soft_revocation,
    Code.CERTIFICATE_HOSTNAME_MISMATCH: certificate_name,
    Code.SIGN_IN_REQUIRES_TLS: _secure,
    Code.TLS_REQUIRED: _secure,
    Code.NO_COMMON_MECHANISM: another_mechanism,
    Code.MECHANISM_REFUSED: another_mechanism,
    Code.ITERATIONS_OUT_OF_RANGE: another_mechanism,
    Code.CREDENTIALS_REJECTED: _credentials,
    Code.APP_PASSWORD_REQUIRED: _credentials,
    Code.WEB_SIGN_IN_REQUIRED: _provider_credentials,
    Code.BASIC_SIGN_IN_DISABLED: _oauth2,
    Code.SMTP_SIGN_IN_DISABLED: _general_with_page,
    Code.SIGN_IN_BLOCKED_BY_POLICY: _general_with_page,
    Code.TOKEN_ENDPOINT_NOT_TRUSTED: trust_endpoint,
    Code.TOKEN_ENDPOINT_WRONG: token_url,
    Code.TOKEN_SCOPE_MISSING: scope,
    Code.TOKEN_SCOPE_REJECTED: scope,
    Code.TOKEN_PERMISSION_MISSING: _general_with_page,
    Code.TOKEN_BLOCKED_BY_POLICY: _general_with_page,
    Code.TOKEN_REFUSED: scope,
    Code.SENDER_NOT_OWNED: _own_address,
    Code.SENDER_REFUSED: _own_address_or_sign_in,
    Code.SENDER_UNKNOWN: _own_address,
    Code.SENDER_NOT_VERIFIED: _general_with_page,
    Code.ADDRESS_INVALID: _address,
    Code.SMTPUTF8_NOT_OFFERED: _address,
}
