"""What is known when an attempt has failed."""

from dataclasses import dataclass, field

from mail.account import Account
from mail.providers.lookup import provider_of_host
from mail.providers.provider import Provider
from mail.report.report import CertificateFacts, ServerFacts, StageName


@dataclass(frozen=True, slots=True)
class FailureContext:
    """The attempt, for whoever has to find the words.

    `sender` and `recipient` are those of the envelope, where there was one; `ehlo_name` is the name
    that was said; `machine_name` the machine's own full domain name, where it has one.
    """

    stage: StageName
    account: Account
    sender: str | None = None
    recipient: str | None = None
    ehlo_name: str = ""
    machine_name: str | None = None
    certificates: tuple[CertificateFacts, ...] = ()
    server: ServerFacts = field(default_factory=ServerFacts)

    @property
    def provider(self) -> Provider | None:
        """The provider that the host belongs to, where it is a known one."""
        return provider_of_host(self.account.host)
