from dataclasses import replace

import pytest

from mail.account import Account, OAuth2, SaslMechanism
from mail.sasl.choice import choose, next_after
from mail.secret import Secret

OAUTH2 = OAuth2("https://login.example.org/token", "postledger", Secret("s"))


@pytest.mark.parametrize(
    ("offered", "changes", "secured", "chosen"),
    [
        pytest.param("PLAIN LOGIN NTLM CRAM-MD5", {}, True, "PLAIN", id="plain-over-tls"),
        pytest.param("LOGIN NTLM", {}, True, "LOGIN", id="login-without-plain"),
        pytest.param("NTLM", {}, True, "NTLM", id="ntlm-if-nothing-else-is-offered"),
        pytest.param("PLAIN NTLM", {"domain": "X"}, True, "NTLM", id="ntlm-with-a-domain"),
        pytest.param("PLAIN", {"domain": "X"}, True, "PLAIN", id="plain-with-a-domain"),
        pytest.param("PLAIN CRAM-MD5", {}, False, "CRAM_MD5", id="cram-md5-unsecured"),
        pytest.param("CRAM-MD5", {}, True, None, id="cram-md5-not-automatic-over-tls"),
        pytest.param("PLAIN XOAUTH2", {}, True, "PLAIN", id="no-token-without-oauth2"),
        pytest.param("PLAIN XOAUTH2", {"oauth2": OAUTH2}, True, "XOAUTH2", id="token"),
        pytest.param("PLAIN", {"oauth2": OAUTH2}, True, None, id="no-password-instead-of-token"),
        pytest.param("plain", {}, True, "PLAIN", id="any-case"),
        pytest.param("SCRAM-SHA-256 LOGIN", {}, True, "LOGIN", id="password-first-over-tls"),
        pytest.param("NTLM SCRAM-SHA-1", {}, True, "SCRAM_SHA_1", id="scram-without-passwords"),
        pytest.param(
            "CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 PLAIN", {}, False, "SCRAM_SHA_256", id="sha-256"
        ),
        pytest.param("CRAM-MD5 SCRAM-SHA-1 PLAIN", {}, False, "SCRAM_SHA_1", id="sha-1"),
        pytest.param("SCRAM-SHA-256-PLUS", {}, True, None, id="no-channel-binding"),
        pytest.param(
            "CRAM-MD5 NTLM", {"domain": "X"}, False, "NTLM", id="ntlm-with-a-domain-unsecured"
        ),
        pytest.param(
            "OAUTHBEARER XOAUTH2", {"oauth2": OAUTH2}, True, "XOAUTH2", id="xoauth2-first"
        ),
        pytest.param(
            "PLAIN OAUTHBEARER", {"oauth2": OAUTH2}, True, "OAUTHBEARER", id="oauthbearer"
        ),
    ],
)
def test_auto_chooses(
    *, offered: str, changes: dict[str, str], secured: bool, chosen: str | None
) -> None:
    """AUTO selects the best common mechanism, and never a password if OAuth2 is configured."""
    account = replace(Account("mx.example.org", 587), **changes)  # type: ignore[arg-type]

    assert chosen == choose(account, offered.split(), secured=secured)


@pytest.mark.parametrize(
    ("refused", "offered", "changes", "secured", "chosen"),
    [
        pytest.param("PLAIN", "PLAIN LOGIN", {}, True, "LOGIN", id="login"),
        pytest.param("PLAIN", "PLAIN SCRAM-SHA-1", {}, True, "SCRAM_SHA_1", id="scram"),
        pytest.param("PLAIN", "PLAIN", {}, True, None, id="nothing-else-offered"),
        pytest.param(
            "PLAIN",
            "PLAIN LOGIN",
            {"mechanism": SaslMechanism.PLAIN},
            True,
            None,
            id="not-automatic",
        ),
        pytest.param("NTLM", "NTLM PLAIN", {"domain": "X"}, True, "PLAIN", id="plain-after-ntlm"),
        pytest.param("PLAIN", "PLAIN LOGIN", {}, False, "LOGIN", id="already-sent-unsecured"),
        pytest.param(
            "SCRAM_SHA_256", "SCRAM-SHA-256 PLAIN", {}, False, None, id="not-sent-unsecured"
        ),
        pytest.param(
            "SCRAM_SHA_256", "SCRAM-SHA-256 CRAM-MD5", {}, False, "CRAM_MD5", id="hidden-unsecured"
        ),
        pytest.param(
            "XOAUTH2",
            "XOAUTH2 OAUTHBEARER PLAIN",
            {"oauth2": OAUTH2},
            True,
            "OAUTHBEARER",
            id="the-other-for-tokens",
        ),
        pytest.param("XOAUTH2", "XOAUTH2 PLAIN", {"oauth2": OAUTH2}, True, None, id="no-password"),
    ],
)
def test_auto_chooses_again(
    *, refused: str, offered: str, changes: dict[str, str], secured: bool, chosen: str | None
) -> None:
    """After a refused mechanism AUTO selects another, which never exposes a hidden password."""
    account = replace(Account("mx.example.org", 587), **changes)  # type: ignore[arg-type]

    assert chosen == next_after(SaslMechanism(refused), account, offered.split(), secured=secured)
