"""The command line on a service's machine."""

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
    """Runs commands on the machine of a service, which need not run."""

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
        """Applies a settings file with this text."""
        file = self.folder / name
        file.write_text(text, encoding="utf-8")
        return self.run("settings", "apply", str(file), *options, **variables)

    def ask(self, question: Callable[[Desk], Awaitable[None]]) -> None:
        """Calls the service's use-cases directly, while no command runs."""

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
        found: list[Json] = []

        async def question(desk: Desk) -> None:
            found.extend(await desk.events())

        self.ask(question)
        return found
