"""The rules of single fields: each normalizes a value, or says what is wrong with it."""

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

from mail.message import holds_encoded_word
from mail.oauth2 import read_token_url
from mail.report import Suggestion
from service.values.certificates import InvalidCertificate, read_certificates
from service.values.fields import Invalid, Rule, Valid
from service.values.names import MAX_TEXT, has_control, normal_address, normal_host
from service.values.pasted_address import decoded_name, read_pasted_address

MAX_LONG_TEXT: Final = 2_048
MAX_CERTIFICATES: Final = 20


def text(limit: int = MAX_TEXT, forbidden: str = "", *, exact: bool = False) -> Rule:
    """Makes a rule for text: at most `limit` characters, no control characters.

    The text is trimmed, unless it is `exact`; a text of blanks alone is the same as no text.
    """

    def rule(value: str) -> Valid | Invalid:
        trimmed = (value if exact and value.strip() else value.strip()) or None
        if trimmed is None:
            return Valid(None)
        if len(trimmed) > limit:
            return Invalid(f"This is too long: enter at most {limit:,} characters.")
        if has_control(trimmed) or any(character in trimmed for character in forbidden):
            if forbidden:
                return Invalid("Remove line breaks, control characters and backslashes.")
            return Invalid("Remove line breaks and control characters.")
        return Valid(trimmed)

    return rule


def number(low: int, high: int, message: str, suggestion: Suggestion) -> Rule:
    """Makes a rule for a whole number from `low` to `high`, both included."""

    def rule(value: int) -> Valid | Invalid:
        return Valid(value) if low <= value <= high else Invalid(message, suggestion)

    return rule


def host(value: str) -> Valid | Invalid:
    """Checks a host: a name (RFC 1123; international names become A-labels) or an IP address."""
    given = value.strip()
    normal = normal_host(given)
    return Valid(normal) if not given or normal is not None else _invalid_host(given)


_AROUND_HOST: Final = " \"'`<>,;"
_HOST_AND_PORT: Final = re.compile(r"(?P<host>\S+?)[:;,\s]+(?P<port>[0-9]+)")


def _invalid_host(given: str) -> Invalid:
    if "://" in given:
        message = "Enter only the host, without a scheme such as smtp://."
        return Invalid(message, _use_host(_inner_host(given)), "HOST_HAS_SCHEME")
    bare = given.strip(_AROUND_HOST)
    with_port = _HOST_AND_PORT.fullmatch(bare)
    name = None if with_port is None else normal_host(with_port["host"])
    if with_port is not None and name is not None:
        port = with_port["port"]
        message = f"Enter only the host; the port ({port[:5]}) has its own field, SMTP Port."
        return Invalid(message, _use_host(name), "HOST_HAS_PORT")
    message = "Enter only a host name, such as smtp.example.com, or an IP address."
    inner = _inner_host(f"//{bare}") or ""
    # A single word is not suggested: it may be a URL's scheme, or a part of an address.
    return Invalid(message, _use_host(inner if "." in inner or ":" in inner else None))


def _inner_host(url: str) -> str | None:
    try:
        return normal_host(urlsplit(url).hostname or "")
    except ValueError:
        return None


def _use_host(name: str | None) -> Suggestion | None:
    return Suggestion(f"Set SMTP Host to {name}.", ("smtpHost",), name, None) if name else None


def email_address(field: str, label: str, name_field: str | None = None) -> Rule:
    """Makes a rule for a single email address (RFC 5321, RFC 6531) without a display name.

    Args:
        field: the field's name, for suggestions.
        label: what the settings page calls the field.
        name_field: the field of the name that belongs to the address, if there is one.
    """

    def rule(value: str) -> Valid | Invalid | tuple[Invalid, ...]:
        given = value.strip()
        address = normal_address(given) if given else None
        if not given or address is not None:
            return Valid(address)
        message = "Enter a single email address, such as noreply@example.com, without a name."
        pasted = read_pasted_address(given)
        if pasted is None:
            return Invalid(message)
        suggestion = Suggestion(f"Set {label} to {pasted.address}.", (field,), pasted.address, None)
        invalid = Invalid(message, suggestion)
        if name_field is None or pasted.name is None:
            return invalid
        return invalid, *_name_of(pasted.name, name_field)

    return rule


