"""Warnings about the username, the password and the domain."""

from collections.abc import Iterator
from typing import Final

from mail.report import Suggestion
from service.values.advice.pasted import review_text
from service.values.advice.situation import Situation
from service.values.problems import UNREADABLE_CODES, Problem, problem
from service.values.secret_names import SecretName

_SECRETS: Final = {
    SecretName.SMTP_PASSWORD: ("SMTP Password", "password"),
    SecretName.CLIENT_KEY: ("the client key", "key"),
    SecretName.OAUTH2_CLIENT_SECRET: ("the OAuth2 client secret", "secret"),
}


def half_set(situation: Situation) -> Iterator[Problem]:
    """Yields the warnings about a username without a password, and the reverse."""
    values = situation.values
    has_password = values.smtp_password_version is not None
    if values.smtp_username and not has_password and situation.signs_in_with_password:
        message = "Set SMTP Password as well, or clear SMTP Username: neither is used alone."
        yield problem("USERNAME_WITHOUT_PASSWORD", "smtpPassword", message)
    if has_password and not values.smtp_username:
        message = "Set SMTP Username as well, or clear SMTP Password: neither is used alone."
        yield problem("PASSWORD_WITHOUT_USERNAME", "smtpUsername", message)


def unreadable(situation: Situation) -> Iterator[Problem]:
    """Yields the warnings about stored secrets that cannot be decrypted."""
    for name, (label, kind) in _SECRETS.items():
        if name in situation.unreadable:
            message = (
                f"Enter {label} again, or restore its encryption key: the stored {kind} cannot be "
                "decrypted with the keys in use."
            )
            yield problem(UNREADABLE_CODES[name], name.path, message)


def pasted(situation: Situation) -> Iterator[Problem]:
    """Yields the warnings about what pasting left in names. Secrets are reviewed when set."""
    values = situation.values
    yield from review_text(("smtpUsername",), values.smtp_username or "")
    yield from review_text(("oauth2", "clientId"), values.oauth2_client_id or "")


def domain(situation: Situation) -> Iterator[Problem]:
    """Yields the warnings about a domain that is not used, or is given twice."""
    values = situation.values
    if not values.smtp_domain:
        return
    username = values.smtp_username
    if not username:
        message = "Set SMTP Username, or clear SMTP Domain: it is only used with a username."
        yield problem("DOMAIN_WITHOUT_USERNAME", "smtpDomain", message)
    elif "\\" in username or "@" in username:
        message = (
            f"The service would sign in as {values.smtp_domain}\\{username}, with two domains: "
            "clear SMTP Domain, or remove the domain from SMTP Username."
        )
        suggestion = Suggestion("Clear SMTP Domain.", ("smtpDomain",), "", None)
        yield problem("DOMAIN_REPEATED_IN_USERNAME", "smtpDomain", message, suggestion)
