"""What a token endpoint's response means (RFC 6749 §5), including Microsoft's own codes."""

import json
import re
from dataclasses import dataclass, field

from mail.report.codes import Code
from mail.report.failure import StageFailed

OK = 200
TOO_MANY_REQUESTS = 429
SERVER_ERROR = 500
_MAX_DETAIL_CHARS = 300
_TOKEN = re.compile(r"[\x21-\x7e]+")

_BY_MICROSOFT = (
    (r"AADSTS(90002|900023|900021)\b", Code.TOKEN_ENDPOINT_WRONG),
    (r"AADSTS(70011|1002012|28003)\b", Code.TOKEN_SCOPE_REJECTED),
    (r"AADSTS(7000215|7000222|700016|7000112)\b", Code.TOKEN_CLIENT_REJECTED),
)
_BY_ERROR = {
    "invalid_client": Code.TOKEN_CLIENT_REJECTED,
    "invalid_scope": Code.TOKEN_SCOPE_REJECTED,
    "unauthorized_client": Code.TOKEN_GRANT_REFUSED,
    "unsupported_grant_type": Code.TOKEN_GRANT_REFUSED,
    "invalid_grant": Code.TOKEN_GRANT_REFUSED,
    "access_denied": Code.TOKEN_GRANT_REFUSED,
    "temporarily_unavailable": Code.TOKEN_ENDPOINT_FAILED,
    "server_error": Code.TOKEN_ENDPOINT_FAILED,
}


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token, and its lifetime in seconds; None if the server does not state it."""

    token: str = field(repr=False)
    seconds: float | None = None


def parse_response(status: int, body: bytes) -> AccessToken:
    """Returns the access token in a response. Raises StageFailed if the response has none."""
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        detail = f"it answered with HTTP status {status} and no JSON"
        raise StageFailed(_code_without_json(status), detail=detail)
    if status == OK:
        return _access_token(values)
    raise _refusal(status, values)


def _code_without_json(status: int) -> Code:
    if status == TOO_MANY_REQUESTS or status >= SERVER_ERROR:
        return Code.TOKEN_ENDPOINT_FAILED
    return Code.TOKEN_ANSWER_SENSELESS if status == OK else Code.TOKEN_ENDPOINT_WRONG


def _access_token(values: dict[str, object]) -> AccessToken:
    token, kind = values.get("access_token"), values.get("token_type", "Bearer")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise StageFailed(Code.TOKEN_ANSWER_SENSELESS, detail="`access_token` is missing")
    if str(kind).lower() != "bearer":
        raise StageFailed(Code.TOKEN_ANSWER_SENSELESS, detail="`token_type` is not Bearer")
    try:
        seconds = float(str(values["expires_in"]))
    except (KeyError, ValueError):
        return AccessToken(token)
    return AccessToken(token, seconds if 0 < seconds < float("inf") else None)


def _refusal(status: int, values: dict[str, object]) -> StageFailed:
    error = str(values.get("error", ""))
    description = str(values.get("error_description", "")).splitlines()
    text = ": ".join(part for part in (error, description[0] if description else "") if part)
    shown = "".join(char if char.isprintable() else " " for char in text)[:_MAX_DETAIL_CHARS]
    detail = shown or f"it answered with HTTP status {status}"
    return StageFailed(_code_of(status, error, text), detail=detail)


def _code_of(status: int, error: str, text: str) -> Code:
    if status == TOO_MANY_REQUESTS or status >= SERVER_ERROR:
        return Code.TOKEN_ENDPOINT_FAILED
    for pattern, code in _BY_MICROSOFT:
        if re.search(pattern, text):
            return code
    return _BY_ERROR.get(error, Code.TOKEN_ENDPOINT_WRONG)