def _name_of(pasted: str, name_field: str) -> tuple[Invalid, ...]:
    name = display_name(pasted)
    if not isinstance(name, Valid) or not isinstance(name.value, str):
        return ()
    message = "The From address was entered with a name. Enter the name here, if it is to be shown."
    suggestion = _use_name(name.value, name_field)
    return (Invalid(message, suggestion, "DISPLAY_NAME_WITH_ADDRESS", path=(name_field,)),)


def _use_name(name: str, field: str) -> Suggestion:
    return Suggestion(f"Set Default From Display Name to {name}.", (field,), name, None)


_plain_name: Final = text()


def display_name(value: str) -> Valid | Invalid | tuple[Invalid, ...]:
    """Checks the name that mail programs show with an address."""
    outcome = _plain_name(value)
    if not isinstance(outcome, Valid) or not isinstance(outcome.value, str):
        return outcome
    if not holds_encoded_word(outcome.value):
        return outcome
    message = "Enter the name as it should appear, not in the encoded form =?…?= of a header."
    decoded = decoded_name(outcome.value)
    suggestion = None if decoded is None else _use_name(decoded, "defaultFromDisplayName")
    return Invalid(message, suggestion)


def certificates(value: tuple[str, ...]) -> Valid | tuple[Invalid, ...]:
    """Checks PEM texts, and keeps each certificate once, as normalized PEM."""
    kept: list[str] = []
    invalid: list[Invalid] = []
    for place, pem in enumerate(value[: MAX_CERTIFICATES + 1]):
        found = read_certificates(pem)
        if isinstance(found, InvalidCertificate):
            invalid.append(Invalid(found.message, place=place))
        else:
            kept += [certificate.pem for certificate in found]
    distinct = tuple(dict.fromkeys(kept))
    if len(distinct) > MAX_CERTIFICATES or len(value) > MAX_CERTIFICATES:
        message = f"Enter at most {MAX_CERTIFICATES} trusted certificates."
        invalid.append(Invalid(message, code="TOO_MANY_CERTIFICATES"))
    return tuple(invalid) if invalid else Valid(distinct)


def token_url(value: str) -> Valid | Invalid:
    """Checks the URL of an OAuth2 token endpoint."""
    invalid = Invalid(
        "Enter the full https URL of the token endpoint, without a fragment, user or password."
    )
    trimmed = value.strip()
    if len(trimmed) > MAX_LONG_TEXT or has_control(trimmed) or " " in trimmed:
        return invalid
    url = read_token_url(trimmed)
    if url is None or normal_host(url.host) is None:
        return invalid
    return Valid(trimmed)


def client_id(value: str) -> Valid | Invalid:
    """Checks an OAuth2 client id, which cannot be empty if OAuth2 is configured."""
    if not value.strip() or len(value) > MAX_TEXT or has_control(value):
        return Invalid(
            f"Enter a client id of 1 to {MAX_TEXT} characters, without control characters."
        )
    return Valid(value)


def ehlo_hostname(value: str) -> Valid | Invalid:
    """Checks an EHLO name: a host name, or an address literal (RFC 5321, section 4.1.3)."""
    given = value.strip()
    literal = given.startswith("[") and given.endswith("]")
    inner = given[1:-1].removeprefix("IPv6:") if literal else given
    name = normal_host(inner) if given else None
    if given and (name is None or _is_address(name) is not literal):
        return Invalid(
            "Enter a host name such as mail.example.com, or an address literal such as [192.0.2.1]."
        )
    if literal and name:
        name = f"[IPv6:{name}]" if ":" in name else f"[{name}]"
    return Valid(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
