"""What a resolver is handed: the running service, and who asks."""

from dataclasses import dataclass, field, replace
from typing import TypeAlias

import strawberry
from graphql import DocumentNode

from service.access import TokenRefused
from service.process import Caller, Runtime


@dataclass(slots=True)
class Context:
    """One operation's context.

    Attributes:
        runtime: the running service.
        identity: the caller, or why there is none.
        request_id: what the log knows the request by.
        document: the operation's text, parsed and found valid; None has Strawberry do both.
        denied: the fields that the caller's role did not permit, until they stand in the trail.
    """

    runtime: Runtime
    identity: Caller | TokenRefused
    request_id: str
    document: DocumentNode | None = field(default=None, repr=False)
    denied: set[str] = field(default_factory=set)

    def name_operation(self, name: str | None) -> None:
        """Adds the operation's name to what the trail will say of the caller's client."""
        if isinstance(self.identity, Caller) and self.identity.client is not None:
            client = replace(self.identity.client, operation=name)
            self.identity = replace(self.identity, client=client)

    @property
    def caller(self) -> Caller:
        """The caller; only to be asked for where one is known to be there."""
        if isinstance(self.identity, TokenRefused):
            raise TypeError("operations without a caller are refused before they are resolved")
        return self.identity


Info: TypeAlias = strawberry.Info[Context, None]
