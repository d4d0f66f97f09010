"""Brings settings values into their one form, and says what cannot be brought into it."""

import ipaddress
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import idna
from email_validator import EmailNotValidError, validate_email

from mail.message import holds_encoded_word
from mail.report import Suggestion
from service.values.certificates import InvalidCertificate, read_certificates
from service.values.problems import Problem, problem
from service.values.settings_values import SettingsValues

MAX_TEXT: Final = 255
MAX_LONG_TEXT: Final = 2_048
MAX_CERTIFICATES: Final = 20
MAX_PORT: Final = 65_535
MAX_TIMEOUT_SECONDS: Final = 300


class Normal(NamedTuple):
    """Values in their one form, with the problems of those that are kept as given."""

    values: SettingsValues
    problems: tuple[Problem, ...]


def normalise(values: SettingsValues) -> Normal:
    """Trims, folds and checks every field; never raises, whatever was given."""
    problems: list[Problem] = []
    for step in _STEPS:
        outcome = step(values)
        if isinstance(outcome, SettingsValues):
            values = outcome
        else:
            problems += outcome
    return Normal(values, tuple(problems))


def has_control(text: str) -> bool:
    """Whether a text has a control character or a lone surrogate, which no header can carry."""
    return any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text)


def normal_address(address: str) -> str | None:
    """One email address in its normal form (RFC 5321, RFC 6531); None where it is not one.

    A local part that could be read as an encoded word is refused: in a header it would be.
    """
    if len(address) > MAX_TEXT or holds_encoded_word(address):
        return None
    try:
        checked = validate_email(
            address, check_deliverability=False, allow_smtputf8=True, globally_deliverable=False
        )
    except EmailNotValidError:
        return None
    return checked.normalized


def normal_host(text: str) -> str | None:
    """A host name as A-labels in lower case, or an IP address; None where it is neither."""
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return _host_name(text)
    # A zone (`fe80::1%eth0`) means something on one machine only, and may hold any character.
    zoned = isinstance(address, ipaddress.IPv6Address) and address.scope_id is not None
    return None if zoned else address.compressed


# Resolvers read `127.1` or `0x7f000001` as addresses: such a name would not be what it says.
_NUMERIC_LABEL: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_MAX_HOST_NAME: Final = 253


def _host_name(text: str) -> str | None:
    try:
        name = idna.encode(text, uts46=True).decode() if not text.isascii() else text.lower()
    except (idna.IDNAError, UnicodeError):
        return None
    labels = name.removesuffix(".").split(".")
    if len(name) > _MAX_HOST_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        return None
    # Only now: digits and dots of other scripts have become ASCII on the way.
    return None if _NUMERIC_LABEL.fullmatch(labels[-1]) else ".".join(labels)


_Outcome = SettingsValues | list[Problem]


def _host(values: SettingsValues) -> _Outcome:
    given = (values.smtp_host or "").strip()
    host = normal_host(given)
    if not given or host is not None:
        return replace(values, smtp_host=host)
    return [_host_problem(given)]


def _host_problem(given: str) -> Problem:
    name = "smtpHost"
    if "://" in given:
        inner = _inner_host(given)
        message = "Enter the host alone, without a scheme such as smtp://."
        return problem("HOST_HAS_SCHEME", name, message, _use_host(inner))
    host, colon, port = given.rpartition(":")
    if colon and port.isdecimal() and normal_host(host):
        message = f"Enter the host alone; the port ({port[:5]}) has its own field, SMTP Port."
        return problem("HOST_HAS_PORT", name, message, _use_host(normal_host(host)))
    message = "Enter a host name such as smtp.example.com, or an IP address, and nothing else."
    inner = _inner_host(f"//{given}") or ""
    # A bare word may be anything: the scheme of a URL without its colon, a piece of an address.
    meant = inner if "." in inner or ":" in inner else None
    return problem("HOST_INVALID", name, message, _use_host(meant))


def _inner_host(url: str) -> str | None:
    try:
        return normal_host(urlsplit(url).hostname or "")
    except ValueError:
        return None


def _use_host(host: str | None) -> Suggestion | None:
    if not host:
        return None
    return Suggestion(f"Set SMTP Host to {host}.", ("smtpHost",), host, None)


def _port(values: SettingsValues) -> _Outcome:
    if 1 <= values.smtp_port <= MAX_PORT:
        return values
    message = "The port must be between 1 and 65535; 587 is usual."
    suggestion = Suggestion("Set SMTP Port to 587.", ("smtpPort",), "587", None)
    return [problem("PORT_OUT_OF_RANGE", "smtpPort", message, suggestion)]


def _text_step(
    attribute: str, code: str, field: str | tuple[str, ...], limit: int, forbidden: str = ""
) -> Callable[[SettingsValues], _Outcome]:
    """A step for a text that is trimmed, has a greatest length, and holds no control characters."""

    def step(values: SettingsValues) -> _Outcome:
        text: str | None = getattr(values, attribute)
        trimmed = (text or "").strip() or None
        if trimmed is None:
            return values.having({attribute: None})
        if len(trimmed) > limit:
            return [problem(code, field, f"It may have at most {limit} characters.")]
        if has_control(trimmed) or any(character in trimmed for character in forbidden):
            besides = " or backslashes" if forbidden else ""
            message = f"It may not hold line breaks, control characters{besides}."
            return [problem(code, field, message)]
        return values.having({attribute: trimmed})

    return step


