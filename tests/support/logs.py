"""Capturing what the service and its libraries log to standard error."""

import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr

from graph.config import Config
from graph.watch.log import log_set_up


@contextmanager
def logging_to_text(config: Config) -> Iterator[io.StringIO]:
    """Sets the log up as the service does, and restores the previous setup afterwards."""
    written = io.StringIO()
    with ExitStack() as stack:
        with redirect_stderr(written):
            stack.enter_context(log_set_up(config))
        yield written
