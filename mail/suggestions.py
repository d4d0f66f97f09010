"""What would mend a failure: a field and the value to put into it, wherever one is known."""

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from mail.account import Account, SaslMechanism, Security, TlsMode
from mail.codes import CODES, Code
from mail.failure import Failure
from mail.report import CertificateFacts, ServerFacts, Suggestion

SUBMISSION_PORT = 587
_SUBMISSION_PORTS = (SUBMISSION_PORT, 465, 2465, 2525, 2587)
_LONGEST_TIMEOUT = 300


@dataclass(frozen=True, slots=True)
class Case:
    """What is known when an attempt has failed.

    `sender` and `recipient` are those of the envelope, where there was one; `ehlo_name` is the name
    that was said; `machine_name` the machine's own full domain name, where it has one.
    """

    account: Account
    sender: str | None = None
    recipient: str | None = None
    ehlo_name: str = ""
    machine_name: str | None = None
    certificates: tuple[CertificateFacts, ...] = ()
    server: ServerFacts = field(default_factory=ServerFacts)
    known_hosts: tuple[str, ...] = ()


Suggest = Callable[[Failure, Case], Iterable[Suggestion]]


def suggestions_for(failure: Failure, case: Case) -> tuple[Suggestion, ...]:
    """The suggestions for `failure`: those that this case allows, else the code's general one."""
    particular = tuple(_PARTICULAR.get(failure.code, _none)(failure, case))
    if particular:
        return particular
    facts = CODES[failure.code]
    return (Suggestion(facts.mend, facts.field),)


def _none(_failure: Failure, _case: Case) -> Iterable[Suggestion]:
    return ()


def _nearest_host(_failure: Failure, case: Case) -> Iterable[Suggestion]:
    for host in difflib.get_close_matches(case.account.host, case.known_hosts, n=1, cutoff=0.8):
        yield Suggestion(f"Did you mean {host}?", ("smtpHost",), host)


def _submission_port(_failure: Failure, case: Case) -> Iterable[Suggestion]:
    if case.account.port in _SUBMISSION_PORTS:
        return
    text = f"Use port {SUBMISSION_PORT}, on which mail is submitted."
    yield Suggestion(text, ("smtpPort",), str(SUBMISSION_PORT))
    if case.account.tls_mode is TlsMode.IMPLICIT:
        yield Suggestion("That port speaks STARTTLS.", ("tlsMode",), TlsMode.STARTTLS.value)


def _implicit(_failure: Failure, case: Case) -> Iterable[Suggestion]:
    if not case.account.secure:
        yield from _secure(_failure, case)
    yield Suggestion("Set the TLS mode to IMPLICIT.", ("tlsMode",), TlsMode.IMPLICIT.value)


def _starttls(_failure: Failure, _case: Case) -> Iterable[Suggestion]:
    yield Suggestion("Set the TLS mode to STARTTLS.", ("tlsMode",), TlsMode.STARTTLS.value)


def _secure(_failure: Failure, _case: Case) -> Iterable[Suggestion]:
    yield Suggestion("Switch the secure connection on.", ("enableSecureConnection",), "true")


def _other_secured_port(failure: Failure, case: Case) -> Iterable[Suggestion]:
    yield from _submission_port(failure, case)
    if case.account.port == SUBMISSION_PORT:
        yield Suggestion("Use port 465, on which TLS comes first.", ("smtpPort",), "465")


def _more_time(failure: Failure, case: Case) -> Iterable[Suggestion]:
    seconds = min(_LONGEST_TIMEOUT, max(60, 2 * int(case.account.timeout_seconds)))
    if seconds > case.account.timeout_seconds:
        yield Suggestion(CODES[failure.code].mend, ("timeoutSeconds",), str(seconds))


def _ehlo_name(_failure: Failure, case: Case) -> Iterable[Suggestion]:
    domain = case.sender.rpartition("@")[2] if case.sender else None
    for name in (case.machine_name, domain):
        if name and name != case.ehlo_name:
            yield Suggestion(f"Introduce this machine as {name}.", ("ehloHostname",), name)
            return


def _trust(_failure: Failure, case: Case) -> Iterable[Suggestion]:
    """The highest certificate presented: with it trusted, everything below it is."""
    if case.certificates:
        top = case.certificates[-1]
        text = (
            f"If the SHA-256 fingerprint {top.sha256} is that of your own server or authority,"
            f" trust its certificate ({top.subject})."
        )
        yield Suggestion(text, ("trustedCertificates",), top.pem)


def _certificate_name(_failure: Failure, case: Case) -> Iterable[Suggestion]:
    for name in case.certificates[0].dns_names if case.certificates else ():
        if "*" not in name:
            text = f"Set the SMTP host to {name}, if that is the server meant."
            yield Suggestion(text, ("smtpHost",), name)
            return


def _any_mechanism(_failure: Failure, case: Case) -> Iterable[Suggestion]:
    if case.account.mechanism is not SaslMechanism.AUTO:
        text = "Let the mechanism be chosen from those that the server offers."
        yield Suggestion(text, ("authMechanism",), SaslMechanism.AUTO.value)


def _own_address(failure: Failure, case: Case) -> Iterable[Suggestion]:
    name = case.account.username or ""
    if "@" in name and name != case.sender:
        text = f"Send as {name}, the account's own address."
        yield Suggestion(text, ("defaultFromAddress",), name)
        yield Suggestion(CODES[failure.code].mend)


def _required_tls(failure: Failure, case: Case) -> Iterable[Suggestion]:
    if case.account.security is Security.NONE:
        yield from _secure(failure, case)


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
    Code.EHLO_NAME_REFUSED: _ehlo_name,
    Code.STARTTLS_NOT_OFFERED: _other_secured_port,
    Code.CERTIFICATE_SELF_SIGNED: _trust,
    Code.CERTIFICATE_UNKNOWN_AUTHORITY: _trust,
    Code.CERTIFICATE_HOSTNAME_MISMATCH: _certificate_name,
    Code.SIGN_IN_REQUIRES_TLS: _required_tls,
    Code.TLS_REQUIRED: _required_tls,
    Code.NO_COMMON_MECHANISM: _any_mechanism,
    Code.MECHANISM_REFUSED: _any_mechanism,
    Code.SENDER_NOT_OWNED: _own_address,
    Code.SENDER_REFUSED: _own_address,
}
