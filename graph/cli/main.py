"""The command line: `postledger`."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Column, Table

from graph.cli.audit import audit
from graph.cli.command import freeze_loaded_objects, run, with_runtime
from graph.cli.settings import keys, settings
from service.access import InvalidToken, TokenNotFound, create_token, list_tokens, revoke_token
from service.operate import SANDBOX_PORT, CannotStartError, upgrade_database
from service.process import COMMAND_LINE, Role, Runtime

_WIDE: Final = 500

app = typer.Typer(
    help="System email settings, test emails, and a trail of who changed what.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
database = typer.Typer(help="The database.", no_args_is_help=True)
tokens = typer.Typer(help="Access tokens.", no_args_is_help=True)
app.add_typer(database, name="db")
app.add_typer(tokens, name="token")
app.add_typer(settings, name="settings")
app.add_typer(keys, name="keys")
app.add_typer(audit, name="audit")


def main() -> None:
    """Runs the command `postledger`."""
    freeze_loaded_objects()
    app()


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; 0 chooses a free port.")
    ] = None,
    *,
    sandbox: Annotated[
        bool,
        typer.Option(
            "--sandbox", help="Also run a local mail server that prints what it receives."
        ),
    ] = False,
    sandbox_port: Annotated[
        int, typer.Option(help="Port of that mail server; 0 chooses a free port.")
    ] = SANDBOX_PORT,
) -> None:
    """Runs the service."""
    from graph.cli.serve import serve as run_server  # noqa: PLC0415 (other commands do not need it)

    given = {"host": host, "port": port}
    changes = {name: value for name, value in given.items() if value is not None}
    mail = sandbox_port if sandbox else None
    run(lambda config: run_server(config.model_copy(update=changes), mail))


@app.command()
def schema(
    output: Annotated[
        Path | None, typer.Option(help="Write the schema to this file instead of printing it.")
    ] = None,
) -> None:
    """Prints the GraphQL schema."""
    from graph.api.schema import printed_schema  # noqa: PLC0415 (other commands do not need it)

    if output is None:
        typer.echo(printed_schema(), nl=False)
    else:
        try:
            output.write_text(printed_schema(), encoding="utf-8")
        except OSError as error:
            typer.echo(f"postledger: Cannot write {output}: {error.strerror}.", err=True)
            raise typer.Exit(2) from None


@database.command()
def upgrade() -> None:
    """Migrates the database's tables to this version."""
    run(lambda config: upgrade_database(config.storage))
    typer.echo("The database is up to date.")


@tokens.command()
def create(
    name: Annotated[str, typer.Option(help="Who uses the token, as the trail records it.")],
    role: Annotated[Role, typer.Option(help="The token's role.", case_sensitive=False)],
    expires_in_days: Annotated[
        float | None,
        typer.Option(
            help="Days until the token expires. Without it, the token does not expire.",
            min=0,
            max=36_500,
        ),
    ] = None,
) -> None:
    """Creates an access token and prints it. It cannot be shown again."""

    async def work(runtime: Runtime) -> None:
        expires = None
        if expires_in_days is not None:
            expires = datetime.now(UTC) + timedelta(days=expires_in_days)
        created = await create_token(runtime, COMMAND_LINE, name, role, expires)
        if isinstance(created, InvalidToken):
            raise CannotStartError(f"{created.field}: {created.message}")
        typer.echo(created.text)

    run(lambda config: with_runtime(config, work))


@tokens.command(name="list")
def list_() -> None:
    """Lists the access tokens."""

    async def work(runtime: Runtime) -> None:
        table = Table(
            Column("id", no_wrap=True, min_width=36),
            "name",
            "role",
            "created",
            "expires",
            "revoked",
        )
        for token in await list_tokens(runtime):
            table.add_row(
                token.id,
                token.name,
                token.role,
                _instant(token.created_at),
                _instant(token.expires_at),
                _instant(token.revoked_at),
            )
        # Wide enough that a program that reads the output finds each token on one line.
        Console(width=None if sys.stdout.isatty() else _WIDE).print(table)

    run(lambda config: with_runtime(config, work))


@tokens.command()
def revoke(
    token_id: Annotated[str, typer.Argument(help="The token's id, as `token list` shows it.")],
) -> None:
    """Revokes an access token at once."""

    async def work(runtime: Runtime) -> None:
        if isinstance(await revoke_token(runtime, COMMAND_LINE, token_id), TokenNotFound):
            raise CannotStartError(f"There is no token with the id {token_id}.")
        typer.echo("Revoked.")

    run(lambda config: with_runtime(config, work))


def _instant(instant: datetime | None) -> str:
    return "" if instant is None else f"{instant:%Y-%m-%d %H:%M}"
