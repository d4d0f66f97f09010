import base64
import json

import anyio
import pytest

from mail.sasl.bearer import Bearer, oauthbearer, xoauth2
from mail.sasl.unanswerable import UnanswerableError

TOKEN = "eyJ0eXAi.abcinvalid_tokenxyz"


def refused(client: Bearer, error: object) -> bytes:
    """Returns the client's answer to an error in JSON."""
    challenge = base64.b64encode(json.dumps(error).encode()).decode()
    return anyio.run(client.respond, challenge)


def test_oauthbearer_follows_the_example_of_the_rfc() -> None:
    """The first example of RFC 7628 §4.1 is reproduced, byte by byte."""
    client = oauthbearer(
        "user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==", "server.example.com", 143
    )

    assert client.initial == (
        b"bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVy"
        b"IHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
    )


def test_oauthbearer_escapes_the_name() -> None:
    """A comma or an equals sign in the name does not end the name."""
    client = oauthbearer("a,b=c", "t", "mx.example.org", 587)

    assert base64.b64decode(client.initial or b"").startswith(b"n,a=a=2Cb=3Dc,\1host=")


def test_oauthbearer_leaves_out_an_empty_name() -> None:
    """Without a username, the name is left out, as the grammar requires."""
    client = oauthbearer("", "t", "mx.example.org", 587)

    assert base64.b64decode(client.initial or b"").startswith(b"n,,\1host=mx.example.org\1port=587")


@pytest.mark.parametrize(
    ("client", "answer"),
    [
        pytest.param(xoauth2("user", "t"), b"", id="xoauth2"),
        pytest.param(oauthbearer("user", "t", "mx.example.org", 587), b"AQ==", id="oauthbearer"),
    ],
)
def test_answers_an_error(client: Bearer, answer: bytes) -> None:
    """XOAUTH2 answers the error by an empty line, and OAUTHBEARER by a single %x01."""
    assert answer == refused(client, {"status": "invalid_grant"})
    assert "invalid_grant" == client.status


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ({"status": "401"}, "401"),
        ({"status": 400}, "400"),
        ({"status": "insufficient_scope"}, "insufficient_scope"),
        ({"status": "invalid_token"}, ""),  # it occurs in this token
        ({"status": TOKEN}, ""),
        ({"status": "4013"}, ""),
        ({"status": "Two words"}, ""),
        ({"status": "x" * 100}, ""),
        ({"status": ["401"]}, ""),
        ({}, ""),
        (["401"], ""),
    ],
)
def test_keeps_only_a_safe_status(error: object, status: str) -> None:
    """A status is kept if it is a short word or an HTTP status, and no part of the token."""
    client = oauthbearer("user", TOKEN, "mx.example.org", 587)
    refused(client, error)

    assert status == client.status


@pytest.mark.parametrize("challenge", ["", "no base64", "W1tb", "AQ=="])
def test_refuses_an_error_that_is_not_json(challenge: str) -> None:
    """A challenge that is not JSON in base64 cannot be answered."""
    with pytest.raises(UnanswerableError):
        anyio.run(oauthbearer("user", TOKEN, "mx.example.org", 587).respond, challenge)
