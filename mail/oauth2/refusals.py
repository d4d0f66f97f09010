"""What a token endpoint's refusal means (RFC 6749 §5.2), with the codes of known servers.

Only fields that a request cannot fill decide: `error`, Microsoft's numbers, and descriptions that
are compared as a whole. Words inside a description may be quoted from the request.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from mail.account import OAuth2
from mail.oauth2.credentials import needs_encoding
from mail.report.codes import Code

_AADSTS: Final = re.compile(r"AADSTS(\d+)\b")
_MISSING_PARAMETER: Final = 900144
_WRONG_SECRET: Final = frozenset({70002, 7000215})
_NO_SECRET: Final = 7000218


def _numbers(code: Code, *numbers: int) -> Mapping[int, Code]:
    return dict.fromkeys(numbers, code)


_BY_NUMBER: Final[Mapping[int, Code]] = {
    # The tenant in the URL, or the version of the endpoint, is at fault.
    **_numbers(Code.TOKEN_ENDPOINT_WRONG, 50049, 50059, 50128, 50194, 90002, 90013, 90014, 90019),
    **_numbers(Code.TOKEN_ENDPOINT_WRONG, 90027, 90038, 900021, 900023, 900561, 9001023, 9002332),
    **_numbers(Code.TOKEN_ENDPOINT_WRONG, _MISSING_PARAMETER),
    **_numbers(Code.TOKEN_CLIENT_REJECTED, 70001, 700011, 700016, 700025, 7000112, 7000222),
    **_numbers(Code.TOKEN_CLIENT_REJECTED, 7000229, _NO_SECRET, *_WRONG_SECRET),
    **_numbers(Code.TOKEN_SCOPE_REJECTED, 28002, 50001, 70011, 500011, 1002012),
    **_numbers(Code.TOKEN_SCOPE_MISSING, 28003),
    **_numbers(Code.TOKEN_GRANT_REFUSED, 70003),
    **_numbers(Code.TOKEN_PERMISSION_MISSING, 50105, 65001, 65004, 65005, 90008, 90094, 501051),
    **_numbers(Code.TOKEN_PERMISSION_MISSING, 650052, 650056, 650057),
    **_numbers(Code.TOKEN_BLOCKED_BY_POLICY, 50002, 50005, 50072, 50074, 50076, 50079, 50131),
    **_numbers(Code.TOKEN_BLOCKED_BY_POLICY, 50158, 53000, 53001, 53002, 53003, 53004, 53011),
    **_numbers(Code.TOKEN_BLOCKED_BY_POLICY, 500021, 500022, 500212, 500213, 530034, 530035),
    **_numbers(Code.TOKEN_ENDPOINT_FAILED, 50033, 50196, 90006, 90012, 90024, 90033, 90055),
}
"""Microsoft's numbers, of https://learn.microsoft.com/entra/identity-platform/reference-error-codes
and https://login.microsoftonline.com/error."""

_BY_SUBERROR: Final = {
    "consent_required": Code.TOKEN_PERMISSION_MISSING,
    "device_authentication_failed": Code.TOKEN_BLOCKED_BY_POLICY,
    "protection_policy_required": Code.TOKEN_BLOCKED_BY_POLICY,
}

_BY_DESCRIPTION: Final = {
    "Client not enabled to retrieve service account": Code.TOKEN_GRANT_REFUSED,
    "INVALID_CREDENTIALS: Invalid client credentials": Code.TOKEN_CLIENT_REJECTED,
    "Invalid client or Invalid client credentials": Code.TOKEN_CLIENT_REJECTED,
    "Invalid client secret": Code.TOKEN_CLIENT_REJECTED,
}
"""Keycloak answers `unauthorized_client` in both cases; only its whole descriptions differ."""

