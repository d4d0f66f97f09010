"""Joins this folder's modules into the one file that every bundle includes as `verify.py`.

An auditor reads and runs a single file; the service imports the same code as modules. Each module
is a docstring, its imports and its code, and uses only the modules before it in `MODULES`.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from importlib.resources import files
from typing import Final

_PACKAGE: Final = "audit.standalone"
MODULES: Final = (
    *(f"formats.{name}" for name in ("encoding", "ed25519", "tree", "canonical", "keys", "notes")),
    *("kept", "findings", "trust", "events", "bundle", "checkpoints", "check", "report"),
    *("proof", "main"),
)


@cache
def joined() -> str:
    """Returns the text of `verify.py`: main's docstring, each import once, the modules' code."""
    imports: defaultdict[str, set[str]] = defaultdict(set)
    parts = [_part(name, imports) for name in MODULES]
    plain = [f"import {name}\n" for name in sorted(imports.pop(""))]
    chosen = [
        f"from {name} import {', '.join(sorted(imports[name]))}\n" for name in sorted(imports)
    ]
    usage = (ast.get_docstring(ast.parse(_source(MODULES[-1])), clean=False) or "").rstrip()
    future = "from __future__ import annotations\n"
    head = f'"""{usage}\n"""\n\n{future}\n{"".join(plain)}{"".join(chosen)}'
    return "\n\n".join([head, *parts])


def _part(name: str, imports: defaultdict[str, set[str]]) -> str:
    """Returns a module's code under a heading; adds its imports from elsewhere to `imports`."""
    source = _source(name)
    tree = ast.parse(source)
    found = [each for each in tree.body if isinstance(each, ast.Import | ast.ImportFrom)]
    for each in found:
        module = (each.module or "") if isinstance(each, ast.ImportFrom) else ""
        if module != "__future__" and not module.startswith(_PACKAGE):
            imports[module].update(alias.name for alias in each.names)
    code = source.splitlines()[found[-1].end_lineno :]
    about = [] if name == MODULES[-1] else (ast.get_docstring(tree) or "").splitlines()
    heading = [f"# {'-' * (75 - len(name))} {name}", *(f"# {line}".rstrip() for line in about)]
    return "\n".join([*heading, *code]) + "\n"


def _source(name: str) -> str:
    path = f"{name.replace('.', '/')}.py"
    return files(_PACKAGE).joinpath(path).read_text(encoding="utf-8")
