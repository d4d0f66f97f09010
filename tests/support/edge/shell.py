"""The command line, typed on the machine of a service."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner, Result

from graph.cli.main import app
from service.process.storage import Storage
from tests.support.desk import Desk, Json, open_desk


@dataclass(frozen=True, slots=True)
class Shell:
    """Where commands are typed, on the machine of a service that may or may not run."""

    storage: Storage
    folder: Path

    def run(self, *arguments: str, typed: str | None = None, **variables: str) -> Result:
        """Runs a command."""
        environment = {
            "POSTLEDGER_DATA_DIRECTORY": str(self.storage.data_directory),
            "POSTLEDGER_DATABASE_URL": self.storage.database_url or "",
            "POSTLEDGER_ENCRYPTION_KEYS": ",".join(self.storage.encryption_keys),
            "POSTLEDGER_SIGNING_KEY": ",".join(self.storage.signing_keys),
            **variables,
        }
        return CliRunner().invoke(app, list(arguments), env=environment, input=typed)

    def apply(
        self, text: str, *options: str, name: str = "settings.toml", **variables: str
    ) -> Result:
        """Applies a file of this text."""
        file = self.folder / name
        file.write_text(text, encoding="utf-8")
        return self.run("settings", "apply", str(file), *options, **variables)

    def ask(self, question: Callable[[Desk], Awaitable[None]]) -> None:
        """Asks the service, once no command runs."""

        async def asking() -> None:
            async with open_desk(self.storage) as desk:
                await question(desk)

        asyncio.run(asking())

    def settings(self) -> Json:
        """The settings, as `settings show --json` prints them."""
        shown = self.run("settings", "show", "--json")
        assert 0 == shown.exit_code, shown.output
        settings: Json = json.loads(shown.stdout)
        return settings

    def events(self) -> Sequence[Json]:
        """The trail, oldest first."""
        told: list[Json] = []

        async def question(desk: Desk) -> None:
            told.extend(await desk.events())

        self.ask(question)
        return told
