"""`postledger settings` and `postledger keys`: settings in files, and encryption keys."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr

from graph.cli.command import run, with_runtime
from graph.config import Config
from service.operate import CannotStartError
from service.process import COMMAND_LINE, KeyProblem, Runtime, new_key
from service.settings import (
    InvalidSettings,
    NotVerified,
    RevisionConflict,
    SecretReentryRequired,
    SettingsUpdate,
    SettingsUpdated,
    email_settings,
    preview_email_settings,
    rotate_keys,
    update_email_settings,
)
from service.trail import Change
from service.values import (
    NOTHING_SAVED,
    InvalidSettingsFile,
    Secret,
    Secrets,
    SettingsPatch,
    listed,
    read_settings,
    write_settings,
)

settings = typer.Typer(help="The email settings, as a file.", no_args_is_help=True)
keys = typer.Typer(help="Encryption keys.", no_args_is_help=True)


@settings.command()
def show(
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of TOML.")] = False,
) -> None:
    """Prints the settings in force, without their secrets."""

    async def work(runtime: Runtime) -> None:
        state = await email_settings(runtime)
        values = NOTHING_SAVED if state is None else state.values
        typer.echo(write_settings(values, as_json=json), nl=False)

    run(lambda config: with_runtime(config, work))


@settings.command()
def apply(
    file: Annotated[
        Path, typer.Argument(help="A .toml or .json file in the format of `settings show`.")
    ],
    *,
    reason: Annotated[
        str | None, typer.Option(help="The reason for the change, which the trail records.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the changes without making them.")
    ] = False,
    ask_password: Annotated[
        bool, typer.Option("--ask-password", help="Prompt for the SMTP password.")
    ] = False,
) -> None:
    """Applies a settings file. Fields that the file omits keep their values.

    The password comes from POSTLEDGER_SETTINGS_SMTP_PASSWORD or the prompt, never from an argument.
    """
    prompted = typer.prompt("SMTP password", hide_input=True) if ask_password else None

    async def work(runtime: Runtime, patch: SettingsPatch) -> None:
        if dry_run:
            _report(await preview_email_settings(runtime, patch), "would change")
            return
        state = await email_settings(runtime)
        update = SettingsUpdate(patch, 0 if state is None else state.revision, reason)
        result = await update_email_settings(runtime, COMMAND_LINE, update)
        if isinstance(result, RevisionConflict | NotVerified):
            raise CannotStartError(
                "Another caller saved settings at the same moment. Run the command again."
            )
        _report(result.changes if isinstance(result, SettingsUpdated) else result, "changed")

    async def begin(config: Config) -> None:
        patch = _read(file, _secrets(config, prompted))
        await with_runtime(config, lambda runtime: work(runtime, patch))

    run(begin)


@keys.command()
def generate() -> None:
    """Prints a new random key, for POSTLEDGER_ENCRYPTION_KEYS or POSTLEDGER_SIGNING_KEY."""
    typer.echo(new_key())


@keys.command()
def rotate() -> None:
    """Re-encrypts every stored secret with a new key, while the service runs.

    If the keys are in a file, the command first adds a new key to it. If they are in
    POSTLEDGER_ENCRYPTION_KEYS, put the new key first in that list and restart the services before
    you run the command; remove the old key afterwards.
    """

    async def work(runtime: Runtime) -> None:
        rotated = await rotate_keys(runtime, COMMAND_LINE, fresh=True)
        if isinstance(rotated, KeyProblem):
            raise CannotStartError(rotated.message)
        for name in rotated.resealed.done:
            typer.echo(f"re-encrypted: {name}")
        for name in rotated.resealed.unreadable:
            typer.echo(f"cannot be decrypted, enter it again: {name}")
        typer.echo(f"The key in use is {rotated.key_id}.")

    run(lambda config: with_runtime(config, work))


def _secrets(config: Config, prompted: str | None) -> Secrets:
    password = config.settings_smtp_password
    given = prompted if password is None or prompted is not None else password.get_secret_value()
    return Secrets(
        smtp_password=None if given is None else Secret(given),
        client_key=_secret(config.settings_client_key),
        oauth2_client_secret=_secret(config.settings_oauth2_client_secret),
    )


def _secret(given: SecretStr | None) -> Secret | None:
    return None if given is None else Secret(given.get_secret_value())


def _read(file: Path, secrets: Secrets) -> SettingsPatch:
    if file.suffix not in {".toml", ".json"}:
        raise CannotStartError("The file's name must end in .toml or .json.")
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise CannotStartError(f"Cannot read {file}: {error}.") from None
    patch = read_settings(text, secrets, as_json=file.suffix == ".json")
    if isinstance(patch, InvalidSettingsFile):
        raise CannotStartError(f"{file}: {patch.message}")
    return patch


def _report(
    result: tuple[Change, ...] | InvalidSettings | SecretReentryRequired, words: str
) -> None:
    match result:
        case InvalidSettings():
            for problem in result.problems:
                typer.echo(f"{'.'.join(problem.field)}: {problem.message}", err=True)
            raise typer.Exit(1)
        case SecretReentryRequired():
            typer.echo(
                f"{listed(result.secrets)} is stored for the present destination only, and "
                f"{listed(result.changed_fields)} changes: enter it again, with "
                "POSTLEDGER_SETTINGS_SMTP_PASSWORD or POSTLEDGER_SETTINGS_OAUTH2_CLIENT_SECRET.",
                err=True,
            )
            raise typer.Exit(1)
        case ():
            typer.echo("Nothing to change.")
        case _:
            for change in result:
                typer.echo(f"{words} {change.field}: {change.before!r} -> {change.after!r}")
