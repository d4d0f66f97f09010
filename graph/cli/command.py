"""How a command runs: with the configuration, and exit status 2 with one sentence on failure."""

import asyncio
import gc
import logging
from collections.abc import Callable, Coroutine
from typing import TypeVar

import typer

from graph.config import Config, load_config
from graph.watch.log import log_set_up
from service.operate import CannotStartError, open_runtime, require_trail
from service.process import Runtime

T = TypeVar("T")


def run(work: Callable[[Config], Coroutine[None, None, T]]) -> T:
    """Runs a command's work with the configuration.

    A `CannotStartError` becomes one sentence on standard error, and exit status 2.
    """
    try:
        config = load_config()
        # A command prints its own output; of the log, only warnings and errors matter.
        with log_set_up(config, at_least=logging.WARNING):
            return asyncio.run(work(config))
    except CannotStartError as error:
        typer.echo(f"postledger: {error}", err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def freeze_loaded_objects() -> None:
    """Excludes all objects that exist now from garbage collection, for the life of the process.

    They are never freed, yet each full collection would visit them and pause the process for a
    tenth of a second.
    """
    gc.collect()
    gc.freeze()


async def with_runtime(config: Config, work: Callable[[Runtime], Coroutine[None, None, T]]) -> T:
    """Opens the database and the keys for a command's work."""
    async with open_runtime(config.storage) as runtime:
        return await work(runtime)


async def with_trail(config: Config, work: Callable[[Runtime], Coroutine[None, None, T]]) -> T:
    """Does the same for work on an existing trail; begins no new trail in a wrong directory."""
    require_trail(config.storage)
    return await with_runtime(config, work)
