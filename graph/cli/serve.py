"""Running the app: listens, prints the address, and stops cleanly."""

import asyncio
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager

import structlog
import uvicorn
from rich.console import Console
from starlette.applications import Starlette

from graph.app import App, create_app
from graph.cli.command import freeze_loaded_objects
from graph.config import Config
from graph.http.protocol import http_protocol
from graph.http.write_deadline import cut_off, limit_unsent
from graph.watch.log import set_up_log
from graph.ws.protocol import socket_protocol
from service.operate import (
    PASSWORD,
    USERNAME,
    CannotStartError,
    Sandbox,
    SandboxMail,
    Started,
    run_sandbox,
)

_log = structlog.get_logger()


class _Server(uvicorn.Server):
    """uvicorn's server, except for two things.

    It does not raise the stopping signal again once it has stopped: SIGTERM would then kill the
    process before the database and the other resources are closed. And it does not leave a
    connection open whose client does not read.
    """

    stopping_since: float | None = None

    def __init__(self, config: uvicorn.Config, stopping: asyncio.Event) -> None:
        super().__init__(config)
        self._stopping = stopping

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        signals = (signal.SIGINT, signal.SIGTERM)
        for each in signals:
            loop.add_signal_handler(each, self.handle_exit, each, None)
        try:
            yield
        finally:
            for each in signals:
                loop.remove_signal_handler(each)

    def handle_exit(self, sig: int, _frame: object) -> None:
        if self.stopping_since is None:
            self.stopping_since = time.monotonic()
            self._stopping.set()
        super().handle_exit(sig, None)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        for each in list(self.server_state.connections):
            if each.transport.get_write_buffer_size():
                cut_off(each.transport)


async def serve(config: Config, sandbox_port: int | None) -> None:
    """Serves until a signal arrives, then lets running requests and tests finish in time.

    Args:
        config: the configuration, with the seconds that they may take.
        sandbox_port: the port of the sandbox's mail server, 0 for any free port, or None to run
            no sandbox.

    Raises:
        CannotStartError: the service cannot start before something outside of it is changed.
    """
    set_up_log(config)
    console = Console(stderr=False, soft_wrap=True, highlight=False)
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(listen(config))
        app = await stack.enter_async_context(create_app(config))
        _print_start(console, config, app, listener)
        if sandbox_port is not None:
            mail = run_sandbox(
                app.start.runtime, config.data_directory, sandbox_port, _printer(console)
            )
            _print_sandbox(console, await stack.enter_async_context(mail))
        _log_start(app.start)
        server = _Server(uvicorn_config(config, app.asgi), app.start.runtime.stopping)
        freeze_loaded_objects()
        await server.serve(sockets=[listener])
        since = server.stopping_since or time.monotonic()
        left = config.shutdown_grace_seconds - (time.monotonic() - since)
        await app.start.runtime.tests.close(max(0.0, left))
        _log.info("stopped")


def uvicorn_config(config: Config, asgi: Starlette) -> uvicorn.Config:
    """Returns uvicorn's configuration for the app."""
    return uvicorn.Config(
        asgi,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        # RequestContext reads these headers, from the proxies that the configuration trusts.
        # uvicorn would trust this machine and whatever FORWARDED_ALLOW_IPS names.
        proxy_headers=False,
        http=http_protocol(config.max_body_seconds, config.write_timeout_seconds),
        ws=socket_protocol(config.write_timeout_seconds),
        ws_max_size=config.max_body_bytes,
        # Messages are small: a compressor for each connection would take more memory than they do.
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=int(config.shutdown_grace_seconds),
    )


def listen(config: Config) -> socket.socket:
    """Listens on the configured address.

    Raises:
        CannotStartError: the address cannot be used.
    """
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    if not config.host:
        # With an empty host, the system would listen on every address.
        raise CannotStartError("POSTLEDGER_HOST is empty: set an address, such as 127.0.0.1.")
    try:
        listener = socket.create_server((config.host, config.port), family=family)
    except (OSError, OverflowError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).partition(" (while")[0]
        raise CannotStartError(
            f"Cannot listen on {config.host}, port {config.port} ({reason}): "
            "choose others with POSTLEDGER_HOST and POSTLEDGER_PORT."
        ) from None
    # Every connection inherits it. Without it, an answer's last part waits 40 ms for the client.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    limit_unsent(listener, config.write_timeout_seconds)
    return listener


def _print_start(console: Console, config: Config, app: App, listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    start = app.start
    lines = [
        f"Postledger answers at http://{name}:{port}/graphql",
        f"Data directory: {config.data_directory.absolute()} ({start.runtime.database.address})",
    ]
    if start.first_token is not None:
        lines += [
            "",
            "The administrator's token, shown only once:",
            f"  {start.first_token.text}",
            "Send it in the header  Authorization: Bearer <token>",
            "",
        ]
    console.print("\n".join(lines), markup=False)


def _log_start(start: Started) -> None:
    _log.info("trail", checkpoint=start.checkpoint)
    for warning in start.warnings:
        _log.error(warning)
    if start.interrupted_tests:
        _log.warning("closed interrupted tests", tests=list(start.interrupted_tests))


def _print_sandbox(console: Console, sandbox: Sandbox) -> None:
    console.print(
        f"The sandbox's mail server listens on localhost, port {sandbox.port} (STARTTLS; sign in "
        f"as {USERNAME} with {PASSWORD}). The mail that it receives is printed here.",
        markup=False,
    )


def _printer(console: Console) -> Callable[[SandboxMail], None]:
    def print_mail(mail: SandboxMail) -> None:
        console.print(f"\n--- mail arrived: {mail.path}\n{mail.text}\n---", markup=False)

    return print_mail
