"""The permission tables of `docs/access.md`, checked against the whole schema."""

import re
from typing import NamedTuple

import pytest
from graphql import is_composite_type, is_non_null_type

from graph.api.nodes import KINDS
from graph.api.schema import schema
from service.process.caller import ROLE_PERMISSIONS, Permission, Role
from tests.support.edge.operations import operation, root_fields, types_behind
from tests.support.edge.world import GRAPHQL, World
from tests.support.root import ROOT

DOCUMENT = ROOT / "docs" / "access.md"
CORE = schema.core


class Row(NamedTuple):
    """A field's row: the permission that it requires, and the roles that have it."""

    name: str
    argument: str | None
    needs: Permission | None
    roles: frozenset[Role]
    anonymous: bool


def _cells(heading: str) -> list[list[str]]:
    """Returns the rows of the table under a heading, without the table's header."""
    section = DOCUMENT.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2]
    section = section.partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _row(cells: list[str]) -> Row:
    matched = re.fullmatch(r"`(\w+\.\w+)(?:\((\w+):\))?`", cells[0])
    assert matched is not None, cells[0]
    roles = frozenset(role for role, cell in zip(Role, cells[2:5], strict=True) if cell == "yes")
    needs = None if cells[1] == "any token" else Permission(cells[1])
    return Row(matched[1], matched[2], needs, roles, cells[5] == "yes")


FIELDS = [_row(cells) for cells in _cells("Fields")]
TYPES = {
    name: None if needs == "any token" else Permission(needs)
    for needs, names in _cells("Types")
    for name in re.findall(r"`(\w+)`", names)
}


def test_every_field_has_a_row() -> None:
    """Every field has a row that says who may use it, and every row has a field."""
    rows = {row.name for row in FIELDS if row.argument is None}

    assert root_fields(CORE).keys() == rows


def test_every_type_has_a_row() -> None:
    """Every type has a row that says who may receive it, and every row has a type."""
    roots = {"Query", "Mutation", "Subscription", "Node", "UserError"}
    kinds = {
        name
        for name, kind in CORE.type_map.items()
        if is_composite_type(kind) and not name.startswith("__") and name not in roots
    }

    assert kinds == TYPES.keys()


def test_roles() -> None:
    """The table of roles lists the permissions that the service grants."""
    written = {
        Role(role): frozenset(map(Permission, permissions.split(", ")))
        for role, permissions in _cells("Roles")
    }

    assert written == ROLE_PERMISSIONS


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=f"{row.name} {row.argument or ''}") for row in FIELDS]
)
def test_marks_follow_from_permissions(row: Row) -> None:
    """Each row marks exactly the roles that have the permission, and no caller without a token."""
    permitted = {role for role in Role if row.needs is None or row.needs in ROLE_PERMISSIONS[role]}

    assert permitted == row.roles
    assert not row.anonymous


@pytest.mark.parametrize("role", Role)
def test_no_way_around(role: Role) -> None:
    """The fields that a role may use lead to no type that it may not receive."""
    reached = {
        name
        for row in FIELDS
        if role in row.roles and row.name != "Query.node"
        for name in types_behind(CORE, root_fields(CORE)[row.name])
    }
    forbidden = {
        name
        for name in reached
        if (needs := TYPES[name]) is not None and needs not in ROLE_PERMISSIONS[role]
    }

    assert set() == forbidden


def test_nodes() -> None:
    """`node` requires what the type's row says, and knows every type that is a node."""
    node = CORE.type_map["Node"]
    possible = {each.name for each in CORE.get_possible_types(node)}  # type: ignore[arg-type] # an interface

    assert possible == KINDS.keys()
    assert {name: TYPES[name] for name in KINDS} == {
        name: kind.permission for name, kind in KINDS.items()
    }


def test_what_can_be_denied_can_be_null() -> None:
    """A field that needs a permission is nullable, so a denial takes no other field with it."""
    non_null = {
        row.name
        for row in FIELDS
        if row.needs is not None
        and not row.name.startswith("Subscription.")  # its operation has no other field
        and is_non_null_type(root_fields(CORE)[row.name].type)
    }

    assert set() == non_null


@pytest.mark.anyio
async def test_a_denial_beside_other_fields(world: World) -> None:
    """A page that asks for more than its user may see shows what the user may see."""
    answer = await world.ask(
        "{ viewer { role } testEmails { edges { cursor } } auditEvents { edges { cursor } } }",
        role=Role.VIEWER,
    )

    assert {
        "viewer": {"role": "VIEWER"},
        "testEmails": {"edges": []},
        "auditEvents": None,
    } == answer["data"]
    assert [(["auditEvents"], "FORBIDDEN")] == [
        (each["path"], each["extensions"]["code"]) for each in answer["errors"]
    ]


@pytest.mark.anyio
@pytest.mark.parametrize("role", [*Role, None])
async def test_fields(world: World, role: Role | None) -> None:
    """Every field answers the roles that its row permits, and refuses all other callers."""
    found = {}
    expected = {}
    for row in FIELDS:
        follows = row.name.startswith("Subscription.")
        if follows and role in row.roles:
            continue  # it would never end; `test_no_way_around` covers it
        accept = "text/event-stream" if follows else GRAPHQL
        body = {"query": operation(CORE, row.name, row.argument)}
        response = await world.post(body, role=role, accept=accept)
        denied = re.findall("FORBIDDEN|UNAUTHENTICATED", response.text)
        at = f"{row.name} {row.argument or ''}"
        found[at] = sorted(denied)
        permitted = role in row.roles
        expected[at] = [] if permitted else ["UNAUTHENTICATED" if role is None else "FORBIDDEN"]

    assert expected == found