_BY_ERROR: Final = {
    "access_denied": Code.TOKEN_PERMISSION_MISSING,
    "admin_policy_enforced": Code.TOKEN_BLOCKED_BY_POLICY,
    "consent_required": Code.TOKEN_PERMISSION_MISSING,
    "deleted_client": Code.TOKEN_CLIENT_REJECTED,
    "disabled_client": Code.TOKEN_CLIENT_REJECTED,
    "interaction_required": Code.TOKEN_BLOCKED_BY_POLICY,
    "invalid_client": Code.TOKEN_CLIENT_REJECTED,
    "invalid_grant": Code.TOKEN_GRANT_REFUSED,
    "invalid_resource": Code.TOKEN_SCOPE_REJECTED,
    "invalid_scope": Code.TOKEN_SCOPE_REJECTED,
    "invalid_target": Code.TOKEN_SCOPE_REJECTED,
    "server_error": Code.TOKEN_ENDPOINT_FAILED,
    "slow_down": Code.TOKEN_ENDPOINT_FAILED,
    "temporarily_unavailable": Code.TOKEN_ENDPOINT_FAILED,
    "too_many_requests": Code.TOKEN_ENDPOINT_FAILED,
    "unauthorized_client": Code.TOKEN_GRANT_REFUSED,
    "unsupported_grant_type": Code.TOKEN_GRANT_REFUSED,
}
"""RFC 6749 §5.2, RFC 8628 §3.5, RFC 8707 §2, and Google's and Microsoft's own errors."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error response: its status and the fields that say what is wrong."""

    status: int
    error: str = ""
    description: str = ""
    numbers: tuple[int, ...] = ()
    suberror: str = ""

    @classmethod
    def read(cls, status: int, values: Mapping[str, object]) -> "Refusal":
        """Reads the fields of an error response, including those of Okta and of Google's APIs."""
        error, description = values.get("error"), values.get("error_description")
        if isinstance(error, dict):  # Google's APIs, which are no token endpoints
            description = error.get("message")
            error = ""
        text = _text(description or values.get("errorSummary"))
        return cls(
            status,
            _text(error or values.get("errorCode")),
            text,
            _aadsts(values.get("error_codes"), text),
            _text(values.get("suberror")),
        )

    @property
    def detail(self) -> str:
        """The error and its description in one line, or the HTTP status."""
        description = " ".join(self.description.split())
        if self.numbers:  # Microsoft adds ids that help only its own support
            description = description.partition(" Trace ID:")[0]
        text = ": ".join(part for part in (self.error, description) if part)
        shown = "".join(char if char.isprintable() else " " for char in text)
        return shown or f"it answered with HTTP status {self.status}"


def code_of(refusal: Refusal, oauth2: OAuth2) -> Code:
    """Returns what a refusal of a request with `oauth2` means."""
    code = _code_of(refusal)
    if _lacks(refusal, "scope"):
        return Code.TOKEN_SCOPE_MISSING
    if code is Code.TOKEN_SCOPE_REJECTED and not oauth2.scope:
        return Code.TOKEN_SCOPE_MISSING
    return Code.TOKEN_SCOPE_MISSING if _asks_for_scope(refusal, oauth2) else code


def other_way_may_work(refusal: Refusal, oauth2: OAuth2) -> bool:
    """Returns whether the client might be accepted if it sends its credentials another way.

    Microsoft's numbers show that it read the credentials, so it is asked only once. But a server
    may read HTTP Basic without the encoding that RFC 6749 §2.3.1 requires.
    """
    if refusal.numbers:
        missing = _NO_SECRET in refusal.numbers or _lacks(refusal, "client_id")
        wrong = not _WRONG_SECRET.isdisjoint(refusal.numbers)
        return missing or (wrong and needs_encoding(oauth2))
    if refusal.status == HTTPStatus.UNAUTHORIZED or refusal.error == "invalid_client":
        return True
    return refusal.error == "invalid_request" and not _asks_for_scope(refusal, oauth2)


def _code_of(refusal: Refusal) -> Code:
    if refusal.status == HTTPStatus.TOO_MANY_REQUESTS or refusal.status >= 500:  # noqa: PLR2004 - server errors
        return Code.TOKEN_ENDPOINT_FAILED
    known = next((_BY_NUMBER[each] for each in refusal.numbers if each in _BY_NUMBER), None)
    known = known or _BY_SUBERROR.get(refusal.suberror)
    if known is not None:
        return known
    if refusal.error == "unauthorized_client" and refusal.description in _BY_DESCRIPTION:
        return _BY_DESCRIPTION[refusal.description]
    if refusal.error == "access_denied" and refusal.status == HTTPStatus.UNAUTHORIZED:
        return Code.TOKEN_CLIENT_REJECTED  # Auth0's answer to a wrong secret
    return _BY_ERROR.get(refusal.error, Code.TOKEN_ENDPOINT_WRONG)


def _asks_for_scope(refusal: Refusal, oauth2: OAuth2) -> bool:
    """Returns whether a request without a scope was refused because it has none.

    The rest of the request is a fixed word and the client id, so a description without that id can
    contain the word only by itself.
    """
    if oauth2.scope or refusal.error != "invalid_request":
        return False
    words = refusal.description.replace(oauth2.client_id, " ")
    return re.search(r"(?<![-\w])scope(?![-\w])", words) is not None


def _lacks(refusal: Refusal, parameter: str) -> bool:
    """Returns whether Microsoft says that the request lacks a parameter."""
    words = f"the following parameter: '{parameter}'"
    return _MISSING_PARAMETER in refusal.numbers and words in refusal.description


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _aadsts(codes: object, description: str) -> tuple[int, ...]:
    """Returns Microsoft's numbers; in a description, the number that it begins with."""
    listed = codes if isinstance(codes, list) else []
    numbers = tuple(each for each in listed if isinstance(each, int))
    found = _AADSTS.match(description)
    return numbers or ((int(found[1]),) if found else ())
