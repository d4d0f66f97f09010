"""The service's log: one line an event, for people or for machines, never a secret or a query."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import stamina.instrumentation
import structlog

if TYPE_CHECKING:
    from structlog.typing import Processor

    from graph.config import Config


@contextmanager
def log_set_up(config: "Config", at_least: int = logging.DEBUG) -> Iterator[None]:
    """Sets the log up for the length of a block; what was set up before stands again afterwards."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    set_up_log(config, at_least)
    try:
        yield
    finally:
        root.handlers, root.level = handlers, level
        structlog.configure(**before)
        stamina.instrumentation.set_on_retry_hooks(None)


def set_up_log(config: "Config", at_least: int = logging.DEBUG) -> None:
    """Sends this service's events and its libraries' warnings to standard error, in one form.

    Args:
        config: how much is to be logged, and how.
        at_least: nothing is logged that weighs less.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Processor
    # Plain tracebacks in both forms: local variables would show what a function was handed.
    if config.log_format == "json":
        renderer = structlog.processors.JSONRenderer()
        without_locals = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        shared.append(structlog.processors.ExceptionRenderer(without_locals))
    else:
        renderer = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    level = max(at_least, logging.getLevelNamesMapping()[config.log_level.upper()])
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    _quiet_libraries()


def _quiet_libraries() -> None:
    # Access lines and statements are not ours to repeat; Strawberry's log prints literals.
    # Addresses that are called may hold a secret.
    for name in (
        "uvicorn",
        "uvicorn.error",
        "sqlalchemy",
        "aiosqlite",
        "alembic",
        "httpx2",
        "httpcore2",
    ):
        logging.getLogger(name).setLevel(logging.WARNING)
    # It would log the arguments of what is tried again, and an error's words, addresses included.
    stamina.instrumentation.set_on_retry_hooks(())
    # The sandbox's mail server warns of its own deprecations.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    logging.getLogger("strawberry").disabled = True
    logging.getLogger("strawberry.execution").disabled = True
