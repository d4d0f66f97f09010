"""How a command runs: configuration in, one sentence and exit status 2 for what must be mended."""

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
    """Runs a command's work."""
    try:
        config = load_config()
        # What it has to say besides is its own, on standard output.
        with log_set_up(config, at_least=logging.WARNING):
            return asyncio.run(work(config))
    except CannotStartError as error:
        typer.echo(f"postledger: {error}", err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def keep_what_is_loaded() -> None:
    """Takes what is there by now out of the garbage collector's rounds, for this process's life.

    Each round through all of it would hold up everything else for a tenth of a second, in vain.
    """
    gc.collect()
    gc.freeze()


async def with_runtime(config: Config, work: Callable[[Runtime], Coroutine[None, None, T]]) -> T:
    """Opens the database and the keys for a command's work."""
    async with open_runtime(config.storage) as runtime:
        return await work(runtime)


async def with_trail(config: Config, work: Callable[[Runtime], Coroutine[None, None, T]]) -> T:
    """The same, for work on a trail that is there: none is begun in a wrong directory."""
    require_trail(config.storage)
    return await with_runtime(config, work)
