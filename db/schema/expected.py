"""The schema that a fresh database of this version has: `schema/sqlite.txt`, `postgresql.txt`.

A test makes such a database and holds the files to it; `./dev docs` writes them. They are kept
because a verification has no other PostgreSQL at hand to make one in, and no time to.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_IS = " = "


@cache
def expected_schema(dialect: str) -> Mapping[str, str]:
    """What must stand, by name, as `db.schema.standing.read_schema` tells it."""
    written = (files("db") / "schema" / f"{dialect}.txt").read_text(encoding="utf-8")
    lines = (line.partition(_IS) for line in written.splitlines())
    return {name: told for name, _, told in lines}


def as_written(schema: Mapping[str, str]) -> str:
    """A schema as the files have it."""
    return "".join(f"{name}{_IS}{told}\n" for name, told in sorted(schema.items()))
