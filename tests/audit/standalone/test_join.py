"""The single file that exports include, and the modules from which it is joined."""

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
SOURCES = {
    ".".join(path.relative_to(FOLDER).with_suffix("").parts): path.read_text(encoding="utf-8")
    for path in FOLDER.rglob("*.py")
}


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
    """All modules are joined, except the program that joins them and the package's `__init__`."""
    assert {"__init__", "formats.__init__", "join", *MODULES} == SOURCES.keys()


@pytest.mark.parametrize("name", MODULES)
def test_modules_import_only_the_standard_library_and_earlier_modules(name: str) -> None:
    """The modules can be joined in this order, and need nothing of the service."""
    before = {f"audit.standalone.{each}" for each in MODULES[: MODULES.index(name)]}
    others = {each for each in imported(SOURCES[name]) if each not in before}

    assert set() == {each.partition(".")[0] for each in others} - sys.stdlib_module_names


def test_the_joined_file_needs_the_standard_library() -> None:
    """The file imports only what Python includes, each module once."""
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
    """No two modules define the same name, because the later would replace the earlier."""
    assert [] == [name for name, times in Counter(names(joined())).items() if times > 1]


def test_the_usage_is_at_the_top() -> None:
    """An auditor who opens the file first reads its purpose and usage."""
    assert joined().startswith(f'"""{usage}"""')


def test_every_line_of_a_module_is_in_the_joined_file() -> None:
    """Except for the imports, nothing in a module is changed or left out."""
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
    """Another process, with another hash seed, joins the same bytes."""
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
