"""The parts of uvicorn and websockets that the edge builds on, though they are not documented."""

import asyncio
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from typing import Final, NamedTuple

import pytest
import uvicorn
from starlette.applications import Starlette

pytestmark = pytest.mark.anyio


class Use(NamedTuple):
    """A class of another package, a module of ours, and the names on which that relies."""

    where: str
    name: str
    user: str
    make: Callable[[type], object]
    names: tuple[str, ...]


def _config() -> uvicorn.Config:
    return uvicorn.Config(Starlette(), log_config=None)


def _protocol(of: type) -> object:
    """As uvicorn makes one for a connection."""
    state = uvicorn.server.ServerState()
    loop = asyncio.get_running_loop()
    return of(config=_config(), server_state=state, app_state={}, _loop=loop)


USES: Final = (
    Use(
        "uvicorn.protocols.http.h11_impl",
        "H11Protocol",
        "graph/http/protocol.py",
        _protocol,
        (
            *("connection_made", "data_received", "on_response_complete", "connection_lost"),
            *("send_400_response", "conn", "transport", "loop"),
        ),
    ),
    Use(
        "uvicorn.protocols.websockets.websockets_sansio_impl",
        "WebSocketsSansIOProtocol",
        "graph/ws/protocol.py",
        _protocol,
        (
            *("data_received", "handle_connect", "conn", "transport"),
            *("handshake_initiated", "handshake_complete", "close_sent"),
        ),
    ),
    Use(
        "uvicorn",
        "Server",
        "graph/cli/serve.py",
        lambda of: of(_config()),
        ("capture_signals", "handle_exit"),
    ),
    Use(
        "websockets.server",
        "ServerProtocol",
        "graph/ws/protocol.py",
        lambda of: of(),
        ("process_request",),
    ),
)


@pytest.mark.parametrize("use", USES, ids=lambda use: use.name)
async def test_undocumented_names_are_there(use: Use) -> None:
    """Under other names, what the edge overrides and sets would fail or have no effect."""
    try:
        one = use.make(getattr(import_module(use.where), use.name))
    except (ImportError, AttributeError, TypeError) as error:
        pytest.fail(f"{_explained(use, '')} ({error})")
    missing = [name for name in use.names if not hasattr(one, name)]

    assert [] == missing, _explained(use, f" with {', '.join(missing)}")


def _explained(use: Use, part: str) -> str:
    package = use.where.partition(".")[0]
    release = f"{package} {version(package)}"
    return (
        f"{use.user} builds on {use.where}.{use.name}{part}, which {release} does not have: "
        f"change {use.user} to fit this release, or lower the cap in pyproject.toml."
    )
