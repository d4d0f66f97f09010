"""The GraphQL schema on a real database, executed in the test's process without HTTP."""

from collections.abc import AsyncIterator
from typing import Any, TypeAlias
from uuid import uuid4

from audit.event import Actor, ActorKind, Client
from graph.api.schema import schema
from graph.errors import present
from graph.types.base.context import Context
from service.process.caller import Caller, Role
from service.process.runtime import Runtime

Json: TypeAlias = dict[str, Any]
"""An answer's data, whose shape depends on the test's query."""


class RefusedError(Exception):
    """The answer contained errors."""

    def __init__(self, codes: list[str], messages: list[str]) -> None:
        super().__init__(f"{codes}: {messages}")
        self.codes = codes
        self.messages = messages


class Edge:
    """Executes operations as a caller with a role."""

    def __init__(
        self, runtime: Runtime, role: Role = Role.ADMINISTRATOR, name: str = "Ada"
    ) -> None:
        actor = Actor(ActorKind.ACCESS_TOKEN, f"token-of-{name}", name, role.value)
        client = Client("127.0.0.1", "peer", "tests", uuid4().hex, None)
        self.runtime = runtime
        self.caller = Caller(actor, role, client)

    async def ask(self, query: str, **variables: object) -> Json:
        """Executes an operation and returns its data.

        Raises:
            RefusedError: the answer contained errors.
        """
        result = await schema.execute(
            query, context_value=self._context(), variable_values=variables
        )
        if result.errors:
            errors = [present(each, "test", before_execution=False) for each in result.errors]
            codes = [str((error.extensions or {}).get("code")) for error in errors]
            raise RefusedError(codes, [error.message for error in errors])
        return result.data or {}

    async def follow(self, query: str, **variables: object) -> AsyncIterator[Json]:
        """Yields the values of a subscription."""
        stream = await schema.subscribe(
            query, context_value=self._context(), variable_values=variables
        )
        async for result in stream:
            if result.errors:
                raise RefusedError([], [error.message for error in result.errors])
            yield result.data or {}

    def _context(self) -> Context:
        return Context(self.runtime, self.caller, "test")
