"""What every transport needs to run an operation."""

from dataclasses import dataclass

from graphql import GraphQLError

from graph.callers.authenticator import Authenticator
from graph.errors import codes_of, present_all
from graph.limits import Limits
from graph.operation.execution import Answer, Executor
from graph.operation.reading import Operation, OperationReader, Rejected
from graph.operation.request import GraphQLRequest
from graph.operation.trusted_documents import TrustedDocuments
from graph.types.base.context import Context
from graph.watch.observe import LOG_ONLY, Observers
from service.process import Caller, Runtime


@dataclass(frozen=True, slots=True)
class Edge:
    """The service, how callers authenticate, what they may request, and how operations run."""

    runtime: Runtime
    authenticator: Authenticator
    limits: Limits
    reader: OperationReader
    executor: Executor
    documents: TrustedDocuments
    observers: Observers = LOG_ONLY

    def operation(self, request: GraphQLRequest) -> Operation | Rejected:
        """Returns the operation in a request, or what is wrong with the request."""
        resolved = self.documents.resolve(request)
        if isinstance(resolved, GraphQLError):
            return Rejected([resolved])
        return self.reader.read(resolved)

    def rejected(self, rejected: Rejected, request_id: str) -> Answer:
        """Returns the answer to a request that was rejected before execution."""
        errors = present_all(
            rejected.errors, request_id, before_execution=True, most=self.limits.errors
        )
        for code in codes_of(errors):
            self.observers.refusal(code)
        return Answer(errors=errors, executed=False)

    def context(self, caller: Caller) -> Context:
        """Returns a new context for one operation."""
        request_id = "" if caller.client is None else caller.client.request_id
        return Context(self.runtime, caller, request_id)
