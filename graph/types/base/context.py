"""What each resolver receives: the running service and the caller."""

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
        identity: the caller, or why the request was not authenticated.
        request_id: the request's id in the log.
        document: the operation's document, parsed and validated. If None, Strawberry does both.
        denied: the names of the fields that the caller's role does not permit, until the denial is
            recorded in the audit trail.
    """

    runtime: Runtime
    identity: Caller | TokenRefused
    request_id: str
    document: DocumentNode | None = field(default=None, repr=False)
    denied: set[str] = field(default_factory=set)

    def name_operation(self, name: str | None) -> None:
        """Adds the operation's name to the client that events in the audit trail record."""
        if isinstance(self.identity, Caller) and self.identity.client is not None:
            client = replace(self.identity.client, operation=name)
            self.identity = replace(self.identity, client=client)

    @property
    def caller(self) -> Caller:
        """The caller. Only valid in resolvers, which run only for authenticated requests."""
        if isinstance(self.identity, TokenRefused):
            raise TypeError("operations without a caller are refused before they are resolved")
        return self.identity


Info: TypeAlias = strawberry.Info[Context, None]
