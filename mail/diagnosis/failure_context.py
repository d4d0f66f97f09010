"""What is known when an attempt has failed."""

from dataclasses import dataclass, field
from datetime import datetime

from mail.account import Account
from mail.providers.lookup import provider_of_host
from mail.providers.provider import Provider
from mail.report.report import CertificateFacts, ServerFacts, StageName


@dataclass(frozen=True, slots=True)
class FailureContext:
    """The facts of an attempt from which a diagnosis is made.

    `sender` and `recipient` are from the envelope, if there was one. `ehlo_name` is the name that
    was sent in EHLO. `machine_name` is the machine's full domain name, or None if it has none.
    `slowest` is the stage that took the longest.
    """

    stage: StageName
    account: Account
    now: datetime
    sender: str | None = None
    recipient: str | None = None
    ehlo_name: str = ""
    machine_name: str | None = None
    slowest: StageName | None = None
    certificates: tuple[CertificateFacts, ...] = ()
    server: ServerFacts = field(default_factory=ServerFacts)

    @property
    def provider(self) -> Provider | None:
        """The provider that the host belongs to, or None if the provider is not known."""
        return provider_of_host(self.account.host)
