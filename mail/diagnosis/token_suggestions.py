"""Suggests what would fix a failure of stage TOKEN: another URL, scope or trusted certificate."""

from collections.abc import Iterable

from mail.diagnosis.certificate_suggestions import trust_highest
from mail.diagnosis.failure_context import FailureContext
from mail.network.certificates import names_match
from mail.oauth2.microsoft import SMTP_SCOPE, is_delegated, with_tenant
from mail.oauth2.token_url import names_loopback, read_token_url
from mail.providers.lookup import providers_of_address
from mail.report.code_facts import CODES
from mail.report.codes import Code
from mail.report.failure import Failure
from mail.report.report import Suggestion


def scope(_failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    """Suggests the scope that the known provider requires for SMTP."""
    provider, oauth2 = context.provider, context.account.oauth2
    needed = provider.oauth2_scope if provider else None
    if needed and is_delegated(needed):
        needed = SMTP_SCOPE
    if provider and needed and (oauth2 is None or oauth2.scope != needed):
        text = f"Set the scope to {needed}, which {provider.name} requires."
        yield Suggestion(text, ("oauth2", "scope"), needed, provider.documentation_url)


def token_url(failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    """Suggests the URL of the mailbox's own tenant, or plain http on this machine."""
    oauth2, provider = context.account.oauth2, context.provider
    url = read_token_url(oauth2.token_url) if oauth2 else None
    if oauth2 is None or url is None:
        return
    page = provider.documentation_url if provider else None
    if failure.cause is not None:
        if names_loopback(url):
            plain = f"http{oauth2.token_url.strip().removeprefix('https')}"
            yield Suggestion(f"Set the token URL to {plain}.", ("oauth2", "tokenUrl"), plain)
        return
    domain, for_tenant = _of_tenant(oauth2.token_url, context)
    if for_tenant is not None:
        text = (
            f"Set the token URL to {for_tenant}, if {domain} is a domain of your organization in"
            " Microsoft 365. Otherwise, put the tenant ID into the URL."
        )
        yield Suggestion(text, ("oauth2", "tokenUrl"), for_tenant, page)
    elif provider is not None and provider.oauth2_token_url:
        text = f"{CODES[failure.code].fix} The token URL is {provider.oauth2_token_url}."
        yield Suggestion(text, ("oauth2", "tokenUrl"), None, page)


def _of_tenant(url: str, context: FailureContext) -> tuple[str, str | None]:
    """Returns the mailbox's domain, and Microsoft's URL for it if it can be an organization's."""
    username = context.account.username or ""
    mailbox = username if "@" in username else context.sender or ""
    domain = mailbox.rpartition("@")[2]
    return domain, None if providers_of_address(mailbox) else with_tenant(url, domain)


def trust_endpoint(failure: Failure, context: FailureContext) -> Iterable[Suggestion]:
    """Suggests the host that the endpoint's certificate is for, or trusting its authority."""
    oauth2, chain = context.account.oauth2, context.certificates
    url = read_token_url(oauth2.token_url) if oauth2 else None
    if url is None or not chain:
        return
    if failure.cause is Code.CERTIFICATE_HOSTNAME_MISMATCH:
        for name in (each for each in chain[0].dns_names if "*" not in each):
            changed = str(url.copy_with(host=name))
            text = f"Set the token URL to {changed}, if that is the server that you want."
            yield Suggestion(text, ("oauth2", "tokenUrl"), changed)
            return
    unknown = failure.cause in {
        Code.CERTIFICATE_SELF_SIGNED,
        Code.CERTIFICATE_UNKNOWN_AUTHORITY,
    }
    if unknown and names_match(chain[0], url.raw_host.decode("ascii")):
        yield from trust_highest(context)
