"""What front-end developers' tools make of the schema, and the programs of `docs/clients.md`."""

import json
import os
import re
import shutil
from pathlib import Path
from typing import Final

import pytest

from graph.api.schema import printed_schema
from service.process.caller import Role
from tests.clients.node import TOOLS, node, run, run_tool
from tests.support.edge.world import World, listening
from tests.support.needs import need
from tests.support.root import ROOT

pytestmark = pytest.mark.anyio

PROGRAMS: Final = dict(
    re.findall(
        r"^```\w+ (\S+)\n(.*?)^```$",
        (ROOT / "docs" / "clients.md").read_text(encoding="utf-8"),
        re.DOTALL | re.MULTILINE,
    )
)
COMPILER: Final = {
    "compilerOptions": {
        "target": "es2022",
        "module": "nodenext",
        "strict": True,
        "skipLibCheck": True,
        "types": ["node"],
    },
    "files": ["settings.ts"],
}
RELAY_COMPONENT: Final = """
import { graphql } from "relay-runtime";

export const fragment = graphql`
  fragment App_history on Query
  @refetchable(queryName: "AppMoreQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" }) {
    auditEvents(first: $count, after: $cursor) @connection(key: "App_auditEvents") {
      edges { node { id sequence action } }
    }
  }
`;
export const query = graphql`
  query AppQuery {
    emailSettings { id ...App_settings }
    ...App_history
  }
`;
export const settings = graphql`
  fragment App_settings on EmailSettings @refetchable(queryName: "AppSettingsQuery") {
    smtpHost
  }
`;
"""
ARIADNE: Final = "ariadne-codegen[subscriptions]==0.19.0"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A front end's project: the schema, and the files that the documentation shows."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "schema.graphql").write_text(printed_schema(), encoding="utf-8")
    (project / "package.json").write_text('{"type": "module"}')
    (project / "tsconfig.json").write_text(json.dumps(COMPILER))
    for name, text in PROGRAMS.items():
        (project / name).write_text(text, encoding="utf-8")
    return project


async def test_eslint(folder: Path) -> None:
    """graphql-eslint's recommended rules and its rules for Relay report nothing."""
    shutil.copy(TOOLS / "eslint.config.js", folder)

    await run_tool(folder, "eslint/bin/eslint.js", "--max-warnings=0", "schema.graphql")


async def test_relay_compiler(folder: Path) -> None:
    """Relay's compiler accepts the schema: nodes, connections, refetching by id."""
    config = {"src": "./src", "schema": "./schema.graphql", "language": "javascript"}
    (folder / "relay.config.json").write_text(json.dumps(config))
    (folder / "src").mkdir()
    (folder / "src" / "App.js").write_text(RELAY_COMPONENT)
    await run_tool(folder, "relay-compiler/cli.js", "relay.config.json")
    generated = {path.name for path in (folder / "src" / "__generated__").iterdir()}

    assert {
        "AppQuery.graphql.js",
        "AppMoreQuery.graphql.js",
        "AppSettingsQuery.graphql.js",
    } <= generated


async def test_typescript_program(folder: Path, world: World) -> None:
    """The TypeScript program of `docs/clients.md` runs with graphql-codegen's types."""
    await run_tool(folder, "@graphql-codegen/cli/esm/bin.js")
    await run_tool(folder, "typescript/bin/tsc")
    async with listening(world.app) as address:
        printed = await run(*node(), "settings.js", *_arguments(world, address), folder=folder)

    _assert_it_worked(printed)


async def test_python_program(folder: Path, world: World) -> None:
    """The Python program of `docs/clients.md` runs with ariadne-codegen's client."""
    uv = os.environ.get("UV") or shutil.which("uv")
    need(uv, "no uv on the PATH")
    # In its own environment: ariadne-codegen's requirements conflict with those of the tests.
    tool = [uv or "uv", "tool", "run", "--python", "3.11", "--from", ARIADNE]
    try:
        await run(*tool, "ariadne-codegen", "--version")
    except AssertionError as error:
        need(here=False, reason=f"ariadne-codegen cannot be installed: {error}")
    await run(*tool, "ariadne-codegen", folder=folder)
    async with listening(world.app) as address:
        printed = await run(
            *tool, "python", "settings.py", *_arguments(world, address), folder=folder
        )

    _assert_it_worked(printed)


def _arguments(world: World, address: str) -> tuple[str, ...]:
    token = world.tokens[Role.ADMINISTRATOR].text
    return (f"{address}/graphql", token, "127.0.0.1", "you@example.com")


def _assert_it_worked(printed: str) -> None:
    lines = printed.splitlines()

    assert "saved 1" == lines[0]
    assert re.fullmatch(r"tested FAILED [A-Z_]+", lines[1])
    assert "history TEST_EMAIL_FINISHED A administrator" == lines[2]
    assert "history EMAIL_SETTINGS_UPDATED A administrator" in lines
