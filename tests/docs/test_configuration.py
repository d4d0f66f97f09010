"""`docs/configuration.md` lists every variable, command and option, in the code's own words."""

from collections.abc import Iterator

import pytest
import typer.main
from pydantic.fields import FieldInfo
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from graph.cli.main import app
from graph.config import ENV_PREFIX, Config
from tests.docs.tables import differences, row
from tests.support.root import ROOT

DOCUMENT = "docs/configuration.md"


def test_every_variable_is_documented() -> None:
    """The table has every variable with its default and meaning, and no other variable."""
    expected = [_variable(name, field) for name, field in Config.model_fields.items()]

    assert [] == differences(DOCUMENT, "Variables", expected)


def test_every_command_is_documented() -> None:
    """The table has every command, argument and option, with its help."""
    root = typer.main.get_command(app)
    if not isinstance(root, TyperGroup):
        raise TypeError("the command line has commands")
    expected = [line for name, command in _commands(root) for line in _lines(name, command)]

    assert [] == differences(DOCUMENT, "Commands", expected)


@pytest.mark.parametrize("name", ["README.md", "docs/configuration.md", "CONTRIBUTING.md"])
def test_no_document_names_an_unknown_variable(name: str) -> None:
    """The service reads every variable that a document names."""
    known = {ENV_PREFIX + each.upper() for each in Config.model_fields}
    known |= {"POSTLEDGER_TEST_DATABASE_URL", "POSTLEDGER_THOROUGH", ENV_PREFIX}
    words = (ROOT / name).read_text(encoding="utf-8").replace("…", " ").split()
    named = {word.strip("`().,:;|=").partition("=")[0] for word in words if ENV_PREFIX in word}

    assert set() == {each for each in named if each.startswith(ENV_PREFIX)} - known


def _variable(name: str, field: FieldInfo) -> str:
    default = field.default
    shown = "unset" if default is None or default == () else f"`{default}`"
    return row(f"`{ENV_PREFIX}{name.upper()}`", shown, field.description or "")


def _commands(group: TyperGroup, prefix: str = "") -> Iterator[tuple[str, TyperCommand]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from _commands(command, f"{prefix}{name} ")
        elif isinstance(command, TyperCommand):
            yield f"{prefix}{name}", command


def _lines(name: str, command: TyperCommand) -> Iterator[str]:
    first, *_ = (command.help or "").splitlines()
    yield row(f"`{name}`", first)
    for parameter in command.params:
        if isinstance(parameter, TyperArgument):
            yield row(f"`{name} {(parameter.name or '').upper()}`", parameter.help or "")
        elif isinstance(parameter, TyperOption) and parameter.name != "help":
            yield row(f"`{name} {parameter.opts[0]}`", parameter.help or "")
