"""The schema of a fresh database of this version: `sqlite.txt` and `postgresql.txt`.

A test creates fresh databases and compares them with the files; `./dev docs` writes the files. A
verification reads them because it has no second PostgreSQL, nor time, to create a database.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_IS = " = "


@cache
def expected_schema(dialect: str) -> Mapping[str, str]:
    """Returns a fresh database's definitions, by the names of `db.schema.actual.read_schema`."""
    written = (files("db") / "schema" / f"{dialect}.txt").read_text(encoding="utf-8")
    lines = (line.partition(_IS) for line in written.splitlines())
    return {name: definition for name, _, definition in lines}


def as_written(schema: Mapping[str, str]) -> str:
    """Formats a schema as the files have it."""
    return "".join(f"{name}{_IS}{definition}\n" for name, definition in sorted(schema.items()))
