"""The HTTP app: the one place that opens what a service needs, and hands it in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.routing import Route

from graph.config import Config
from graph.http import Endpoint
from graph.schema import schema
from service.startup import Started, started


@dataclass(frozen=True, slots=True)
class App:
    """The app, and what opening it found."""

    asgi: Starlette
    start: Started


@asynccontextmanager
async def create_app(config: Config) -> AsyncIterator[App]:
    """Opens everything, and closes it at the end of the block.

    Raises:
        CannotStartError: something outside has to change first.
    """
    async with started(config.storage, config.testing) as start:
        endpoint = Endpoint(schema, start.runtime)
        routes = [Route("/graphql", endpoint)]
        yield App(Starlette(routes=routes), start)
