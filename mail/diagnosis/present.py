"""The values that are set now, so that no suggestion repeats them."""

from collections.abc import Callable, Mapping

from mail.account import Account
from mail.diagnosis.failure_context import FailureContext
from mail.report.report import Suggestion

_PRESENT: Mapping[str, Callable[[Account], object]] = {
    "smtpHost": lambda account: account.host,
    "smtpDomain": lambda account: account.domain,
    "smtpPort": lambda account: account.port,
    "smtpUsername": lambda account: account.username,
    "enableSecureConnection": lambda account: account.secure,
    "revocationCheck": lambda account: account.revocation.value,
    "tlsMode": lambda account: account.tls_mode.value,
    "authMechanism": lambda account: account.mechanism.value,
    "ehloHostname": lambda account: account.ehlo_hostname,
    "timeoutSeconds": lambda account: account.timeout_seconds,
    "oauth2.tokenUrl": lambda account: account.oauth2.token_url if account.oauth2 else None,
    "oauth2.scope": lambda account: account.oauth2.scope if account.oauth2 else None,
}


def is_present(suggestion: Suggestion, context: FailureContext) -> bool:
    """Returns whether a suggestion suggests the value that is set now."""
    if suggestion.field is None or suggestion.value is None:
        return False
    field = ".".join(suggestion.field)
    if field == "trustedCertificates":
        trusted = "\n".join(pem.strip() for pem in context.account.trusted_certificates)
        return suggestion.value.strip() == trusted
    if field == "defaultFromAddress":
        return suggestion.value == context.sender
    present = _PRESENT[field](context.account)
    return suggestion.value.casefold() == ("" if present is None else str(present)).casefold()
