"""What the service logs, its libraries included, caught as it would stand on standard error."""

import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr

from graph.config import Config
from graph.watch.log import log_set_up


@contextmanager
def logging_to_text(config: Config) -> Iterator[io.StringIO]:
    """Sets the log up as the service does; what was set up before stands again afterwards."""
    written = io.StringIO()
    with ExitStack() as stack:
        with redirect_stderr(written):
            stack.enter_context(log_set_up(config))
        yield written
