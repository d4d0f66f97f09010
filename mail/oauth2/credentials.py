"""How a client identifies itself at a token endpoint (RFC 6749 §2.3.1)."""

import base64
from enum import Enum, auto
from urllib.parse import quote_plus, urlencode

from mail.account import OAuth2

_ERRORS = "surrogatepass"  # a secret is any text, even without an encoding in UTF-8


class ClientAuthentication(Enum):
    """Where the client's id and secret are sent: in HTTP Basic, or in the request's body."""

    BASIC = auto()
    BODY = auto()


def needs_encoding(oauth2: OAuth2) -> bool:
    """Returns whether the encoding in HTTP Basic changes the client's id or secret."""
    return any(_encoded(each) != each for each in (oauth2.client_id, _secret(oauth2)))


def sent_forms(oauth2: OAuth2) -> tuple[bytes, ...]:
    """Returns the secret as it is sent, encoded and in HTTP Basic, to keep it out of a report."""
    encoded = _encoded(_secret(oauth2))
    return (encoded.encode("ascii"), _basic_credentials(oauth2)) if encoded else ()


def _basic_credentials(oauth2: OAuth2) -> bytes:
    """Returns the id and the secret, each form-encoded, as HTTP Basic joins them."""
    return f"{_encoded(oauth2.client_id)}:{_encoded(_secret(oauth2))}".encode("ascii")


def headers_for(oauth2: OAuth2, way: ClientAuthentication) -> dict[str, str]:
    """Returns the headers that identify the client."""
    if way is ClientAuthentication.BODY:
        return {}
    encoded = base64.b64encode(_basic_credentials(oauth2)).decode("ascii")
    return {"Authorization": f"Basic {encoded}"}


def form_for(oauth2: OAuth2, way: ClientAuthentication) -> str:
    """Returns the body of a request by the client-credentials grant (RFC 6749 §4.4.2)."""
    form = {"grant_type": "client_credentials"}
    if way is ClientAuthentication.BODY:
        form |= {"client_id": oauth2.client_id, "client_secret": _secret(oauth2)}
    form |= {"scope": oauth2.scope} if oauth2.scope else {}
    return urlencode(form, errors=_ERRORS)


def _encoded(text: str) -> str:
    return quote_plus(text, errors=_ERRORS)


def _secret(oauth2: OAuth2) -> str:
    return oauth2.client_secret.reveal() if oauth2.client_secret else ""
