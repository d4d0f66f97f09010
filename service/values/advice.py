"""Warnings about settings that can be saved, but are incomplete, risky or unlikely to work."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mail.account import IMPLICIT_TLS_PORTS, SaslMechanism, TlsMode
from mail.providers import Provider, provider_of_host
from mail.report import CertificateFacts, Suggestion
from service.values.certificates import certificates_of
from service.values.client_advice import EXPIRY_WARNING, review_client
from service.values.leftover_advice import review_text
from service.values.names import is_public, normal_address
from service.values.oauth2_advice import oauth2_problems
from service.values.problems import UNREADABLE_CODES, Problem, problem
from service.values.settings_values import SecretName, SettingsValues

STARTTLS_PORTS: Final = frozenset({25, 587, 2525, 2587})


@dataclass(frozen=True, slots=True)
class Situation:
    """What the rules examine. `unreadable` names the stored secrets that cannot be decrypted."""

    values: SettingsValues
    certificates: tuple[CertificateFacts, ...]
    now: datetime
    unreadable: frozenset[SecretName] = frozenset()

    @property
    def provider(self) -> Provider | None:
        """The provider that runs the host; None if it is not a known provider's."""
        host = self.values.smtp_host
        return provider_of_host(host) if host else None

    @property
    def client_certificate(self) -> tuple[CertificateFacts, ...]:
        """The chain that the service presents, its own certificate first; empty if not set."""
        chain = self.values.client_certificate
        return certificates_of((chain,)) if chain else ()

    @property
    def signs_in_with_password(self) -> bool:
        """Whether the service would sign in with a username and a password."""
        return not self.values.auth_mechanism.uses_token and not (
            self.values.auth_mechanism is SaslMechanism.AUTO and self.values.oauth2_token_url
        )

    @property
    def implicit_tls(self) -> bool:
        """Whether the connection would start with TLS."""
        values = self.values
        if values.tls_mode is TlsMode.AUTO:
            return values.smtp_port in IMPLICIT_TLS_PORTS
        return values.tls_mode is TlsMode.IMPLICIT


def review(situation: Situation) -> tuple[Problem, ...]:
    """Returns every warning and remark, in the order of the rules."""
    return tuple(problem for rule in _RULES for problem in rule(situation))


def _missing(situation: Situation) -> Iterator[Problem]:
    values = situation.values
    if not values.smtp_host:
        yield problem("HOST_MISSING", "smtpHost", "Set SMTP Host: no email can be sent without it.")
    if not values.default_from_address:
        message = "Set Default From Address: no email can be sent without it."
        suggestion = None
        address = normal_address(values.smtp_username or "")
        if address is not None and is_public(address):
            suggestion = _set_to("defaultFromAddress", address)
        yield problem("FROM_ADDRESS_MISSING", "defaultFromAddress", message, suggestion)


def _addresses(situation: Situation) -> Iterator[Problem]:
    values = situation.values
    for field, address, use in (
        ("defaultFromAddress", values.default_from_address, "accept mail from"),
        ("replyToAddress", values.reply_to_address, "send replies to"),
    ):
        if address is not None and not is_public(address):
            message = (
                f"Mail servers outside your network cannot {use} {address}: enter an address whose "
                "domain exists on the internet, unless all mail stays inside."
            )
            yield problem("ADDRESS_NOT_PUBLIC", field, message)


def _sign_in(situation: Situation) -> Iterator[Problem]:
    values = situation.values
    has_password = values.smtp_password_version is not None
    if values.smtp_username and not has_password and situation.signs_in_with_password:
        message = "Set SMTP Password as well, or clear SMTP Username: neither is used alone."
        yield problem("USERNAME_WITHOUT_PASSWORD", "smtpPassword", message)
    if has_password and not values.smtp_username:
        message = "Set SMTP Username as well, or clear SMTP Password: neither is used alone."
        yield problem("PASSWORD_WITHOUT_USERNAME", "smtpUsername", message)


_SECRETS: Final = {
    SecretName.SMTP_PASSWORD: ("SMTP Password", "password"),
    SecretName.CLIENT_KEY: ("the client key", "key"),
    SecretName.OAUTH2_CLIENT_SECRET: ("the OAuth2 client secret", "secret"),
}


def _unreadable(situation: Situation) -> Iterator[Problem]:
    for name, (label, kind) in _SECRETS.items():
        if name in situation.unreadable:
            message = (
                f"Enter {label} again, or restore its encryption key: the stored {kind} cannot be "
                "decrypted with the keys in use."
            )
            yield problem(UNREADABLE_CODES[name], name.path, message)


