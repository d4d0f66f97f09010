import pytest

from mail.oauth2.token_url import read_token_url
from service.values import rules
from service.values.fields import Valid


@pytest.mark.parametrize(
    "url",
    [
        "https://login.example.org/token",
        "https://login.example.org:8443/token?tenant=a",
        "https://[2001:db8::1]/token",
        "https://bücher.example/token",
        "http://127.0.0.1/token",
        "http://127.9.9.9:8080/token",
        "http://[::1]:8080/token",
        "http://localhost:8080/token",
        "http://LOCALHOST/token",
    ],
)
def test_a_url_that_keeps_the_secret(url: str) -> None:
    """A URL over TLS or on this machine may be saved, and is used."""
    assert Valid(url) == rules.token_url(url)
    assert read_token_url(url) is not None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "login.example.org/token",
        "ftp://login.example.org/token",
        "http://login.example.org/token",
        "http://localhost.example.org/token",
        "http://localhost./token",
        "http://10.0.0.1/token",
        "http://[::ffff:127.0.0.1]/token",
        "http://0.0.0.0/token",
        "http://127.1/token",
        "http://127.0.0.1@example.org/token",
        "http://127.0.0.1\\@example.org/token",
        "https://user:secret@login.example.org/token",
        "https://login.example.org/token#part",
        "https://login.example.org:0/token",
        "https://login.example.org:65536/token",
        "https:///token",
    ],
)
def test_a_url_that_could_disclose_the_secret(url: str) -> None:
    """Every other URL is refused, both by a save and by a request."""
    assert not isinstance(rules.token_url(url), Valid)
    assert read_token_url(url) is None
