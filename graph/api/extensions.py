"""What Strawberry does around every operation, over any transport."""

from collections.abc import Iterator

from strawberry.extensions import SchemaExtension

from graph.errors import UNAUTHENTICATED_MESSAGE, coded
from graph.types.base.context import Context
from service.access import TokenRefused


class RequireCaller(SchemaExtension):
    """Refuses every operation without a valid token, introspection included."""

    def on_operation(self) -> Iterator[None]:
        """Refuses the operation before it is parsed."""
        context: Context = self.execution_context.context
        if isinstance(context.identity, TokenRefused):
            raise coded("UNAUTHENTICATED", UNAUTHENTICATED_MESSAGE)
        yield

    def on_execute(self) -> Iterator[None]:
        """Records the operation's name, known only after parsing, for the audit trail."""
        context: Context = self.execution_context.context
        context.name_operation(self.execution_context.operation_name)
        yield


class TakeDocument(SchemaExtension):
    """Reuses the document that `graph.operation` has parsed and validated already."""

    def on_parse(self) -> Iterator[None]:
        """Sets the parsed document."""
        context: Context = self.execution_context.context
        self.execution_context.graphql_document = context.document
        yield

    def on_validate(self) -> Iterator[None]:
        """Sets an empty list of errors, which makes Strawberry skip its own validation."""
        context: Context = self.execution_context.context
        if context.document is not None:
            self.execution_context.pre_execution_errors = []
        yield


EXTENSIONS = (RequireCaller, TakeDocument)
