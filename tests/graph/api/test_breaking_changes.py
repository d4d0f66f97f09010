"""A schema change that breaks clients of the last release must be announced in the changelog."""

import re
import subprocess
from typing import Final

import pytest
from graphql import build_schema
from graphql.utilities import find_breaking_changes

from graph.api.schema import printed_schema
from tests.support.root import ROOT

OLD: Final = "type Query { a(x: Int): Int b: Int } enum E { ONE }"


def unannounced(old: str, new: str, changelog: str) -> list[str]:
    """Returns the breaking changes between two schemas whose element the changelog does not name.

    The changelog announces them under the heading 'Breaking' in its section on the next release.
    """
    breaking = _section("### Breaking", _section("## Unreleased", changelog))
    announced = set(re.findall(r"`([\w.]+)`", breaking))
    changes = find_breaking_changes(build_schema(old), build_schema(new))
    found = [each.description for each in changes]
    return [each for each in found if not announced & set(re.findall(r"[\w.]*\w", each))]


def _section(heading: str, text: str) -> str:
    """Returns the text under a heading, up to the next heading of its level."""
    level = heading.partition(" ")[0]
    under = f"\n{text}".partition(f"\n{heading}\n")[2]
    return f"\n{under}".partition(f"\n{level} ")[0]


@pytest.mark.parametrize(
    ("new", "changelog", "expected"),
    [
        pytest.param(OLD + " type New { a: Int }", "", 0, id="an addition"),
        pytest.param("type Query { a(x: Int): Int } enum E { ONE }", "", 1, id="a field removed"),
        pytest.param(
            "type Query { a(x: Int!): Int b: Int } enum E { ONE }", "", 1, id="an argument required"
        ),
        pytest.param(
            "type Query { a(x: Int): Int } enum E { ONE }",
            "# Changelog\n\n## Unreleased\n\n### Breaking\n\n- `Query.b` went.\n\n## 0.1\n",
            0,
            id="announced",
        ),
        pytest.param(
            "type Query { a(x: Int): Int } enum E { ONE }",
            "# Changelog\n\n## Unreleased\n\n## 0.1\n\n### Breaking\n\n- `Query.b` went.\n",
            1,
            id="announced for an earlier release",
        ),
    ],
)
def test_unannounced(new: str, changelog: str, expected: int) -> None:
    """A breaking change counts unless the changelog of the next release names what it breaks."""
    assert expected == len(unannounced(OLD, new, changelog))


def test_against_the_last_release() -> None:
    """Nothing that clients use is removed or changed without an announcement."""
    tag = _git("describe", "--tags", "--abbrev=0", "--match", "v*")
    released = _git("show", f"{tag.strip()}:schema.graphql") if tag else None
    if released is None:
        pytest.skip("there is no release to compare with")
    changelog = ROOT / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8") if changelog.is_file() else ""

    assert [] == unannounced(released, printed_schema(), text)


def _git(*arguments: str) -> str | None:
    done = subprocess.run(  # noqa: S603 (constant arguments, no input)
        ["git", *arguments],  # noqa: S607 (any git)
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    return done.stdout if done.returncode == 0 else None
