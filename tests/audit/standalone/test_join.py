"""The one file that exports carry, and the modules that it is joined of."""

import ast
import hashlib
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit import standalone
from audit.standalone.join import MODULES, joined
from audit.standalone.main import __doc__ as usage

FOLDER = Path(standalone.__file__).parent
SOURCES = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py")}


def imported(source: str) -> list[str]:
    """Lists the modules that a module imports."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append(node.module or "local")
    return found


def test_every_module_is_joined() -> None:
    """None is forgotten but the program that joins them, and the folder's door."""
    assert {"__init__", "join", *MODULES} == SOURCES.keys()


@pytest.mark.parametrize("name", MODULES)
def test_modules_need_the_standard_library_and_those_before_them(name: str) -> None:
    """So they can be joined in this order, and need nothing of the service."""
    before = {f"audit.standalone.{each}" for each in MODULES[: MODULES.index(name)]}
    others = {each for each in imported(SOURCES[name]) if each not in before}

    assert set() == {each.partition(".")[0] for each in others} - sys.stdlib_module_names


def test_the_joined_file_needs_the_standard_library() -> None:
    """It imports nothing that does not come with Python, each module in one place."""
    modules = [each.partition(".")[0] for each in imported(joined())]

    assert set() == set(modules) - sys.stdlib_module_names
    assert len(imported(joined())) == len(set(imported(joined())))


def test_the_grammar_of_old_pythons_is_enough() -> None:
    """verify.py is written in the grammar of Python 3.9."""
    assert ast.parse(joined(), feature_version=(3, 9)).body


def names(source: str) -> Iterator[str]:
    """Lists the names that a file defines or imports at its top level."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.name for alias in node.names)
        else:
            stored = (each for each in ast.walk(node) if isinstance(each, ast.Name))
            yield from {each.id for each in stored if isinstance(each.ctx, ast.Store)}


def test_no_module_takes_anothers_name() -> None:
    """In the joined file a name that two modules defined would mean the later one's thing."""
    assert [] == [name for name, times in Counter(names(joined())).items() if times > 1]


def test_the_usage_stands_on_top() -> None:
    """An auditor who opens the file reads first what it is for and how it is run."""
    assert joined().startswith(f'"""{usage}"""')


def test_every_line_of_a_module_is_in_the_joined_file() -> None:
    """In its place under the module's heading: imports apart, nothing is changed or left out."""
    position = 0
    for name in MODULES:
        tree = ast.parse(SOURCES[name])
        code = SOURCES[name].splitlines()[_last_import(tree) :]
        position = joined().index(f"- {name}\n", position)
        position = joined().index("\n".join(code), position)


def _last_import(tree: ast.Module) -> int:
    ends = [each.end_lineno for each in tree.body if isinstance(each, ast.Import | ast.ImportFrom)]
    return ends[-1] or 0


def test_the_joined_file_is_the_same_everywhere() -> None:
    """Another process, in whatever order it hashes, joins the same bytes."""
    program = "from audit.standalone import joined; print(joined(), end='')"
    done = [
        subprocess.run(  # noqa: S603 (our own program)
            [sys.executable, "-c", program],
            check=True,
            capture_output=True,
            cwd=FOLDER.parents[1],
            env={"PYTHONHASHSEED": seed},
        )
        for seed in ("1", "2")
    ]

    expected = hashlib.sha256(joined().encode()).hexdigest()
    assert [expected] * 2 == [hashlib.sha256(each.stdout).hexdigest() for each in done]
