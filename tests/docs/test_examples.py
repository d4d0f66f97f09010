"""The examples in the documentation work as described, in their order."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.docs.tables import rows_of
from tests.e2e.client import Client
from tests.e2e.installation import Installation
from tests.support.root import ROOT

_BLOCK: Final = re.compile(r"^```(graphql|json)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
DIFFERS: Final = "…"
"""The placeholder in an answer for values that differ from run to run."""


@dataclass(frozen=True, slots=True)
class Example:
    """An operation, and its answer if the document shows it."""

    operation: str
    answer: object = DIFFERS


def _documents() -> list[str]:
    paths = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md"))]
    return [str(path.relative_to(ROOT)) for path in paths if _examples(path)]


def _examples(path: Path) -> list[Example]:
    examples: list[Example] = []
    for kind, text in _BLOCK.findall(path.read_text(encoding="utf-8")):
        if kind == "graphql":
            examples.append(Example(text))
        elif examples:
            examples[-1] = Example(examples[-1].operation, json.loads(text))
    return examples


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    """A client of a new service with the sandbox, as a newcomer has it."""
    data = {"POSTLEDGER_DATA_DIRECTORY": str(tmp_path / "data")}
    installation = Installation(tmp_path, None, data)
    with installation.serving("--sandbox", "--sandbox-port", "0") as service:
        service.process.stdout.wait_for(r"(sandbox's mail server listens)")
        yield service.client


@pytest.mark.parametrize("document", _documents())
def test_the_examples_answer_as_the_document_says(client: Client, document: str) -> None:
    """A reader who runs a document's examples in order gets the answers that it shows."""
    for example in _examples(ROOT / document):
        answer = client.ask(example.operation)

        assert _shown(example.answer, answer.data) == answer.data


def _blocks(language: str) -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}$\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def test_the_readme_is_short() -> None:
    """A newcomer finds the two commands without scrolling far."""
    assert (ROOT / "README.md").read_text(encoding="utf-8").count("\n") <= 90


def test_the_readme_begins_with_the_two_commands(tmp_path: Path) -> None:
    """A newcomer who types what the README says gets a service that answers its `curl`."""
    first, second = _blocks("sh")
    serve, check = (line.partition("#")[0].strip() for line in first.strip().splitlines())
    data = {"POSTLEDGER_DATA_DIRECTORY": str(tmp_path / "data")}
    program, _serve, *options = serve.split()
    installation = Installation(ROOT, None, data, command=(program,))
    with installation.serving(*options, "--sandbox-port", "0") as service:
        service.process.stdout.wait_for(r"(sandbox's mail server listens)")
        address = service.client.address.removesuffix("/graphql")
        done = subprocess.run(  # noqa: S603 (the README's own command)
            ["sh", "-c", second.replace("http://127.0.0.1:8025", address)],  # noqa: S607
            env={**os.environ, "TOKEN": service.client.token or ""},
            capture_output=True,
            check=True,
            text=True,
        )

    assert ("./dev serve --sandbox", "./dev check") == (serve, check)
    assert 1 == json.loads(done.stdout)["data"]["emailSettings"]["revision"]


def test_the_readme_explains_every_folder() -> None:
    """The README has a line about each top-level folder, and about no other folder."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    folders = {name.partition("/")[0] for name in listed.stdout.splitlines() if "/" in name}
    explained = {line.split("`")[1].rstrip("/") for line in rows_of("README.md", "How it is built")}

    assert {name for name in folders if not name.startswith(".")} == explained


def test_the_documentation_links_to_every_page() -> None:
    """The documentation's index links to every page."""
    text = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = [each.name for each in ROOT.glob("docs/*.md") if each.name != "README.md"]

    assert [] == [name for name in pages if f"({name})" not in text]


def test_no_local_link_is_broken() -> None:
    """A document links only to files that exist."""
    broken = [
        f"{path.name}: {target}"
        for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]

    assert [] == broken


def _shown(example: object, actual: object) -> object:
    """Returns an example's answer with its placeholders filled from the actual answer."""
    match example, actual:
        case str(), _ if example == DIFFERS:
            return actual
        case dict(), dict():
            return {key: _shown(value, actual.get(key)) for key, value in example.items()}
        case list(), list() if len(example) == len(actual):
            return [_shown(*pair) for pair in zip(example, actual, strict=True)]
    return example
