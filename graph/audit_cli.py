"""The commands on the trail: `postledger audit`."""

from typing import Annotated

import typer

from graph.command import run, with_runtime
from graph.config import Config
from service.caller import COMMAND_LINE
from service.runtime import Runtime
from service.startup import CannotStartError, open_closed_trail
from service.trail_keys import NoNewKey, rotate_signing_key
from service.trail_reopen import CannotReopenError, reopen_trail

audit = typer.Typer(help="The trail: who changed what, provably.", no_args_is_help=True)


@audit.command(name="rotate-key")
def rotate_key() -> None:
    """Let a new key sign the trail from now on, while the service runs.

    With a key file, a new key is put into it first. With POSTLEDGER_SIGNING_KEY, put the new key
    in front there and restart the services before; remove the old one afterwards.
    """

    async def work(runtime: Runtime) -> None:
        rotated = await rotate_signing_key(runtime, COMMAND_LINE)
        if isinstance(rotated, NoNewKey):
            raise CannotStartError(rotated.message)
        typer.echo(f"From {rotated.from_size} events on, the trail is signed with the key")
        typer.echo(rotated.after)
        typer.echo("Tell the auditors, together with a checkpoint: `postledger audit checkpoint`.")

    run(lambda config: with_runtime(config, work))


@audit.command()
def reopen(
    reason: Annotated[str, typer.Option(help="Why, for the auditors: it is the first event.")],
) -> None:
    """Begin a new trail where the old one cannot go on. The old one is kept in the archive.

    Only where the right database, key or memory is lost. Stop the service first.
    """

    async def work(config: Config) -> None:
        async with open_closed_trail(config.storage) as runtime:
            try:
                done = await reopen_trail(runtime, COMMAND_LINE, reason, config.trail_name)
            except CannotReopenError as error:
                raise CannotStartError(str(error)) from None
        typer.echo(f"The trail {done.ended} has ended. The new one's first checkpoint:\n")
        typer.echo(done.note, nl=False)

    run(work)
