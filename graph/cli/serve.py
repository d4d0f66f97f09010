"""Running the app: listening, telling the operator where, and ending cleanly."""

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
from graph.cli.command import keep_what_is_loaded
from graph.config import Config
from graph.http.protocol import bounded
from graph.watch.log import set_up_log
from graph.ws.protocol import RefusingSocketProtocol
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
    """uvicorn, but a signal only ends it.

    uvicorn raises the signal again afterwards, and a SIGTERM raised then would kill the process
    before what is open is closed.
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


async def serve(config: Config, sandbox_port: int | None) -> None:
    """Serves until a signal comes; then requests and tests under way finish, within the grace.

    Args:
        config: the configuration.
        sandbox_port: where to run the sandbox's mail server, 0 for any free port; None for none.

    Raises:
        CannotStartError: something outside has to change first.
    """
    set_up_log(config)
    console = Console(stderr=False, soft_wrap=True, highlight=False)
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(_listen(config))
        app = await stack.enter_async_context(create_app(config))
        _tell(console, config, app, listener)
        if sandbox_port is not None:
            mail = run_sandbox(
                app.start.runtime, config.data_directory, sandbox_port, _printer(console)
            )
            _tell_sandbox(console, await stack.enter_async_context(mail))
        _log_start(app.start)
        server = _Server(uvicorn_config(config, app.asgi), app.start.runtime.stopping)
        keep_what_is_loaded()
        await server.serve(sockets=[listener])
        since = server.stopping_since or time.monotonic()
        left = config.shutdown_grace_seconds - (time.monotonic() - since)
        await app.start.runtime.tests.close(max(0.0, left))
        _log.info("stopped")


def uvicorn_config(config: Config, asgi: Starlette) -> uvicorn.Config:
    """How the app is served."""
    return uvicorn.Config(
        asgi,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        # The entrance reads these, from proxies that are trusted: uvicorn trusts this machine's
        # own, and whom a variable names.
        proxy_headers=False,
        http=bounded(config.max_body_seconds),
        ws=RefusingSocketProtocol,
        ws_max_size=config.max_body_bytes,
        # Messages are small, and each connection's compressor would take more than they do.
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=int(config.shutdown_grace_seconds),
    )


def _listen(config: Config) -> socket.socket:
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    if not config.host:
        # The system would take it for every address, which nobody means who says nothing.
        raise CannotStartError("POSTLEDGER_HOST is empty: give an address, such as 127.0.0.1.")
    try:
        listener = socket.create_server((config.host, config.port), family=family)
    except (OSError, OverflowError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).partition(" (while")[0]
        raise CannotStartError(
            f"Cannot listen on {config.host}, port {config.port} ({reason}): "
            "choose others with POSTLEDGER_HOST and POSTLEDGER_PORT."
        ) from None
    # Inherited by every connection; without it an answer's last part waits 40 ms for the client.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _tell(console: Console, config: Config, app: App, listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    start = app.start
    lines = [
        f"Postledger answers at http://{name}:{port}/graphql",
        f"Data lies in {config.data_directory.absolute()} ({start.runtime.database.address})",
    ]
    if start.first_token is not None:
        lines += [
            "",
            "The administrator's token, shown this once:",
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


def _tell_sandbox(console: Console, sandbox: Sandbox) -> None:
    console.print(
        f"The sandbox's mail server listens on localhost, port {sandbox.port} (STARTTLS; sign in "
        f"as {USERNAME} with {PASSWORD}); what it gets is printed here.",
        markup=False,
    )


def _printer(console: Console) -> Callable[[SandboxMail], None]:
    def print_mail(mail: SandboxMail) -> None:
        console.print(f"\n--- mail arrived: {mail.path}\n{mail.text}\n---", markup=False)

    return print_mail
