"""Warnings about OAuth2 settings that the token endpoint would refuse."""

from collections.abc import Iterator
from typing import Final

from mail.account import SaslMechanism
from mail.oauth2 import (
    SMTP_SCOPE,
    is_delegated,
    is_microsoft,
    placeholder_in,
    shared_tenant_in,
    suits_client_credentials,
    with_endpoint,
    with_tenant,
)
from mail.providers import Provider, providers_of_address
from mail.report import Suggestion
from service.values.advice.situation import Situation
from service.values.advice.suggested import set_to
from service.values.problems import Problem, problem
from service.values.settings_values import SettingsValues

_TOKEN_URL: Final = ("oauth2", "tokenUrl")
_SCOPE: Final = ("oauth2", "scope")
_MICROSOFT: Final = frozenset({"microsoft-365", "outlook-com"})
_CLIENT_CREDENTIALS: Final = "the client-credentials grant, which the service uses,"


def oauth2_rules(situation: Situation) -> Iterator[Problem]:
    """Yields the warnings about the OAuth2 settings, if there are any settings."""
    values = situation.values
    if not values.oauth2_token_url:
        return
    if values.oauth2_client_secret_version is None:
        message = "Set the OAuth2 client secret: the token endpoint requires it."
        yield problem("OAUTH2_CLIENT_SECRET_MISSING", ("oauth2", "clientSecret"), message)
    mechanism = values.auth_mechanism
    if mechanism is not SaslMechanism.AUTO and not mechanism.uses_token:
        message = (
            f"OAuth2 is not used while the authentication mechanism is {mechanism}: choose AUTO."
        )
        suggestion = set_to("authMechanism", "AUTO")
        yield problem("OAUTH2_NOT_USED", "authMechanism", message, suggestion)
        return
    yield from _token_url(values.oauth2_token_url, values)
    yield from _scope(values.oauth2_token_url, values.oauth2_scope, situation.provider)


def _token_url(url: str, values: SettingsValues) -> Iterator[Problem]:
    for_tenant = _for_mailbox(url, values)
    if placeholder := placeholder_in(url):
        message = f"Replace {placeholder} in the token URL{_with_tenant(url)}."
        yield problem("OAUTH2_TOKEN_URL_PLACEHOLDER", _TOKEN_URL, message, for_tenant)
    elif shared := shared_tenant_in(url):
        message = (
            f"Replace /{shared}/ in the token URL{_with_tenant(url)}: {_CLIENT_CREDENTIALS} needs "
            "the URL of one organization."
        )
        yield problem("OAUTH2_TENANT_MISSING", _TOKEN_URL, message, for_tenant)
    elif (endpoint := with_endpoint(url)) is not None:
        message = f"Microsoft's token endpoint has another path: enter {endpoint}."
        suggestion = set_to(_TOKEN_URL, endpoint)
        yield problem("OAUTH2_TOKEN_URL_PATH", _TOKEN_URL, message, suggestion)


def _with_tenant(url: str) -> str:
    tenant = "with the tenant ID of your organization, or with a domain of its mailboxes"
    return f" {tenant}" if is_microsoft(url) else " with your own value"


def _for_mailbox(url: str, values: SettingsValues) -> Suggestion | None:
    """Suggests the URL for the domain of the mailbox, which is a domain of its tenant."""
    username = values.smtp_username or ""
    mailbox = username if "@" in username else values.default_from_address or ""
    if providers_of_address(mailbox):  # a personal mailbox
        return None
    changed = with_tenant(url, mailbox.rpartition("@")[2])
    return None if changed is None else set_to(_TOKEN_URL, changed)


def _scope(url: str, scope: str | None, provider: Provider | None) -> Iterator[Problem]:
    microsoft_host = provider is not None and provider.id in _MICROSOFT
    if not microsoft_host and not is_microsoft(url):
        return
    suggestion = set_to(_SCOPE, SMTP_SCOPE) if microsoft_host else None
    wanted = f"enter {SMTP_SCOPE}" if microsoft_host else "enter a scope that ends in /.default"
    if not scope:
        message = f"Microsoft issues no token without a scope: {wanted}."
        yield problem("OAUTH2_SCOPE_MISSING", _SCOPE, message, suggestion)
    elif is_delegated(scope) or (is_microsoft(url) and not suits_client_credentials(scope)):
        message = (
            f"{scope} is a permission of a user, and {_CLIENT_CREDENTIALS} has no user: {wanted}."
        )
        yield problem("OAUTH2_SCOPE_DELEGATED", _SCOPE, message, suggestion)
