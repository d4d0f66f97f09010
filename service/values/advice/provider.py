"""Warnings about what the known provider of the host requires."""

from collections.abc import Iterator
from datetime import datetime

from mail.providers import Provider
from mail.report import Suggestion
from service.values.advice.situation import Situation
from service.values.advice.suggested import set_to
from service.values.names import normal_address
from service.values.problems import Problem, problem
from service.values.settings_values import SettingsValues


def provider_rules(situation: Situation) -> Iterator[Problem]:
    """Yields the warnings about settings that the provider is known to refuse."""
    provider = situation.provider
    if provider is None:
        return
    values = situation.values
    yield from _provider_port(values, provider)
    yield from _provider_username(values, provider)
    if situation.signs_in_with_password and values.smtp_username:
        yield from _provider_password(provider, situation.now)


def _provider_port(values: SettingsValues, provider: Provider) -> Iterator[Problem]:
    ports = [endpoint.port for endpoint in provider.endpoints]
    if values.smtp_port not in ports:
        best = next(endpoint.port for endpoint in provider.endpoints if endpoint.recommended)
        message = (
            f"{provider.name} listens on {_list(ports)}, not on {values.smtp_port}: "
            f"enter port {best}."
        )
        yield problem("PROVIDER_PORT_UNKNOWN", "smtpPort", message, set_to("smtpPort", str(best)))


def _provider_username(values: SettingsValues, provider: Provider) -> Iterator[Problem]:
    username = values.smtp_username
    fixed = provider.fixed_username
    if fixed and username and username != fixed:
        message = f"{provider.name} uses the same username for every account: enter {fixed}."
        yield problem(
            "PROVIDER_FIXED_USERNAME", "smtpUsername", message, set_to("smtpUsername", fixed)
        )
    sender = values.default_from_address
    if (
        provider.from_address_must_match_username
        and username
        and sender
        and (normal_address(username) or username).casefold() != sender.casefold()
    ):
        message = (
            f"{provider.name} sends only as the account that signs in: set Default From Address to "
            f"{username} or one of its confirmed aliases."
        )
        address = normal_address(username)
        suggestion = None if address is None else set_to("defaultFromAddress", address)
        yield problem(
            "FROM_ADDRESS_DIFFERS_FROM_USERNAME", "defaultFromAddress", message, suggestion
        )


def _provider_password(provider: Provider, now: datetime) -> Iterator[Problem]:
    if "PLAIN" not in provider.auth_mechanisms and "LOGIN" not in provider.auth_mechanisms:
        message = f"{provider.name} does not accept passwords: configure OAuth2."
        yield problem("PROVIDER_REQUIRES_OAUTH2", "oauth2", message, _oauth2_help(provider))
        return
    if provider.app_password_required:
        message = f"Enter an app password: {provider.name} rejects the account's own password."
        suggestion = Suggestion(
            provider.password_hint, ("smtpPassword",), None, provider.documentation_url
        )
        yield problem("PROVIDER_REQUIRES_APP_PASSWORD", "smtpPassword", message, suggestion)
    if provider.password_sign_in_ends is not None:
        day = provider.password_sign_in_ends
        turns = "turned" if day <= f"{now:%Y-%m-%d}" else "will turn"
        message = (
            f"{provider.name} {turns} off password sign-in by default on {day}: configure OAuth2."
        )
        yield problem("PROVIDER_BASIC_AUTH_ENDING", "oauth2", message, _oauth2_help(provider))


def _oauth2_help(provider: Provider) -> Suggestion:
    return Suggestion("Configure OAuth2.", ("oauth2",), None, provider.documentation_url)


def _list(ports: list[int]) -> str:
    *first, last = map(str, ports)
    return f"{', '.join(first)} and {last}" if first else last
