"""The service's log: one line for each event, in text or JSON, without secrets and queries."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import stamina.instrumentation
import structlog

if TYPE_CHECKING:
    from structlog.typing import Processor

    from graph.config import Config

_ABOUT_INPUT: Final = frozenset(
    {
        "Invalid HTTP request received.",
        "Unsupported upgrade request.",
        "Invalid UTF-8 sequence received from client.",
    }
)
"""uvicorn's warnings and errors about input that the service then refuses."""


@contextmanager
def log_set_up(config: "Config", at_least: int = logging.DEBUG) -> Iterator[None]:
    """Sets up the log for the length of a block, and restores the previous setup afterwards."""
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
    """Sends this service's events and its libraries' warnings to standard error, in one format.

    Args:
        config: the level and format of the log.
        at_least: the lowest level that is logged, whatever the configuration says.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Processor
    # Plain tracebacks in both formats: local variables would reveal the values in a function.
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


def _is_about_service(record: logging.LogRecord) -> bool:
    """Returns whether a line is about the service, rather than about what a client sent."""
    return record.msg not in _ABOUT_INPUT


def _quiet_libraries() -> None:
    # Access lines and SQL statements would repeat what clients sent, and Strawberry's log contains
    # literals. The addresses that an HTTP client logs may contain a secret.
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
    # Without a token, any client could fill the log with these.
    logging.getLogger("uvicorn.error").addFilter(_is_about_service)
    # stamina would log the arguments of a retried call and its error, including addresses.
    stamina.instrumentation.set_on_retry_hooks(())
    # The sandbox's mail server warns of its own deprecations.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    logging.getLogger("strawberry").disabled = True
    logging.getLogger("strawberry.execution").disabled = True