_plain_display_name: Final = _text_step(
    "default_from_display_name", "DISPLAY_NAME_INVALID", "defaultFromDisplayName", MAX_TEXT
)


def _display_name(values: SettingsValues) -> _Outcome:
    outcome = _plain_display_name(values)
    if not isinstance(outcome, SettingsValues) or outcome.default_from_display_name is None:
        return outcome
    if holds_encoded_word(outcome.default_from_display_name):
        message = "Enter the name itself, not in the form =?…?= that it has in a header."
        return [problem("DISPLAY_NAME_INVALID", "defaultFromDisplayName", message)]
    # A header cannot tell several spaces from one.
    name = re.sub(" {2,}", " ", outcome.default_from_display_name)
    return replace(outcome, default_from_display_name=name)


def _from_address(values: SettingsValues) -> _Outcome:
    given = (values.default_from_address or "").strip()
    address = normal_address(given) if given else None
    if given and address is None:
        message = "Enter one email address, such as noreply@example.com, without a name around it."
        return [problem("FROM_ADDRESS_INVALID", "defaultFromAddress", message)]
    return replace(values, default_from_address=address)


def _certificates(values: SettingsValues) -> _Outcome:
    kept: list[str] = []
    problems: list[Problem] = []
    for place, text in enumerate(values.trusted_certificates[: MAX_CERTIFICATES + 1]):
        certificates = read_certificates(text)
        if isinstance(certificates, InvalidCertificate):
            path = ("trustedCertificates", str(place))
            problems.append(problem("CERTIFICATE_INVALID", path, certificates.message))
        else:
            kept += [certificate.pem for certificate in certificates]
    distinct = tuple(dict.fromkeys(kept))
    if len(distinct) > MAX_CERTIFICATES or len(values.trusted_certificates) > MAX_CERTIFICATES:
        message = f"At most {MAX_CERTIFICATES} certificates can be trusted."
        problems.append(problem("TOO_MANY_CERTIFICATES", "trustedCertificates", message))
    return problems or replace(values, trusted_certificates=distinct)


def _token_url(values: SettingsValues) -> _Outcome:
    url = values.oauth2_token_url
    if url is None:
        return values
    field = ("oauth2", "tokenUrl")
    message = "Enter the token endpoint's full https URL, without a fragment, user or password."
    trimmed = url.strip()
    if len(trimmed) > MAX_LONG_TEXT or has_control(trimmed) or " " in trimmed:
        return [problem("OAUTH2_TOKEN_URL_INVALID", field, message)]
    try:
        parts = urlsplit(trimmed)
        host = normal_host(parts.hostname or "")
        unfit = parts.fragment or parts.username is not None or parts.port == 0 or not host
    except ValueError:
        return [problem("OAUTH2_TOKEN_URL_INVALID", field, message)]
    # Plain http stays possible towards this machine itself: there is no wire to listen on.
    allowed = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))
    if unfit or not allowed:
        return [problem("OAUTH2_TOKEN_URL_INVALID", field, message)]
    return replace(values, oauth2_token_url=trimmed)


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _client_id(values: SettingsValues) -> _Outcome:
    if values.oauth2_client_id is None:
        return values
    trimmed = values.oauth2_client_id.strip()
    if not trimmed or len(trimmed) > MAX_TEXT or has_control(trimmed):
        message = f"Enter the client id: 1 to {MAX_TEXT} characters, no control characters."
        return [problem("OAUTH2_CLIENT_ID_INVALID", ("oauth2", "clientId"), message)]
    return replace(values, oauth2_client_id=trimmed)


def _ehlo_hostname(values: SettingsValues) -> _Outcome:
    given = (values.ehlo_hostname or "").strip()
    literal = given.startswith("[") and given.endswith("]")
    inner = given[1:-1].removeprefix("IPv6:") if literal else given
    host = normal_host(inner) if given else None
    if given and (host is None or _is_address(host) is not literal):
        message = "Enter a host name such as mail.example.com, or an address literal: [192.0.2.1]."
        return [problem("EHLO_HOSTNAME_INVALID", "ehloHostname", message)]
    if literal and host:
        host = f"[IPv6:{host}]" if ":" in host else f"[{host}]"
    return replace(values, ehlo_hostname=host)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _timeout(values: SettingsValues) -> _Outcome:
    if 1 <= values.timeout_seconds <= MAX_TIMEOUT_SECONDS:
        return values
    message = f"The timeout must be between 1 and {MAX_TIMEOUT_SECONDS} seconds."
    suggestion = Suggestion("Set the timeout to 30 seconds.", ("timeoutSeconds",), "30", None)
    return [problem("TIMEOUT_OUT_OF_RANGE", "timeoutSeconds", message, suggestion)]


_STEPS: Final[tuple[Callable[[SettingsValues], _Outcome], ...]] = (
    _host,
    _text_step("smtp_domain", "DOMAIN_INVALID", "smtpDomain", MAX_TEXT, forbidden="\\"),
    _port,
    _text_step("smtp_username", "USERNAME_INVALID", "smtpUsername", MAX_TEXT),
    _from_address,
    _display_name,
    _certificates,
    _token_url,
    _client_id,
    _text_step("oauth2_scope", "OAUTH2_SCOPE_INVALID", ("oauth2", "scope"), MAX_LONG_TEXT),
    _ehlo_hostname,
    _timeout,
)
