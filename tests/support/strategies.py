"""Strategies of Hypothesis for the settings: awkward texts, values and secrets."""

from typing import Final

from hypothesis import strategies as st

from mail.account import RevocationCheck, SaslMechanism, TlsMode
from service.values.normalize import normalize
from service.values.settings_values import FIELDS, SettingsValues
from tests.support.certificates import certificate
from tests.support.client_certificates import chain, made

SPECIAL_TEXTS: Final = (
    "",
    " ",
    "\0",
    "a\0b",
    "\r\nBcc: eve@example.com",
    "\ud800",
    "a\udfffb",
    "\u202eevil\u202c",
    "\u2028",
    "😀" * 50,
    "x" * 256,
    "é" * 2_049,
    "x" * 40_000,
    "=?utf-8?q?=0D=0ABcc:_eve?=",
    "=?utf-8?b?DQo=?=@example.com",
    "smtp://mail.example.com:25/x",
    "mail.example.com:25",
    "[::1]:25",
    "fe80::1%eth0",
    "fe80::1%\0",
    "127.1",
    "127。1",
    "0x7f000001",
    "bücher.example",
    "xn--bcher-kva.example",
    "例え.テスト",
    "a@b@c",
    "ada@bücher.example",
    '"quoted"@example.com',
    "https://[::1",
    "https://user:password@login.example.com/token",
    "https://login.example.com/token#part",
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "-----BEGIN PRIVATE KEY-----",
    "CORP\\ada",
    "../../etc/passwd",
    "'; DROP TABLE email_settings; --",
    "true",
    "null",
)


def texts(max_size: int = 40) -> st.SearchStrategy[str]:
    """Makes any texts, including lone surrogates, control characters and `SPECIAL_TEXTS`."""
    return st.one_of(
        st.text(st.characters(), max_size=max_size), st.sampled_from(SPECIAL_TEXTS), host_names()
    )


def sendable_texts(max_size: int = 40) -> st.SearchStrategy[str]:
    """Makes texts without lone surrogates, which JSON in UTF-8 cannot carry."""
    whole = [text for text in SPECIAL_TEXTS if text.encode(errors="replace").decode() == text]
    letters = st.characters(codec="utf-8")
    return st.one_of(st.text(letters, max_size=max_size), st.sampled_from(whole), host_names())


def host_names() -> st.SearchStrategy[str]:
    """Makes texts that look like host names in several scripts, some of them invalid."""
    label = st.text(st.sampled_from("abcxn-019_éßя例１٣\u0301\u200d"), min_size=1, max_size=6)
    return st.builds("".join, st.lists(label | st.sampled_from([".", "。"]), max_size=5))


def addresses() -> st.SearchStrategy[str]:
    """Makes texts that look like email addresses."""
    local = st.text(st.sampled_from("abc.+'=?_é例\u0301"), min_size=1, max_size=10)
    return st.builds("{}@{}".format, local, host_names())


def display_names() -> st.SearchStrategy[str]:
    """Makes names with characters that have a meaning in headers."""
    letters = st.sampled_from(list("ab é😀שםع\u200f\u202e,;:.\"'()<>@[]\\=?_-"))
    return st.text(letters | st.characters(), max_size=80)


def raw_values() -> st.SearchStrategy[SettingsValues]:
    """Makes values as callers may send them: of the right types, but maybe invalid."""
    optional = st.none() | texts()
    return st.builds(
        SettingsValues,
        smtp_host=optional | host_names(),
        smtp_domain=optional,
        smtp_port=st.integers(),
        smtp_username=optional | addresses(),
        smtp_password_version=st.none() | st.integers(1, 9),
        default_from_address=optional | addresses(),
        default_from_display_name=optional | display_names(),
        reply_to_address=optional | addresses(),
        enable_secure_connection=st.booleans(),
        tls_mode=st.sampled_from(TlsMode),
        trusted_certificates=st.lists(st.one_of(texts(), _pems()), max_size=3).map(tuple),
        client_certificate=optional | _chains(),
        client_key_version=st.none() | st.integers(1, 9),
        revocation_check=st.sampled_from(RevocationCheck),
        auth_mechanism=st.sampled_from(SaslMechanism),
        oauth2_token_url=optional | st.sampled_from(TOKEN_URLS),
        oauth2_client_id=optional,
        oauth2_client_secret_version=st.none() | st.integers(1, 9),
        oauth2_scope=optional,
        ehlo_hostname=optional | host_names() | st.sampled_from(["[192.0.2.1]", "[IPv6:::1]"]),
        timeout_seconds=st.integers(),
    )


TOKEN_URLS: Final = (
    "https://login.example.com/token",
    "https://Login.Example.com:8443/a?b=c",
    "http://localhost/token",
    "http://login.example.com/token",
)


def values() -> st.SearchStrategy[SettingsValues]:
    """Makes values as they are saved: normalized, without problems."""
    whole = st.builds(
        SettingsValues,
        smtp_host=st.none() | host_names() | st.sampled_from(["192.0.2.1", "::1"]),
        smtp_domain=st.none() | st.text(max_size=5),
        smtp_port=st.integers(1, 65_535),
        smtp_username=st.none() | st.text(max_size=5) | addresses(),
        smtp_password_version=st.none() | st.integers(1, 9),
        default_from_address=st.none() | addresses(),
        default_from_display_name=st.none() | display_names(),
        reply_to_address=st.none() | addresses(),
        enable_secure_connection=st.booleans(),
        tls_mode=st.sampled_from(TlsMode),
        trusted_certificates=st.lists(_pems(), max_size=3).map(tuple),
        client_certificate=st.none() | _chains(),
        client_key_version=st.none() | st.integers(1, 9),
        revocation_check=st.sampled_from(RevocationCheck),
        auth_mechanism=st.sampled_from(SaslMechanism),
        oauth2_token_url=st.none() | st.sampled_from(TOKEN_URLS[:3]),
        oauth2_client_id=st.none() | st.text(max_size=5),
        oauth2_client_secret_version=st.none() | st.integers(1, 9),
        oauth2_scope=st.none() | st.text(max_size=5),
        ehlo_hostname=st.none() | st.sampled_from(["mail.example.com", "[192.0.2.1]"]),
        timeout_seconds=st.integers(1, 300),
    )
    # Normalizing leaves an invalid value as it was, so its field is cleared.
    return whole.map(_kept)


def _kept(given: SettingsValues) -> SettingsValues:
    normal = normalize(given)
    attributes = {field.path: field.attribute for field in FIELDS}
    bad = {attributes[problem.field]: None for problem in normal.problems}
    kept = normalize(normal.values.with_values(bad))
    assert not kept.problems
    return kept.values


def _pems() -> st.SearchStrategy[str]:
    names = ("mail.example.com", "smtp.example.org", "relay.example.net")
    return st.sampled_from([certificate(name) for name in names])


def _chains() -> st.SearchStrategy[str]:
    return st.sampled_from([made(), "".join(chain()), "".join(chain("other"))])


def secrets() -> st.SearchStrategy[str]:
    """Makes valid passwords: anything but NUL, line breaks and lone surrogates."""
    letters = st.characters(
        exclude_characters="\0\r\n", categories=["L", "M", "N", "P", "S", "Z", "Cc", "Cf"]
    )
    return st.text(letters, min_size=1, max_size=60)
