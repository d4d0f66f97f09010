"""What would mend a failure: a field and the value to put into it, wherever one is known."""

import difflib
from collections.abc import Callable, Iterable, Mapping

from mail.account import SaslMechanism, Security, TlsMode
from mail.diagnosis.failure_context import FailureContext
from mail.network.certificates import highest, names_match
from mail.providers.lookup import PROVIDERS
from mail.report.code_facts import CODES
from mail.report.codes import Code
from mail.report.failure import Failure
from mail.report.report import StageName, Suggestion

SUBMISSION_PORT = 587
_SUBMISSION_PORTS = (SUBMISSION_PORT, 465, 2465, 2525, 2587)
_LONGEST_TIMEOUT = 300
_GENEROUS_TIMEOUT = 60

Suggest = Callable[[Failure, FailureContext], Iterable[Suggestion]]


def suggestions_for(failure: Failure, case: FailureContext) -> tuple[Suggestion, ...]:
    """The suggestions for `failure`: those that this case allows, else the code's general one."""
    particular = tuple(_PARTICULAR.get(failure.code, _none)(failure, case))
    return particular or (_general(failure, case),)


def _general(failure: Failure, case: FailureContext) -> Suggestion:
    facts = CODES[failure.code]
    if case.stage is StageName.TOKEN and facts.field == ("smtpHost",):
        return Suggestion(facts.mend, ("oauth2", "tokenUrl"))
    return Suggestion(facts.mend, facts.field)


def _none(_failure: Failure, _case: FailureContext) -> Iterable[Suggestion]:
    return ()


def _nearest_host(_failure: Failure, case: FailureContext) -> Iterable[Suggestion]:
    hosts = [provider.smtp_host for provider in PROVIDERS if "{" not in provider.smtp_host]
    for host in difflib.get_close_matches(case.account.host, hosts, n=1, cutoff=0.8):
        yield Suggestion(f"Did you mean {host}?", ("smtpHost",), host)


def _submission_port(_failure: Failure, case: FailureContext) -> Iterable[Suggestion]:
    if case.account.port in _SUBMISSION_PORTS:
        return
    text = f"Use port {SUBMISSION_PORT}, on which mail is submitted."
    yield Suggestion(text, ("smtpPort",), str(SUBMISSION_PORT))
    if case.account.tls_mode is TlsMode.IMPLICIT:
        yield Suggestion("That port speaks STARTTLS.", ("tlsMode",), TlsMode.STARTTLS.value)


def _implicit(failure: Failure, case: FailureContext) -> Iterable[Suggestion]:
    if not case.account.secure:
        yield from _secure(failure, case)
    yield Suggestion("Set the TLS mode to IMPLICIT.", ("tlsMode",), TlsMode.IMPLICIT.value)


def _starttls(_failure: Failure, _case: FailureContext) -> Iterable[Suggestion]:
    yield Suggestion("Set the TLS mode to STARTTLS.", ("tlsMode",), TlsMode.STARTTLS.value)


def _secure(_failure: Failure, case: FailureContext) -> Iterable[Suggestion]:
    if case.account.security is Security.NONE:
        yield Suggestion("Switch the secure connection on.", ("enableSecureConnection",), "true")


def _other_secured_port(failure: Failure, case: FailureContext) -> Iterable[Suggestion]:
    yield from _submission_port(failure, case)
    if case.account.port == SUBMISSION_PORT:
        yield Suggestion("Use port 465, on which TLS comes first.", ("smtpPort",), "465")
        if case.account.tls_mode is TlsMode.STARTTLS:
            yield Suggestion("That port speaks TLS first.", ("tlsMode",), TlsMode.AUTO.value)


def _more_time(failure: Failure, case: FailureContext) -> Iterable[Suggestion]:
    doubled = 2 * int(case.account.timeout_seconds)
    seconds = min(_LONGEST_TIMEOUT, max(_GENEROUS_TIMEOUT, doubled))
    if seconds > case.account.timeout_seconds:
        yield Suggestion(CODES[failure.code].mend, ("timeoutSeconds",), str(seconds))


def _ehlo_name(_failure: Failure, case: FailureContext) -> Iterable[Suggestion]:
    domain = case.sender.rpartition("@")[2] if case.sender else None
    for name in (case.machine_name, domain):
        if name and name != case.ehlo_name:
            yield Suggestion(f"Introduce this machine as {name}.", ("ehloHostname",), name)
            return


def _trust(failure: Failure, case: FailureContext) -> Iterable[Suggestion]:
    """The highest certificate presented: with it trusted, everything below it is."""
    if not case.certificates:
        return
    top = highest(case.certificates)
    text = (
        f"If the SHA-256 fingerprint {top.sha256} is that of your own server or authority,"
        f" trust its certificate ({top.subject})."
    )
    yield Suggestion(text, ("trustedCertificates",), top.pem)
    if not names_match(case.certificates[0], case.account.host):
        yield from _certificate_name(failure, case)


def _certificate_name(_failure: Failure, case: FailureContext) -> Iterable[Suggestion]:
    for name in case.certificates[0].dns_names if case.certificates else ():
        if "*" not in name:
            text = f"Set the SMTP host to {name}, if that is the server meant."
            yield Suggestion(text, ("smtpHost",), name)
            return


