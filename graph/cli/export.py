"""`postledger audit export`: the trail, or a part of it, in a file."""

from collections.abc import AsyncGenerator
from contextlib import ExitStack, aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from graph.cli.command import run, with_trail
from graph.cli.new_file import new_file
from graph.cli.progress import progress
from graph.config import Config
from service.export import (
    Export,
    ExportFormat,
    NoArchive,
    OnStep,
    begin_archive_export,
    begin_export,
)
from service.operate import CannotStartError
from service.process import COMMAND_LINE, Runtime
from service.trail import AuditAction, AuditOutcome, EventFilter, UnfitFilter, fit_filter


def export(  # noqa: PLR0913 (a filter's conditions)
    output: Annotated[
        Path,
        typer.Option(
            help="The file to write and, for all but a bundle, which holds its checkpoint, "
            "OUTPUT.checkpoint; neither may be there yet."
        ),
    ],
    *,
    kind: Annotated[
        ExportFormat, typer.Option("--format", help="What to make of it.")
    ] = ExportFormat.BUNDLE,
    action: Annotated[list[AuditAction] | None, typer.Option(help="Only these.")] = None,
    outcome: Annotated[list[AuditOutcome] | None, typer.Option(help="Only what went so.")] = None,
    actor_id: Annotated[list[str] | None, typer.Option(help="Only these actors'.")] = None,
    changed_field: Annotated[
        list[str] | None, typer.Option("--field", help="Only changes of these.")
    ] = None,
    revision: Annotated[
        int | None, typer.Option(help="Only what made this settings revision, or was about it.")
    ] = None,
    correlation_id: Annotated[str | None, typer.Option(help="Only this undertaking's.")] = None,
    since: Annotated[datetime | None, typer.Option(help="At or after this instant, UTC.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Before this instant, UTC.")] = None,
    text: Annotated[str | None, typer.Option(help="Only events with all of these words.")] = None,
    archive: Annotated[
        str | None,
        typer.Option(help="Instead, the ended trail of this id (`audit reopen`), as a bundle."),
    ] = None,
) -> None:
    """Export the trail, or a part of it. The export is itself an event."""
    given = EventFilter(
        actions=tuple(action or ()),
        outcomes=tuple(outcome or ()),
        actor_ids=tuple(actor_id or ()),
        fields=tuple(changed_field or ()),
        revision=revision,
        correlation_id=correlation_id,
        since=None if since is None else since.replace(tzinfo=UTC),
        until=None if until is None else until.replace(tzinfo=UTC),
        text=text,
    )
    if archive is not None:
        if kind is not ExportFormat.BUNDLE or given != EventFilter():
            raise typer.BadParameter(
                "an ended trail comes whole, as a bundle", param_hint="--archive"
            )
        export_archive(output, archive)
        return

    async def work(config: Config) -> None:
        wanted = fit_filter(given)
        if isinstance(wanted, UnfitFilter):
            raise CannotStartError(wanted.message)

        async def write(runtime: Runtime) -> Export:
            with progress() as on_step:
                return await write_export(runtime, output, kind, wanted, on_step)

        found = await with_trail(config, write)
        typer.echo(f"Wrote {output}, from a trail of {found.size} events.")
        if kind is not ExportFormat.BUNDLE:
            typer.echo(f"Its checkpoint is {checkpoint_path(output)}.")

    run(work)


def export_archive(output: Path, log_id: str) -> None:
    """Exports an ended trail into a file."""

    async def write(runtime: Runtime) -> None:
        with new_file(output) as file, progress() as on_step:
            found = await begin_archive_export(runtime, COMMAND_LINE, log_id)
            if isinstance(found, NoArchive):
                raise CannotStartError(found.message)
            await _write(file, found.chunks(on_step))
        typer.echo(f"Wrote {output}, an ended trail of {found.size} events.")

    run(lambda config: with_trail(config, write))


async def write_export(
    runtime: Runtime,
    output: Path,
    kind: ExportFormat,
    wanted: EventFilter,
    on_step: OnStep,
) -> Export:
    """Exports into a file, and the checkpoint beside it. All of it is there then, or nothing is.

    Raises:
        CannotStartError: a file is there already, or cannot be written.
    """
    with ExitStack() as files:
        # Both before the export is recorded: what cannot be written was not exported.
        file = files.enter_context(new_file(output))
        beside = None
        if kind is not ExportFormat.BUNDLE:
            beside = files.enter_context(new_file(checkpoint_path(output)))
        found = await begin_export(runtime, COMMAND_LINE, kind, wanted)
        if beside is not None:
            beside.write(found.checkpoint.note.encode())
        await _write(file, found.chunks(on_step))
        # A full disk may show only now, when both files can still be taken away.
        file.flush()
    return found


async def _write(file: BinaryIO, chunks: AsyncGenerator[bytes]) -> None:
    async with aclosing(chunks):
        async for chunk in chunks:
            file.write(chunk)


def checkpoint_path(output: Path) -> Path:
    """Where the checkpoint of an export is written that does not hold it."""
    return output.with_name(f"{output.name}.checkpoint")
