"""What happens around every operation, whichever way it came."""

from collections.abc import Iterator

from strawberry.extensions import SchemaExtension

from graph.errors import UNAUTHENTICATED_MESSAGE, coded
from graph.types.base.context import Context
from service.access import TokenRefused


class RequireCaller(SchemaExtension):
    """No token, no data: not even the schema."""

    def on_operation(self) -> Iterator[None]:
        """Refuses the operation before it is parsed."""
        context: Context = self.execution_context.context
        if isinstance(context.identity, TokenRefused):
            raise coded("UNAUTHENTICATED", UNAUTHENTICATED_MESSAGE)
        yield

    def on_execute(self) -> Iterator[None]:
        """Notes the operation's name, now that it is known, for the trail."""
        context: Context = self.execution_context.context
        context.name_operation(self.execution_context.operation_name)
        yield


class TakeDocument(SchemaExtension):
    """Takes the document that was parsed and found valid before, instead of doing both again."""

    def on_parse(self) -> Iterator[None]:
        """Hands the document over."""
        context: Context = self.execution_context.context
        self.execution_context.graphql_document = context.document
        yield

    def on_validate(self) -> Iterator[None]:
        """Says that there is nothing wrong with it."""
        context: Context = self.execution_context.context
        if context.document is not None:
            self.execution_context.pre_execution_errors = []
        yield


EXTENSIONS = (RequireCaller, TakeDocument)
