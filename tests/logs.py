"""What the service logs, its libraries included, caught as it would stand on standard error."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr

import stamina.instrumentation
import structlog

from graph.config import Config
from graph.log import set_up_log


@contextmanager
def logging_to_text(config: Config) -> Iterator[io.StringIO]:
    """Sets the log up as the service does; what was set up before stands again afterwards."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    written = io.StringIO()
    with redirect_stderr(written):
        set_up_log(config)
    try:
        yield written
    finally:
        root.handlers, root.level = handlers, level
        structlog.configure(**before)
        stamina.instrumentation.set_on_retry_hooks(None)
