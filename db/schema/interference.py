"""Objects and settings, outside the service's tables, that can change what its statements do.

This exists on PostgreSQL only. Built-in objects come first in the search path, but a function or
operator whose types fit exactly wins over a built-in one whose types need a conversion. An operator
`=` on `(text, varchar)`, for example, can make any access token valid. So it would not be enough to
set `search_path` for each connection (docs/decisions.md): this module searches for such objects.
A fresh database has none, so each of them is reported, except the objects of extensions.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, text

from db.schema.postgresql import Tables

_PLAIN: Final = "text, varchar, bpchar, name, int2, int4, int8, bytea, bool, tsvector, tsquery"
_LISTS: Final = "text[], varchar[], int2[], int4[], int8[]"
_ANY: Final = r'anyelement, anyarray, anynonarray, anycompatible, anycompatiblearray, "\"any\""'
_CAST_TYPES: Final = f"'{{{_PLAIN}}}'::regtype[]"
_TYPES: Final = f"'{{{_PLAIN}, {_LISTS}, {_ANY}}}'::regtype[]"
"""The types of the values that the service's statements compare, pass and return."""

_FIRST_USER_OID: Final = 16_384
"""Built-in objects have lower object ids (FirstNormalObjectId in access/transam.h)."""


def _user_objects(catalog: str, where: str = "true") -> str:
    """Builds FROM and WHERE for the objects that are neither built in nor an extension's."""
    return (
        f"FROM {catalog} x WHERE x.oid >= {_FIRST_USER_OID} AND {where} AND NOT EXISTS "
        f"(SELECT FROM pg_depend d WHERE d.classid = '{catalog}'::regclass "
        "AND d.objid = x.oid AND d.deptype = 'e')"
    )


def _overloads(catalog: str, name: str, schema: str, *types: str) -> str:
    """Builds the condition for objects in the search path that overload a built-in one."""
    same = " AND ".join(f"o.{each} = x.{each}" for each in types)
    namesake = f"SELECT FROM {catalog} o WHERE o.{name} = x.{name} AND o.oid < {_FIRST_USER_OID}"
    visible = (
        f"x.{schema} IN (SELECT oid FROM pg_namespace WHERE nspname = ANY(CAST(:path AS text[])))"
    )
    return f"{visible} AND EXISTS ({namesake}) AND NOT EXISTS ({namesake} AND {same})"


_FUNCTIONS: Final = (
    "SELECT x.oid::regprocedure::text "
    + _user_objects("pg_proc", _overloads("pg_proc", "proname", "pronamespace", "proargtypes"))
    + f" AND x.pronargs > 0 AND x.proargtypes::oid[] <@ {_TYPES}::oid[]"
)
_OPERATORS: Final = (
    "SELECT x.oid::regoperator::text "
    + _user_objects(
        "pg_operator", _overloads("pg_operator", "oprname", "oprnamespace", "oprleft", "oprright")
    )
    + f" AND (x.oprleft = 0 OR x.oprleft = ANY({_TYPES})) AND x.oprright = ANY({_TYPES})"
)
_CASTS: Final = (
    "SELECT x.castsource::regtype || ' to ' || x.casttarget::regtype "
    + _user_objects("pg_cast")
    + f" AND x.castsource = ANY({_CAST_TYPES}) AND x.casttarget = ANY({_CAST_TYPES})"
)
_EVENT_TRIGGERS: Final = (
    "SELECT x.evtname::text " + _user_objects("pg_event_trigger") + " AND x.evtenabled <> 'D'"
)

_SETTINGS: Final = """
SELECT coalesce(r.rolname::text, 'all roles'), each FROM pg_db_role_setting s
CROSS JOIN unnest(s.setconfig) AS each LEFT JOIN pg_roles r ON r.oid = s.setrole
WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
AND (s.setrole = 0 OR has_table_privilege(s.setrole, CAST(:trail AS oid), 'INSERT'))
"""
"""The settings of all roles, and of each role that may write into the trail."""

_QUERIES: Final = {
    "function": _FUNCTIONS,
    "operator": _OPERATORS,
    "cast": _CASTS,
    "event trigger": _EVENT_TRIGGERS,
}
_NOT_EXPECTED: Final = "not the service's own"
_ENABLED: Final = "on", "true", "yes", "1"
_HARMLESS: Final = {
    "session_replication_role": ("origin",),
    "enable_bitmapscan": _ENABLED,
    "enable_indexonlyscan": _ENABLED,
    "enable_indexscan": _ENABLED,
    "enable_seqscan": _ENABLED,
    "row_security": _ENABLED,
}


def read_interference(
    connection: Connection, tables: Tables, search_path: Sequence[str]
) -> dict[str, str]:
    """Finds what can change the effect of the service's statements, by name.

    Args:
        connection: within `catalog_names_only`.
        tables: the service's tables.
        search_path: the schemas in which the service's statements look for names, in order.
    """
    found = {
        f"{kind} {name}": _NOT_EXPECTED
        for kind, query in _QUERIES.items()
        for name in connection.execute(text(query), {"path": search_path}).scalars().all()
    }
    return found | _search_path(search_path) | _settings(connection, tables)


def _search_path(schemas: Sequence[str]) -> dict[str, str]:
    return {} if _is_catalog_first(schemas) else {"search path": ", ".join(schemas)}


def _is_catalog_first(schemas: Sequence[str]) -> bool:
    """Returns whether no schema but the connection's temporary one is searched before `pg_catalog`.

    PostgreSQL searches `pg_catalog` first if the path does not contain it.
    """
    permanent = [each for each in schemas if not each.startswith("pg_temp")]
    return "pg_catalog" not in permanent or permanent[0] == "pg_catalog"


def _settings(connection: Connection, tables: Tables) -> dict[str, str]:
    trail = next((oid for oid, name in tables.items() if name == "audit_event"), None)
    rows = connection.execute(text(_SETTINGS), {"trail": trail}).all()
    return {
        f"setting of {role}: {setting}": _NOT_EXPECTED
        for role, setting in rows
        if not _is_harmless(*setting.split("=", 1))
    }


def _is_harmless(name: str, value: str) -> bool:
    if name == "search_path":
        return _is_catalog_first([each.strip(' "') for each in value.split(",")])
    return name not in _HARMLESS or value.lower() in _HARMLESS[name]
