"""What a token endpoint's response means: a token, a refusal, or something else."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from mail.account import OAuth2
from mail.oauth2.refusals import Refusal, code_of, other_way_may_work
from mail.report.codes import Code
from mail.report.failure import StageFailed

_TOKEN: Final = re.compile(r"[\x21-\x7e]+")
_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})
_ANY_CLIENT: Final = OAuth2("", "", None, "any")


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token, and its lifetime in seconds; None if the server does not state it."""

    token: str = field(repr=False)
    seconds: float | None = None


class ClientRefused(StageFailed):
    """The endpoint refused the client, which may be due to how it sent its credentials."""


def parse_response(
    status: int,
    body: bytes,
    headers: Mapping[str, str] = _NO_HEADERS,
    oauth2: OAuth2 = _ANY_CLIENT,
) -> AccessToken:
    """Returns the access token in the response to a request with `oauth2`.

    The names in `headers` are in lower case. Raises StageFailed if the response has no token.
    """
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        raise _without_json(status, body, headers) from None
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise _redirect(status, headers)
    if not isinstance(values, dict):
        raise _without_json(status, body, headers)
    if status < HTTPStatus.MULTIPLE_CHOICES and not _has_error(values):
        return _access_token(values)
    raise _refused(Refusal.read(status, values), oauth2)


def _has_error(values: Mapping[str, object]) -> bool:
    """Returns whether a response is a refusal, although its status may be 200 (as GitHub's is)."""
    return bool(values.get("error")) and "access_token" not in values


def _refused(refusal: Refusal, oauth2: OAuth2) -> StageFailed:
    kind = ClientRefused if other_way_may_work(refusal, oauth2) else StageFailed
    return kind(code_of(refusal, oauth2), detail=refusal.detail)


def _without_json(status: int, body: bytes, headers: Mapping[str, str]) -> StageFailed:
    detail = f"it answered with HTTP status {status} and no JSON object"
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return StageFailed(Code.TOKEN_ENDPOINT_FAILED, detail=detail)
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return _redirect(status, headers)
    if status == HTTPStatus.UNAUTHORIZED:
        asks = headers.get("www-authenticate", "").lower().startswith("basic")
        code = Code.TOKEN_CLIENT_REJECTED if asks else Code.TOKEN_ENDPOINT_WRONG
        return ClientRefused(code, detail=detail)
    if _is_page(body, headers):
        detail = f"it answered with HTTP status {status} and a web page"
        return StageFailed(Code.TOKEN_ENDPOINT_WRONG, detail=detail)
    succeeded = status < HTTPStatus.MULTIPLE_CHOICES
    code = Code.TOKEN_ANSWER_SENSELESS if succeeded else Code.TOKEN_ENDPOINT_WRONG
    return StageFailed(code, detail=detail)


def _is_page(body: bytes, headers: Mapping[str, str]) -> bool:
    return "html" in headers.get("content-type", "").lower() or body.lstrip().startswith(b"<")


def _redirect(status: int, headers: Mapping[str, str]) -> StageFailed:
    """Returns the failure of a redirect, which is not followed: it would carry the secret along."""
    location = headers.get("location", "").partition("?")[0]
    shown = "".join(char for char in location if char.isprintable())
    detail = f"it answered with HTTP status {status}, a redirect"
    where = f" to {shown}" if shown else ""
    return StageFailed(Code.TOKEN_ENDPOINT_WRONG, detail=f"{detail}{where}")


def _access_token(values: dict[str, object]) -> AccessToken:
    token, kind = values.get("access_token"), values.get("token_type") or "Bearer"
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise StageFailed(Code.TOKEN_ANSWER_SENSELESS, detail="`access_token` is missing")
    if str(kind).lower() != "bearer":
        raise StageFailed(Code.TOKEN_ANSWER_SENSELESS, detail="`token_type` is not Bearer")
    try:
        seconds = float(str(values["expires_in"]))
    except (KeyError, ValueError):
        return AccessToken(token)
    return AccessToken(token, seconds if 0 < seconds < float("inf") else None)
