"""Warnings about secrets that a request contains. Stored secrets are not examined again."""

from collections.abc import Iterator, Mapping

from mail.providers import provider_of_host
from mail.secret import Secret
from service.settings.secrets import looks_like_google_app_password
from service.values.advice.pasted import review_secret
from service.values.problems import Problem, problem
from service.values.secret_names import SecretName
from service.values.settings_values import SettingsValues


def review_secrets(
    given: Mapping[SecretName, Secret], values: SettingsValues
) -> tuple[Problem, ...]:
    """Returns the warnings about secrets that were entered with these values.

    They name what was found, and are part of the answer to the caller who entered the secret. They
    are not stored, so other callers learn nothing about it.
    """
    return tuple(
        each
        for name, secret in given.items()
        for each in (
            *_app_password(name, secret, values),
            # The client key is checked as PEM, where blanks have no meaning.
            *(review_secret(name.path, secret.reveal()) if name.is_sent else ()),
        )
    )


def _app_password(name: SecretName, secret: Secret, values: SettingsValues) -> Iterator[Problem]:
    provider = provider_of_host(values.smtp_host or "")
    if name is not SecretName.SMTP_PASSWORD or provider is None or provider.id != "gmail":
        return
    if not looks_like_google_app_password(secret):
        message = (
            "Enter an app password, which has 16 letters, without the spaces that Google shows in "
            "it. Google rejects the account's own password."
        )
        yield problem("APP_PASSWORD_FORMAT", "smtpPassword", message)
