"""A service for tests: the whole app over an open database, in this process or on a real port."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from starlette.applications import Starlette

from graph.cli.serve import listen, uvicorn_config
from graph.config import Config
from service.access.tokens import CreatedToken, create_token
from service.process.caller import COMMAND_LINE, Role
from service.process.runtime import Runtime

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"


@dataclass(slots=True)
class World:
    """An app, and a token of each role."""

    app: Starlette
    runtime: Runtime
    client: httpx2.AsyncClient
    tokens: dict[Role, CreatedToken] = field(default_factory=dict)

    def headers(self, role: Role | None = Role.ADMINISTRATOR) -> dict[str, str]:
        """The headers of a caller with a role, or without a token for None."""
        return {} if role is None else {"Authorization": f"Bearer {self.tokens[role].text}"}

    async def post(
        self,
        body: object,
        *,
        role: Role | None = Role.ADMINISTRATOR,
        accept: str = GRAPHQL,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """Sends a JSON body."""
        sent = {"Accept": accept, **self.headers(role), **(headers or {})}
        return await self.client.post("/graphql", json=body, headers=sent)

    async def ask(
        self, query: str, role: Role | None = Role.ADMINISTRATOR, **variables: object
    ) -> dict[str, Any]:
        """Runs an operation and returns the answer's JSON."""
        response = await self.post({"query": query, "variables": variables}, role=role)
        answer: dict[str, Any] = response.json()
        return answer


def configured(data_directory: Path, **given: Any) -> Config:  # noqa: ANN401 (any variable's value)
    """The default configuration, except for the given values."""
    values: dict[str, Any] = {"data_directory": data_directory, **given}
    return Config(**values)


def codes(answer: Mapping[str, Any]) -> list[str]:
    """The codes of an answer's errors."""
    return [each["extensions"]["code"] for each in answer.get("errors", [])]


@asynccontextmanager
async def open_world(
    app: Starlette, runtime: Runtime, roles: Iterable[Role] = Role
) -> AsyncIterator[World]:
    """A world around an app in this process, with a token for each of the given roles."""
    transport = httpx2.ASGITransport(app=app, client=("192.0.2.7", 40000))
    async with httpx2.AsyncClient(transport=transport, base_url="http://postledger") as client:
        world = World(app, runtime, client)
        for role in roles:
            created = await create_token(runtime, COMMAND_LINE, f"A {role.lower()}", role)
            assert isinstance(created, CreatedToken)
            world.tokens[role] = created
        yield world


class _Server(uvicorn.Server):
    """uvicorn's server, with an event that is set when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts listening."""
        await super().startup(sockets)
        self.ready.set()


@asynccontextmanager
async def listening(app: Starlette, **given: object) -> AsyncIterator[str]:
    """The app on a local port, served with the service's configuration; yields its address."""
    config = configured(Path("unused"), **{"port": 0, "shutdown_grace_seconds": 1, **given})
    listener = listen(config)
    server = _Server(uvicorn_config(config, app))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await server.ready.wait()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
