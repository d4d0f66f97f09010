"""`postledger audit export`: writes the trail, or a part of it, to a file."""

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
            help="The file to write. Formats other than `bundle` also write the checkpoint, to "
            "OUTPUT.checkpoint. Neither file may exist yet."
        ),
    ],
    *,
    kind: Annotated[
        ExportFormat, typer.Option("--format", help="The format of the export.")
    ] = ExportFormat.BUNDLE,
    action: Annotated[
        list[AuditAction] | None,
        typer.Option(help="Only events with this action; may be repeated."),
    ] = None,
    outcome: Annotated[
        list[AuditOutcome] | None,
        typer.Option(help="Only events with this outcome; may be repeated."),
    ] = None,
    actor_id: Annotated[
        list[str] | None, typer.Option(help="Only events of this actor; may be repeated.")
    ] = None,
    changed_field: Annotated[
        list[str] | None,
        typer.Option("--field", help="Only changes of this field; may be repeated."),
    ] = None,
    revision: Annotated[
        int | None,
        typer.Option(help="Only events that created this settings revision or refer to it."),
    ] = None,
    correlation_id: Annotated[
        str | None, typer.Option(help="Only events with this correlation id.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(help="Only events at or after this instant, UTC.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(help="Only events before this instant, UTC.")
    ] = None,
    text: Annotated[
        str | None, typer.Option(help="Only events that contain all of these words.")
    ] = None,
    archive: Annotated[
        str | None,
        typer.Option(
            help="Export the ended trail with this id instead, as a bundle (see `audit reopen`)."
        ),
    ] = None,
) -> None:
    """Exports the trail, or a part of it. The export is recorded as an event."""
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
                "an ended trail is exported completely, as a bundle", param_hint="--archive"
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
            typer.echo(f"Wrote its checkpoint to {checkpoint_path(output)}.")

    run(work)


def export_archive(output: Path, log_id: str) -> None:
    """Exports an ended trail to a file."""

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
    """Exports to a file, with the checkpoint in a second file if the format does not contain it.

    If writing fails, neither file remains.

    Raises:
        CannotStartError: a file exists already, or cannot be written.
    """
    with ExitStack() as files:
        # Both are opened before the export is recorded: if one cannot be, nothing was exported.
        file = files.enter_context(new_file(output))
        checkpoint = None
        if kind is not ExportFormat.BUNDLE:
            checkpoint = files.enter_context(new_file(checkpoint_path(output)))
        found = await begin_export(runtime, COMMAND_LINE, kind, wanted)
        if checkpoint is not None:
            checkpoint.write(found.checkpoint.note.encode())
        await _write(file, found.chunks(on_step))
        # A full disk may be reported only now, while both files can still be removed.
        file.flush()
    return found


async def _write(file: BinaryIO, chunks: AsyncGenerator[bytes]) -> None:
    async with aclosing(chunks):
        async for chunk in chunks:
            file.write(chunk)


def checkpoint_path(output: Path) -> Path:
    """Returns the path of an export's checkpoint, for formats that do not contain it."""
    return output.with_name(f"{output.name}.checkpoint")