def _leftovers(situation: Situation) -> Iterator[Problem]:
    values = situation.values
    yield from review_text(("smtpUsername",), values.smtp_username or "")
    yield from review_text(("oauth2", "clientId"), values.oauth2_client_id or "")


def _domain(situation: Situation) -> Iterator[Problem]:
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


def _security(situation: Situation) -> Iterator[Problem]:
    values = situation.values
    secure_on = _set_to("enableSecureConnection", "true")
    if not values.enable_secure_connection and values.smtp_port in IMPLICIT_TLS_PORTS:
        message = (
            f"Port {values.smtp_port} expects TLS from the start: turn on Enable secure connection."
        )
        yield problem("PORT_EXPECTS_IMPLICIT_TLS", "enableSecureConnection", message, secure_on)
    elif not values.enable_secure_connection and values.smtp_password_version is not None:
        message = (
            "The password is sent unencrypted, so anyone on the network path can read it: turn on "
            "Enable secure connection."
        )
        yield problem("PASSWORD_OVER_PLAINTEXT", "enableSecureConnection", message, secure_on)
    elif not values.enable_secure_connection:
        message = (
            "Messages are sent unencrypted, so anyone on the network path can read them: turn on "
            "Enable secure connection."
        )
        yield problem("CONNECTION_NOT_SECURED", "enableSecureConnection", message, secure_on)
    elif values.smtp_port in IMPLICIT_TLS_PORTS and not situation.implicit_tls:
        message = (
            f"Port {values.smtp_port} expects TLS from the start, not STARTTLS: set the TLS mode "
            "to IMPLICIT."
        )
        implicit = _set_to("tlsMode", "IMPLICIT")
        yield problem("PORT_EXPECTS_IMPLICIT_TLS", "tlsMode", message, implicit)
    elif values.smtp_port in STARTTLS_PORTS and situation.implicit_tls:
        message = (
            f"Port {values.smtp_port} starts unencrypted and switches to TLS with STARTTLS: set "
            "the TLS mode to STARTTLS."
        )
        starttls = _set_to("tlsMode", "STARTTLS")
        yield problem("PORT_EXPECTS_STARTTLS", "tlsMode", message, starttls)


def _certificates(situation: Situation) -> Iterator[Problem]:
    if situation.certificates and not situation.values.enable_secure_connection:
        message = (
            "Turn on Enable secure connection, or clear the trusted certificates: they are not "
            "used while it is off."
        )
        yield problem("TRUSTED_CERTIFICATES_NOT_USED", "trustedCertificates", message)
    for place, certificate in enumerate(situation.certificates):
        path = ("trustedCertificates", str(place))
        day = f"{certificate.not_after:%Y-%m-%d}"
        if certificate.not_after <= situation.now:
            message = f"The certificate of {certificate.subject} expired on {day}: replace it."
            yield problem("TRUSTED_CERTIFICATE_EXPIRED", path, message)
        elif certificate.not_after <= situation.now + EXPIRY_WARNING:
            message = (
                f"The certificate of {certificate.subject} expires on {day}: replace it by then."
            )
            yield problem("TRUSTED_CERTIFICATE_EXPIRES_SOON", path, message)


def _client(situation: Situation) -> Iterator[Problem]:
    return review_client(situation.values, situation.client_certificate, situation.now)


def _oauth2(situation: Situation) -> Iterator[Problem]:
    yield from oauth2_problems(situation.values, situation.provider)


def _provider(situation: Situation) -> Iterator[Problem]:
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
        yield problem("PROVIDER_PORT_UNKNOWN", "smtpPort", message, _set_to("smtpPort", str(best)))


def _provider_username(values: SettingsValues, provider: Provider) -> Iterator[Problem]:
    username = values.smtp_username
    fixed = provider.fixed_username
    if fixed and username and username != fixed:
        message = f"{provider.name} uses the same username for every account: enter {fixed}."
        yield problem(
            "PROVIDER_FIXED_USERNAME", "smtpUsername", message, _set_to("smtpUsername", fixed)
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
        suggestion = None if address is None else _set_to("defaultFromAddress", address)
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


def _set_to(field: str, value: str) -> Suggestion:
    return Suggestion(f"Set {field} to {value}.", (field,), value, None)


def _list(ports: list[int]) -> str:
    *first, last = map(str, ports)
    return f"{', '.join(first)} and {last}" if first else last


_RULES: Final[tuple[Callable[[Situation], Iterator[Problem]], ...]] = (
    _missing,
    _addresses,
    _security,
    _domain,
    _sign_in,
    _unreadable,
    _leftovers,
    _provider,
    _oauth2,
    _certificates,
    _client,
)