def _any_mechanism(_failure: Failure, case: FailureContext) -> Iterable[Suggestion]:
    if case.account.mechanism is not SaslMechanism.AUTO:
        text = "Let the mechanism be chosen from those that the server offers."
        yield Suggestion(text, ("authMechanism",), SaslMechanism.AUTO.value)


def _own_address(failure: Failure, case: FailureContext) -> Iterable[Suggestion]:
    name = case.account.username or ""
    if "@" in name and name != case.sender:
        text = f"Send as {name}, the account's own address."
        yield Suggestion(text, ("defaultFromAddress",), name)
        yield Suggestion(CODES[failure.code].mend)


def _as_provider_says(failure: Failure, case: FailureContext) -> Iterable[Suggestion]:
    """What the known provider wants for username and password."""
    provider, facts = case.provider, CODES[failure.code]
    if provider is None:
        return
    wanted = provider.fixed_username
    if wanted is not None and case.account.username != wanted:
        text = f"{provider.name} signs every account in as {wanted}."
        yield Suggestion(text, ("smtpUsername",), wanted, provider.documentation_url)
    text = f"{facts.mend} {provider.name}: {provider.password_hint}"
    yield Suggestion(text, facts.field, None, provider.documentation_url)


def _by_token(failure: Failure, case: FailureContext) -> Iterable[Suggestion]:
    """OAuth2, where passwords are taken no longer."""
    facts, provider = CODES[failure.code], case.provider
    page = provider.documentation_url if provider else None
    if case.account.oauth2 is not None:
        value = SaslMechanism.XOAUTH2.value
        yield Suggestion("Sign in by OAuth2.", ("authMechanism",), value, page)
    elif provider is not None and provider.oauth2_token_url:
        text = f"{facts.mend} The token URL is {provider.oauth2_token_url}."
        yield Suggestion(text, ("oauth2", "tokenUrl"), None, page)
        yield from _scope(failure, case)


def _scope(_failure: Failure, case: FailureContext) -> Iterable[Suggestion]:
    """The scope that the known provider wants for SMTP."""
    provider, oauth2 = case.provider, case.account.oauth2
    wanted = provider.oauth2_scope if provider else None
    if provider and wanted and (oauth2 is None or oauth2.scope != wanted):
        text = f"{provider.name} wants the scope {wanted}."
        yield Suggestion(text, ("oauth2", "scope"), wanted, provider.documentation_url)


def _address(failure: Failure, case: FailureContext) -> Iterable[Suggestion]:
    """About the recipient, where it is the recipient's address that is at fault."""
    only_theirs = failure.code is Code.SMTPUTF8_NOT_OFFERED and (case.sender or "").isascii()
    if only_theirs or case.stage is StageName.RCPT_TO:
        yield Suggestion("Try another recipient.")


def _page(failure: Failure, case: FailureContext) -> Iterable[Suggestion]:
    """The code's general suggestion, with the known provider's page."""
    if case.provider is not None:
        facts = CODES[failure.code]
        yield Suggestion(facts.mend, facts.field, None, case.provider.documentation_url)


_PARTICULAR: Mapping[Code, Suggest] = {
    Code.HOST_NOT_FOUND: _nearest_host,
    Code.CONNECTION_REFUSED: _submission_port,
    Code.CONNECTION_TIMED_OUT: _submission_port,
    Code.NOT_SMTP: _submission_port,
    Code.SIGN_IN_NOT_OFFERED: _submission_port,
    Code.PORT_SPEAKS_IMPLICIT_TLS: _implicit,
    Code.PORT_SPEAKS_PLAIN_SMTP: _starttls,
    Code.GREETING_TIMED_OUT: _more_time,
    Code.REPLY_TIMED_OUT: _more_time,
    Code.TLS_HANDSHAKE_TIMED_OUT: _more_time,
    Code.EHLO_NAME_REFUSED: _ehlo_name,
    Code.STARTTLS_NOT_OFFERED: _other_secured_port,
    Code.STARTTLS_REFUSED: _other_secured_port,
    Code.CERTIFICATE_SELF_SIGNED: _trust,
    Code.CERTIFICATE_UNKNOWN_AUTHORITY: _trust,
    Code.CERTIFICATE_HOSTNAME_MISMATCH: _certificate_name,
    Code.SIGN_IN_REQUIRES_TLS: _secure,
    Code.TLS_REQUIRED: _secure,
    Code.NO_COMMON_MECHANISM: _any_mechanism,
    Code.MECHANISM_REFUSED: _any_mechanism,
    Code.CREDENTIALS_REJECTED: _as_provider_says,
    Code.APP_PASSWORD_REQUIRED: _as_provider_says,
    Code.WEB_SIGN_IN_REQUIRED: _as_provider_says,
    Code.BASIC_SIGN_IN_DISABLED: _by_token,
    Code.SMTP_SIGN_IN_DISABLED: _page,
    Code.SIGN_IN_BLOCKED_BY_POLICY: _page,
    Code.TOKEN_SCOPE_REJECTED: _scope,
    Code.TOKEN_REFUSED: _scope,
    Code.SENDER_NOT_OWNED: _own_address,
    Code.SENDER_REFUSED: _own_address,
    Code.SENDER_NOT_VERIFIED: _page,
    Code.ADDRESS_INVALID: _address,
    Code.SMTPUTF8_NOT_OFFERED: _address,
}
