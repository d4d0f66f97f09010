import base64
import json
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.network.clock import Stopwatch
from mail.secret import Secret
from mail.session.redaction import REDACTED, Redactor
from mail.session.transcript import MAX_LINE_BYTES, MAX_LINES, Transcript

SECRET = "Tr0ub4dor&3 пароль"


def transcript_of(secret: str = SECRET) -> Transcript:
    """Returns a transcript that redacts one secret."""
    return Transcript(Stopwatch(lambda: 0.0), Redactor([Secret(secret)]))


def b64(text: str) -> str:
    """Returns the base64 of a text's UTF-8."""
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "echoed",
    [
        pytest.param(SECRET, id="as-it-is"),
        pytest.param(SECRET.upper(), id="shouted"),
        pytest.param(b64(SECRET), id="base64"),
        pytest.param(b64(f"\0ada\0{SECRET}"), id="plain"),
        pytest.param(b64(f"x{SECRET}y"), id="base64-within"),
        pytest.param(b64(f"xx{SECRET}"), id="base64-shifted"),
        pytest.param(base64.urlsafe_b64encode(SECRET.encode()).decode(), id="base64-url"),
        pytest.param(SECRET.encode().hex(), id="hex"),
        pytest.param(quote_plus(SECRET), id="form"),
        pytest.param(json.dumps(SECRET), id="json"),
        pytest.param(" ".join(SECRET), id="spaced"),
    ],
)
def test_hides_an_echo(echoed: str) -> None:
    """A secret that the server repeats is found in every common encoding."""
    transcript = transcript_of()
    shown = transcript.server([b"250-Hello", f"250 you said {echoed}".encode()])

    assert ("250-Hello", f"250 you said {REDACTED}") == shown
    assert [False, True] == [line.redacted for line in transcript.lines]


def test_hides_an_echo_over_several_lines() -> None:
    """A secret that spans several lines of a reply is found."""
    transcript = transcript_of()
    encoded = b64(SECRET)
    shown = transcript.server([f"535-{encoded[:9]}".encode(), f"535 {encoded[9:]}".encode()])

    assert ("535-" + REDACTED, "535 " + REDACTED) == shown


@pytest.mark.parametrize(
    ("secret", "command", "expected"),
    [
        ("starttls", "STARTTLS", "STARTTLS"),
        ("size", "MAIL FROM:<ada@example.org> SIZE=512", "MAIL FROM:<ada@example.org> SIZE=512"),
        ("ada", "MAIL FROM:<ada@example.org> SIZE=512", f"MAIL FROM:<{REDACTED}> SIZE=512"),
        ("example", "EHLO host.example.com", f"EHLO {REDACTED}"),
        ("rcpt", "RCPT TO:<ada@example.net>", "RCPT TO:<ada@example.net>"),
    ],
)
def test_hides_values_in_commands(secret: str, command: str, expected: str) -> None:
    """In the client's commands, only addresses and names are searched for secrets."""
    transcript = transcript_of(secret)
    transcript.client(command.encode())

    assert [expected] == [line.line for line in transcript.lines]


def test_hides_a_challenge_within_the_final_reply() -> None:
    """A reply to the sign-in whose lines are not all final is hidden as a whole."""
    transcript = transcript_of()
    transcript.signing_in = True
    shown = transcript.server([b"334-s3cr3t", b"535 5.7.8 denied"])

    assert ("334-" + REDACTED, "535 " + REDACTED) == shown


def test_shows_replies_without_secrets() -> None:
    """A reply without a secret is shown unchanged, including the final reply to a sign-in."""
    transcript = transcript_of()
    transcript.signing_in = True
    shown = transcript.server([b"535 5.7.8 Error: authentication failed"])

    assert ("535 5.7.8 Error: authentication failed",) == shown


@given(st.binary(max_size=60).filter(lambda line: b"\n" not in line))
def test_hides_the_sign_in_dialogue(line: bytes) -> None:
    """Everything between AUTH and its final reply is hidden, whatever it contains."""
    transcript = transcript_of()
    transcript.signing_in = True
    transcript.client(b"AUTH LOGIN")
    transcript.server([b"334 " + line])
    transcript.client(line)
    shown = [each.line for each in transcript.lines]

    assert "AUTH LOGIN" == shown[0]
    assert f"334 {REDACTED}" == shown[1]
    assert shown[2] in {REDACTED, f"AUTH {REDACTED}", f"{line.decode('latin-1')} {REDACTED}"}


@given(st.text(min_size=4, max_size=40).filter(str.strip), st.binary(max_size=5))
def test_any_secret_in_base64(secret: str, before: bytes) -> None:
    """The base64 of any secret is found, even inside the base64 of a longer text."""
    text = base64.b64encode(before + secret.encode("utf-8", "surrogatepass") + b"zz").decode()

    assert (
        REDACTED == Redactor([Secret(secret)]).clean(text)
        or len(secret.encode("utf-8", "surrogatepass")) < 7
    )


def test_limits_lines_and_their_length() -> None:
    """A transcript has at most 512 lines of at most 8 KiB, and marks a line that was cut."""
    transcript = transcript_of()
    transcript.server([b"250 " + b"\xff" * 2 * MAX_LINE_BYTES])
    for _ in range(MAX_LINES + 10):
        transcript.server([b"250 Ok"])

    assert MAX_LINES == len(transcript.lines)
    assert MAX_LINE_BYTES >= len(transcript.lines[0].line.encode())
    assert transcript.lines[0].line.endswith("[cut]")


def test_shows_no_control_characters() -> None:
    """Control characters from a server are replaced, so they cannot affect a terminal."""
    shown = transcript_of().server([b"220 \x1b[31mred\r\x00\xe2\x80\xaegnp.exe"])

    assert (
        "220 \N{REPLACEMENT CHARACTER}[31mred" + "\N{REPLACEMENT CHARACTER}" * 3 + "gnp.exe",
    ) == shown
