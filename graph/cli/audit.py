"""The commands for the trail: `postledger audit`."""

from pathlib import Path
from typing import Annotated

import typer

from graph.cli.command import run, with_trail
from graph.cli.export import export
from graph.cli.progress import progress
from graph.config import Config
from service.operate import CannotStartError, can_go_on, open_closed_trail, require_trail, stopped
from service.process import COMMAND_LINE, MAX_NUMBER, Runtime
from service.trail import (
    CannotReopenError,
    NoNewKey,
    NoProof,
    audit_checkpoint,
    audit_inclusion_proof,
    reopen_trail,
    rotate_signing_key,
    write_tlog_proof,
)
from service.verify import (
    NotACheckpoint,
    NotAKey,
    TrailVerification,
    VerificationRequest,
    read_kept_checkpoints,
    verify_export,
    verify_trail,
)

audit = typer.Typer(
    help="The trail: a verifiable record of who changed what.", no_args_is_help=True
)


@audit.command()
def verify(
    bundle: Annotated[
        Path | None,
        typer.Argument(
            help="An export (zip file, folder or events file), or one event's proof. Without it, "
            "the database is verified."
        ),
    ] = None,
    checkpoint: Annotated[
        list[Path] | None, typer.Option(help="A checkpoint kept elsewhere; may be repeated.")
    ] = None,
    key: Annotated[
        list[str] | None, typer.Option(help="A verifier key that you trust; may be repeated.")
    ] = None,
    *,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help="Check only the events' hashes, the tree and the checkpoints."
        ),
    ] = False,
) -> None:
    """Verifies the trail. Exit status: 0 intact, 1 findings, 2 could not check."""
    if bundle is not None and quick:
        raise typer.BadParameter("an export is always verified completely", param_hint="--quick")
    if bundle is not None:
        raise typer.Exit(verify_export(_bundle_arguments(bundle, checkpoint or [], key or [])))

    async def work(config: Config) -> TrailVerification:
        require_trail(config.storage)
        async with open_closed_trail(config.storage, as_it_is=True) as runtime:
            with progress() as on_step:
                paths = checkpoint or ()
                notes = tuple((note, str(path)) for path in paths for note in _read(path))
                request = VerificationRequest(notes, tuple(key or ()), quick, on_step)
                result = await verify_trail(runtime, request)
        if isinstance(result, NotAKey):
            raise CannotStartError(f"--key: {result.message}.")
        return result

    found = run(work)
    _report(found, with_key=bool(key), with_outside=bool(checkpoint), quick=quick)
    if found.intact and found.unproven:
        raise typer.Exit(2)
    raise typer.Exit(0 if found.intact else 1)


@audit.command()
def checkpoint(
    size: Annotated[
        int | None,
        typer.Option(
            help="Number of events that the checkpoint covers; by default, the newest one."
        ),
    ] = None,
) -> None:
    """Prints a checkpoint. Keep it where the operators of this service cannot change it."""

    async def work(runtime: Runtime) -> None:
        signed = await audit_checkpoint(runtime, size)
        if isinstance(signed, NoProof):
            raise CannotStartError(signed.message)
        typer.echo(signed.note, nl=False)
        typer.echo(f"\nverifier key: {signed.verifier_key}", err=True)

    run(lambda config: with_trail(config, work))


@audit.command()
def proof(
    sequence: Annotated[int, typer.Argument(help="The event's sequence number: 0, 1, 2 …", min=0)],
) -> None:
    """Prints one event with the proof that the trail contains it (c2sp.org/tlog-proof)."""

    async def work(runtime: Runtime) -> None:
        found = await audit_inclusion_proof(runtime, min(sequence, MAX_NUMBER))
        if isinstance(found, NoProof):
            raise CannotStartError(found.message)
        typer.echo(write_tlog_proof(found), nl=False)

    run(lambda config: with_trail(config, work))


audit.command()(export)


@audit.command(name="rotate-key")
def rotate_key() -> None:
    """Signs the trail with a new key from now on, while the service runs.

    If the keys are in a file, the command first adds a new key to it. If they are in
    POSTLEDGER_SIGNING_KEY, put the new key first in that list and restart the services before you
    run the command; remove the old key afterwards.
    """

    async def work(runtime: Runtime) -> None:
        rotated = await rotate_signing_key(runtime, COMMAND_LINE)
        if isinstance(rotated, NoNewKey):
            raise CannotStartError(rotated.message)
        typer.echo(
            f"From {rotated.from_size} events on, the trail is signed with this verifier key:"
        )
        typer.echo(rotated.after)
        typer.echo("Give it to the auditors with a checkpoint: `postledger audit checkpoint`.")

    run(lambda config: with_trail(config, work))


@audit.command()
def reopen(
    reason: Annotated[str, typer.Option(help="The reason, which the first event records.")],
    *,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="End the trail even if it can continue.")
    ] = False,
) -> None:
    """Begins a new trail if the old one cannot continue. The old one is kept in the archive.

    Use it only if the right database, key or signer's memory is lost. Stop the service first.
    """

    async def work(config: Config) -> None:
        require_trail(config.storage, or_memory=True)
        if not anyway and await can_go_on(config.storage):
            raise CannotStartError(
                "The trail can continue, so it was not ended. Use --anyway to end it all the same."
            )
        async with stopped(config.storage) as runtime:
            try:
                done = await reopen_trail(runtime, COMMAND_LINE, reason, config.trail_name)
            except CannotReopenError as error:
                raise CannotStartError(str(error)) from None
        typer.echo(f"The trail {done.ended} has ended. The first checkpoint of the new trail:\n")
        typer.echo(done.note, nl=False)

    run(work)


def _bundle_arguments(bundle: Path, checkpoints: list[Path], keys: list[str]) -> list[str]:
    arguments = [part for path in checkpoints for part in ("--checkpoint", str(path))]
    arguments += [part for key in keys for part in ("--key", key)]
    return [*arguments, str(bundle)]


def _read(path: Path) -> tuple[str, ...]:
    try:
        found = read_kept_checkpoints(path.read_bytes())
    except OSError as error:
        raise CannotStartError(f"Cannot read {path}: {error}.") from None
    if isinstance(found, NotACheckpoint):
        raise CannotStartError(f"{path} contains no checkpoint: {found.message}.")
    return found


def _report(found: TrailVerification, *, with_key: bool, with_outside: bool, quick: bool) -> None:
    for each in found.findings:
        where = "" if each.seq is None else f" at event {each.seq}"
        more = f" (and {each.times - 1} more)" if each.times > 1 else ""
        typer.echo(f"{each.code}{where}: {each.message}{more}")
    typer.echo(f"{found.events_checked} events checked in {found.duration_ms / 1000:.1f} s.")
    for unproven in found.unproven:
        typer.echo(f"COULD NOT CHECK: {unproven}.")
    if not found.intact:
        typer.echo("NOT INTACT: see the findings above.")
        return
    if found.unproven:
        typer.echo("NOT PROVEN INTACT: no problem was found in what could be checked.")
        return
    typer.echo("INTACT, as far as --quick checks." if quick else "INTACT.")
    if not with_key:
        typer.echo("Not proven: whose key signed it. Pass the key that you trust: --key KEY.")
    if not found.remembered:
        typer.echo(
            "Not proven: that this is the database that this service signed last: the signer's"
        )
        typer.echo("memory is missing.")
    if not with_outside:
        typer.echo(
            "Not proven: that no events were cut off the end, and that no holder of the signing"
        )
        typer.echo("key rewrote the trail. Pass a checkpoint kept elsewhere: --checkpoint FILE.")
