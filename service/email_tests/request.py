"""Checking a request for a test email: the plan of a test that can run, or what is wrong."""

from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from mail.account import Account, OAuth2
from mail.report import EmailTestDepth, Suggestion
from mail.secret import Secret
from service.process.email_test_limits import EmailTestLimits, RecipientNotAllowed
from service.settings.draft import Draft, InvalidSettings
from service.settings.secrets import SecretStore
from service.settings.state import CurrentSettings
from service.values.names import has_control, normal_address
from service.values.pasted_address import read_pasted_address
from service.values.patch import SettingsPatch
from service.values.problems import UNREADABLE_CODES, Problem, ProblemSeverity, problem
from service.values.secret_names import SecretName
from service.values.settings_values import SettingsValues

_WITH_RECIPIENT: Final = frozenset({EmailTestDepth.ENVELOPE, EmailTestDepth.SEND})
MAX_KEY: Final = 200


@dataclass(frozen=True, slots=True)
class EmailTestRequest:
    """A request for a test email.

    `patch` holds unsaved changes, which are applied to the settings in force for this test.
    """

    recipient: str | None = None
    patch: SettingsPatch | None = None
    depth: EmailTestDepth = EmailTestDepth.SEND
    idempotency_key: str | None = None
    wait: bool = True


@dataclass(frozen=True, slots=True)
class EmailTestPlan:
    """A test that can be run."""

    account: Account
    values: SettingsValues
    recipient: str | None
    depth: EmailTestDepth


PlanResult: TypeAlias = EmailTestPlan | InvalidSettings | RecipientNotAllowed


def plan(
    request: EmailTestRequest, current: CurrentSettings, accepted: Draft, limits: EmailTestLimits
) -> PlanResult:
    """Builds the plan of a test from the settings in force and the unsaved changes.

    Args:
        request: the request.
        current: the settings in force.
        accepted: the values to test, with the secrets that the request contains.
        limits: to which recipients tests may be sent.
    """
    values = accepted.values
    recipient = normal_address(request.recipient.strip()) if request.recipient else None
    secrets = {name: _secret(name, accepted, current.secrets) for name in SecretName}
    problems = [
        *_missing(values, request, recipient),
        *_unreadable(values, secrets),
    ]
    if problems or values.smtp_host is None:
        return InvalidSettings(tuple(problems))
    if recipient is not None and not limits.allows_recipient(recipient):
        return RecipientNotAllowed(limits.recipient_domains)
    return EmailTestPlan(
        _account(values, values.smtp_host, secrets), values, recipient, request.depth
    )


def is_key(text: str) -> bool:
    """Returns whether a text can be an idempotency key: it is short, without control characters."""
    return 0 < len(text) <= MAX_KEY and not has_control(text)


def _secret(name: SecretName, accepted: Draft, store: SecretStore) -> Secret | None:
    return accepted.given.get(name) or store.open(name, accepted.values)


def _account(
    values: SettingsValues, host: str, secrets: dict[SecretName, Secret | None]
) -> Account:
    oauth2 = None
    if values.oauth2_token_url and values.oauth2_client_id:
        oauth2 = OAuth2(
            token_url=values.oauth2_token_url,
            client_id=values.oauth2_client_id,
            client_secret=secrets[SecretName.OAUTH2_CLIENT_SECRET],
            scope=values.oauth2_scope,
        )
    return Account(
        host=host,
        port=values.smtp_port,
        secure=values.enable_secure_connection,
        tls_mode=values.tls_mode,
        trusted_certificates=values.trusted_certificates,
        username=values.smtp_username,
        domain=values.smtp_domain,
        password=secrets[SecretName.SMTP_PASSWORD],
        mechanism=values.auth_mechanism,
        oauth2=oauth2,
        ehlo_hostname=values.ehlo_hostname,
        timeout_seconds=values.timeout_seconds,
        client_certificate=values.client_certificate,
        client_key=secrets[SecretName.CLIENT_KEY],
        revocation=values.revocation_check,
    )


def _missing(
    values: SettingsValues, request: EmailTestRequest, recipient: str | None
) -> list[Problem]:
    problems = []
    if not values.smtp_host:
        message = "Set SMTP Host first, or include it in the test: there is no host to connect to."
        problems.append(problem("HOST_REQUIRED", "smtpHost", message))
    if request.depth in _WITH_RECIPIENT:
        if not values.default_from_address:
            message = "Set Default From Address first, or include it in the test."
            problems.append(problem("FROM_ADDRESS_REQUIRED", "defaultFromAddress", message))
        if not (request.recipient or "").strip():
            message = f"Enter a recipient: a test of depth {request.depth} needs one."
            problems.append(problem("RECIPIENT_REQUIRED", "recipient", message))
        elif recipient is None:
            message = "Enter one email address, such as you@example.com."
            suggestion = _recipient(request.recipient or "")
            problems.append(problem("RECIPIENT_INVALID", "recipient", message, suggestion))
    key = request.idempotency_key
    if key is not None and not is_key(key):
        message = f"An idempotency key has 1 to {MAX_KEY} characters and no control characters."
        problems.append(problem("IDEMPOTENCY_KEY_INVALID", "idempotencyKey", message))
    return problems


def _recipient(given: str) -> Suggestion | None:
    pasted = read_pasted_address(given)
    if pasted is None:
        return None
    return Suggestion(f"Send it to {pasted.address}.", ("recipient",), pasted.address, None)


def _unreadable(values: SettingsValues, secrets: dict[SecretName, Secret | None]) -> list[Problem]:
    message = "Enter the secret again: the stored one cannot be opened with the keys in use."
    return [
        # On saved settings this is a warning; a test cannot run without the secret.
        replace(
            problem(UNREADABLE_CODES[name], name.path, message),
            severity=ProblemSeverity.ERROR,
        )
        for name, secret in secrets.items()
        if secret is None and values.secret_version(name) is not None
    ]
