"""Executing an operation: within its time limit, and with errors that clients may see."""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import GraphQLError, OperationType
from strawberry.types import ExecutionResult

from graph.api.schema import Schema
from graph.errors import coded, codes_of, present_all
from graph.limits import Limits
from graph.operation.input_paths import with_input_paths
from graph.operation.reading import Operation
from graph.types.base.context import Context
from graph.watch.observe import LOG_ONLY, FinishedOperation, Observers
from service.access import record_denied

TEST: Final = "sendTestEmail"
"""A test has its own time limits: the timeouts of its stages."""

VERIFICATION: Final = "auditVerification"
"""A verification has its own time limit, because it reads the whole trail."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An operation's result. `executed` is false if it was refused before execution."""

    data: Mapping[str, Any] | None = field(default=None, repr=False)
    errors: list[GraphQLError] = field(default_factory=list)
    executed: bool = True

    @property
    def formatted(self) -> dict[str, object]:
        """The response as in GraphQL's specification (section 7): `data` only if executed."""
        written: dict[str, object] = {}
        if self.errors:
            written["errors"] = [each.formatted for each in self.errors]
        if self.executed:
            written["data"] = self.data
        return written


class Executor:
    """Executes operations of one schema."""

    def __init__(self, schema: Schema, limits: Limits, observers: Observers = LOG_ONLY) -> None:
        self._schema = schema
        self._limits = limits
        self._observers = observers

    async def execute(self, operation: Operation, context: Context) -> Answer:
        """Executes a query or mutation."""
        began = _Began.now()
        context.document = operation.document
        try:
            async with asyncio.timeout(self._seconds(operation)):
                result = await self._schema.execute(
                    operation.request.query,
                    variable_values=dict(operation.request.variables),
                    context_value=context,
                    operation_name=operation.request.operation_name,
                )
            answer = self._answer(result, context.request_id)
        except TimeoutError:
            answer = Answer(errors=[_timed_out(operation)])
        await _record_denials(context)
        self._observers.operation(_seen(operation, answer, context, began))
        return answer

    async def stream(self, operation: Operation, context: Context) -> AsyncGenerator[Answer, None]:
        """Executes an operation and yields its answers: one, or one per value of a subscription.

        It requests the next value only after the previous answer was taken. So a slow reader slows
        down the source, and answers do not accumulate in memory.
        """
        if operation.kind is not OperationType.SUBSCRIPTION:
            yield await self.execute(operation, context)
            return
        began = _Began.now()
        context.document = operation.document
        source = await self._schema.subscribe(
            operation.request.query,
            variable_values=dict(operation.request.variables),
            context_value=context,
            operation_name=operation.request.operation_name,
        )
        answer = Answer()
        try:
            async with aclosing(source):
                async for result in source:
                    answer = self._answer(result, context.request_id)
                    await _record_denials(context)
                    yield answer
        finally:
            self._observers.operation(_seen(operation, answer, context, began))

    def _seconds(self, operation: Operation) -> float | None:
        limits = self._limits
        if operation.kind is OperationType.QUERY:
            verifies = operation.selects(VERIFICATION)
            return limits.verification_seconds if verifies else limits.query_seconds
        return None if operation.selects(TEST) else limits.mutation_seconds

    def _answer(self, result: ExecutionResult, request_id: str) -> Answer:
        # Errors without a path belong to no field: the operation was refused before execution.
        refused = result.data is None and not any(each.path for each in result.errors or ())
        # The document is valid, so an error before execution is about a variable's value.
        errors = present_all(
            with_input_paths(result.errors),
            request_id,
            before_execution=False,
            most=self._limits.errors,
        )
        return Answer(result.data, errors, executed=not refused)


async def _record_denials(context: Context) -> None:
    """Records what was denied before the caller receives the answer, in one event per call."""
    if context.denied:
        fields, context.denied = sorted(context.denied), set()
        await record_denied(context.runtime, context.caller, fields)


def _timed_out(operation: Operation) -> GraphQLError:
    message = "The operation took too long and was stopped."
    if operation.kind is OperationType.MUTATION:
        message += " Check whether it took effect before you try again."
    return coded("TIMED_OUT", message)


@dataclass(frozen=True, slots=True)
class _Began:
    """When an operation began: the wall-clock time, and a monotonic time to measure from."""

    wall: int
    steady: float

    @classmethod
    def now(cls) -> "_Began":
        return cls(time.time_ns(), time.perf_counter())


def _seen(
    operation: Operation, answer: Answer, context: Context, began: _Began
) -> FinishedOperation:
    return FinishedOperation(
        kind=operation.kind.value,
        name=operation.name,
        document_hash=operation.hash,
        codes=codes_of(answer.errors),
        began=began.wall,
        seconds=time.perf_counter() - began.steady,
        request_id=context.request_id,
    )
