import base64
import contextlib
import hashlib
import hmac

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.report.codes import Code
from mail.report.failure import StageFailed
from mail.sasl.scram import MAX_ITERATIONS, Scram
from mail.sasl.unanswerable import UnanswerableError

NONCE = "rOprNGfwEbeRWgbNEkqO"
SALT = b"a salt of 16 byt"


def encoded(text: str) -> str:
    """Returns the base64 of `text`."""
    return base64.b64encode(text.encode()).decode()


def decoded(response: bytes | None) -> str:
    """Returns the text of a response."""
    return base64.b64decode(response or b"").decode()


def answer(client: Scram, challenge: str) -> str:
    """Returns the client's answer to a challenge."""
    return decoded(anyio.run(client.respond, encoded(challenge)))


def stdlib_answer(name: str, escaped: str, password: str, server_first: str) -> tuple[str, str]:
    """Returns the client's and the server's final message, calculated as RFC 5802 §3 says."""
    salted = hashlib.pbkdf2_hmac(name, password.encode(), SALT, 4096)
    bare = f"n={escaped},r={NONCE}"
    final = f"c=biws,r={NONCE}server"
    signed = f"{bare},{server_first},{final}".encode()
    client_key = hmac.digest(salted, b"Client Key", name)
    signature = hmac.digest(hashlib.new(name, client_key).digest(), signed, name)
    proof = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
    server = hmac.digest(hmac.digest(salted, b"Server Key", name), signed, name)
    return (
        f"{final},p={base64.b64encode(proof).decode()}",
        f"v={base64.b64encode(server).decode()}",
    )


@pytest.mark.parametrize(
    ("keyword", "nonce", "server_first", "client_final", "server_final"),
    [
        pytest.param(
            "SCRAM-SHA-1",
            "fyko+d2lbbFgONRv9qkxdawL",
            "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
            "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
            "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
            id="rfc-5802",
        ),
        pytest.param(
            "SCRAM-SHA-256",
            NONCE,
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
            id="rfc-7677",
        ),
    ],
)
def test_follows_the_examples_of_the_rfcs(
    keyword: str, nonce: str, server_first: str, client_final: str, server_final: str
) -> None:
    """The messages of RFC 5802 §5 and RFC 7677 §3 are reproduced, with the GS2 flag `n`."""
    client = Scram(keyword, "user", "pencil", nonce)

    assert f"n,,n=user,r={nonce}" == decoded(client.initial)
    assert client_final == answer(client, server_first)
    assert "" == answer(client, server_final)
    client.check_accepted("Welcome")


@pytest.mark.parametrize(
    ("username", "escaped"),
    [
        pytest.param("a,b=c", "a=2Cb=3Dc", id="comma-and-equals"),
        pytest.param("I\N{SOFT HYPHEN}X", "IX", id="saslprep-removes-a-soft-hyphen"),
        pytest.param("\N{ROMAN NUMERAL NINE}", "IX", id="saslprep-applies-nfkc"),
        pytest.param("\N{ROCKET}=", "\N{ROCKET}=3D", id="as-it-is-if-saslprep-does-not-apply"),
    ],
)
def test_prepares_the_username(username: str, escaped: str) -> None:
    """A username is prepared by SASLprep, and its commas and equals signs are escaped."""
    client = Scram("SCRAM-SHA-256", username, "pencil", NONCE)

    assert f"n,,n={escaped},r={NONCE}" == decoded(client.initial)


@pytest.mark.parametrize(
    ("password", "hashed"),
    [
        pytest.param("\N{ROMAN NUMERAL NINE}", "IX", id="nfkc"),
        pytest.param("pass\N{NO-BREAK SPACE}word", "pass word", id="blank"),
        pytest.param("\N{KEY}", "\N{KEY}", id="emoji"),
        pytest.param("\N{HEBREW LETTER ALEF}1", "\N{HEBREW LETTER ALEF}1", id="mixed-directions"),
        pytest.param("", "", id="empty"),
    ],
)
def test_prepares_the_password(password: str, hashed: str) -> None:
    """A password is prepared by SASLprep, and used as it is if SASLprep does not allow it."""
    server_first = f"r={NONCE}server,s={base64.b64encode(SALT).decode()},i=4096"
    client = Scram("SCRAM-SHA-256", "user", password, NONCE)

    expected, _ = stdlib_answer("sha256", "user", hashed, server_first)
    assert expected == answer(client, server_first)


@given(
    username=st.text("abc@.-_09", min_size=1),
    password=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)),
    name=st.sampled_from(["sha1", "sha256"]),
)
def test_calculates_as_the_standard_library(username: str, password: str, name: str) -> None:
    """For every ASCII password, both proofs equal what RFC 5802 §3 defines."""
    server_first = f"r={NONCE}server,s={base64.b64encode(SALT).decode()},i=4096"
    client = Scram(f"SCRAM-SHA-{name[3:]}", username, password, NONCE)
    client_final, server_final = stdlib_answer(name, username, password, server_first)

    assert client_final == answer(client, server_first)
    client.check_accepted(f"2.7.0 {encoded(server_final)}")


@given(st.text() | st.from_regex(r"r=rOprNGfwEbeRWgbNEkqO[!-~]{0,9},s=[!-~]{0,30},i=[0-9]{1,40}"))
def test_survives_any_first_message(server_first: str) -> None:
    """Whatever a server sends first, the client answers or refuses to, and never crashes."""
    client = Scram("SCRAM-SHA-256", "user", "pencil", NONCE)
    with contextlib.suppress(UnanswerableError, StageFailed):
        answer(client, server_first)
    with pytest.raises((UnanswerableError, StageFailed)):
        client.check_accepted("2.7.0 Welcome")


@pytest.mark.parametrize(
    ("iterations", "accepted"),
    [
        (1, False),
        (4095, False),
        (4096, True),
        (MAX_ITERATIONS + 1, False),
        (2**31, False),
        (10**29, False),
    ],
)
def test_limits_the_iterations(*, iterations: int, accepted: bool) -> None:
    """Fewer or more iterations than the limits are refused before anything is hashed."""
    server_first = f"r={NONCE}server,s={base64.b64encode(SALT).decode()},i={iterations}"
    client = Scram("SCRAM-SHA-256", "user", "pencil", NONCE)

    if accepted:
        assert answer(client, server_first).startswith("c=biws")
        return
    with pytest.raises(StageFailed) as refused:
        answer(client, server_first)
    assert Code.ITERATIONS_OUT_OF_RANGE == refused.value.failure.code


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        ("invalid-proof", "invalid-proof", None),
        ("unknown-user", "unknown-user", None),
        ("no-resources", "no-resources", Code.SIGN_IN_UNAVAILABLE),
        ("channel-binding-not-supported", "channel-binding-not-supported", Code.MECHANISM_REFUSED),
        ("pencil", "other-error", None),
        ("", "other-error", None),
    ],
)
def test_reports_errors(error: str, status: str, code: Code | None) -> None:
    """An error of RFC 5802 §7 is reported, and any other word is not repeated."""
    client = Scram("SCRAM-SHA-256", "user", "pencil", NONCE)

    assert "" == answer(client, f"e={error}")
    assert (status, code) == (client.status, client.refusal)
