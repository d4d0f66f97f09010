"""A schema for testing the transports: subscriptions that end, fail, wait and count."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import strawberry

from graph.api.extensions import EXTENSIONS
from graph.api.schema import Schema
from graph.types.base.context import Info


@dataclass(slots=True)
class Watched:
    """What this schema's operations have done so far."""

    produced: int = 0
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: asyncio.Event = field(default_factory=asyncio.Event)


watched = Watched()


@strawberry.type
class Query:
    """What can be read."""

    @strawberry.field
    def hello(self) -> str:
        """A greeting."""
        return "world"

    @strawberry.field
    def long(self) -> str:
        """A value that is larger than what the kernel takes."""
        return "x" * 10_000_000

    @strawberry.field
    async def forever(self) -> str:
        """Never returns."""
        watched.waiting.set()
        try:
            await asyncio.Event().wait()
        finally:
            watched.closed.set()
        return ""


@strawberry.type
class Mutation:
    """What can be changed."""

    @strawberry.mutation
    def touch(self) -> bool:
        """Changes nothing."""
        return True


@strawberry.type
class Subscription:
    """What can be followed."""

    @strawberry.subscription
    async def count(self, to: int) -> AsyncGenerator[int, None]:
        """Counts from one."""
        for number in range(1, to + 1):
            yield number

    @strawberry.subscription
    async def failing(self) -> AsyncGenerator[int, None]:
        """Yields one value, then fails."""
        yield 1
        raise RuntimeError("hunter2")

    @strawberry.subscription
    async def silent(self) -> AsyncGenerator[int, None]:
        """Yields nothing until it is closed."""
        watched.waiting.set()
        try:
            await asyncio.Event().wait()
        finally:
            watched.closed.set()
        yield 0

    @strawberry.subscription
    async def large(self, info: Info) -> AsyncGenerator[str, None]:
        """Yields large values without end, and counts them."""
        try:
            while info.context.request_id:
                watched.produced += 1
                yield "x" * 100_000
        finally:
            watched.closed.set()


schema = Schema(query=Query, mutation=Mutation, subscription=Subscription, extensions=EXTENSIONS)
