"""What lies beside the service's tables on PostgreSQL and could have its statements mean others.

Nothing of it belongs there, so whatever is found is told. PostgreSQL's own come first in the path
of schemas, but a function or an operator that fits the types exactly goes before one of
PostgreSQL's that only nearly does. So a path that is set for each connection would not be enough
(docs/decisions.md). What an extension brought is left alone.
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
"""The types of what the service's statements compare, give and take."""

_FIRST_OF_OTHERS: Final = 16_384
"""PostgreSQL's own objects have lower numbers (FirstNormalObjectId in access/transam.h)."""


def _strangers(catalogue: str, where: str = "true") -> str:
    """The rest of a query for what is neither PostgreSQL's own nor an extension's."""
    return (
        f"FROM {catalogue} x WHERE x.oid >= {_FIRST_OF_OTHERS} AND {where} AND NOT EXISTS "
        f"(SELECT FROM pg_depend d WHERE d.classid = '{catalogue}'::regclass "
        "AND d.objid = x.oid AND d.deptype = 'e')"
    )


def _overloads(catalogue: str, name: str, schema: str, *types: str) -> str:
    """Those that are called as one of PostgreSQL's own, which takes other types."""
    same = " AND ".join(f"o.{each} = x.{each}" for each in types)
    namesake = f"SELECT FROM {catalogue} o WHERE o.{name} = x.{name} AND o.oid < {_FIRST_OF_OTHERS}"
    visible = (
        f"x.{schema} IN (SELECT oid FROM pg_namespace WHERE nspname = ANY(CAST(:path AS text[])))"
    )
    return f"{visible} AND EXISTS ({namesake}) AND NOT EXISTS ({namesake} AND {same})"


_FUNCTIONS: Final = (
    "SELECT x.oid::regprocedure::text "
    + _strangers("pg_proc", _overloads("pg_proc", "proname", "pronamespace", "proargtypes"))
    + f" AND x.pronargs > 0 AND x.proargtypes::oid[] <@ {_TYPES}::oid[]"
)
_OPERATORS: Final = (
    "SELECT x.oid::regoperator::text "
    + _strangers(
        "pg_operator", _overloads("pg_operator", "oprname", "oprnamespace", "oprleft", "oprright")
    )
    + f" AND (x.oprleft = 0 OR x.oprleft = ANY({_TYPES})) AND x.oprright = ANY({_TYPES})"
)
_CASTS: Final = (
    "SELECT x.castsource::regtype || ' to ' || x.casttarget::regtype "
    + _strangers("pg_cast")
    + f" AND x.castsource = ANY({_CAST_TYPES}) AND x.casttarget = ANY({_CAST_TYPES})"
)
_EVENT_TRIGGERS: Final = (
    "SELECT x.evtname::text " + _strangers("pg_event_trigger") + " AND x.evtenabled <> 'D'"
)

_SETTINGS: Final = """
SELECT coalesce(r.rolname::text, 'everybody'), each FROM pg_db_role_setting s
CROSS JOIN unnest(s.setconfig) AS each LEFT JOIN pg_roles r ON r.oid = s.setrole
WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
AND (s.setrole = 0 OR has_table_privilege(s.setrole, CAST(:trail AS oid), 'INSERT'))
"""
"""What is set for everybody, or for a role that may write into the trail."""

_QUERIES: Final = {
    "function": _FUNCTIONS,
    "operator": _OPERATORS,
    "cast": _CASTS,
    "event trigger": _EVENT_TRIGGERS,
}
_STRANGE: Final = "somebody else's"
_ON: Final = "on", "true", "yes", "1"
_HARMLESS: Final = {
    "session_replication_role": ("origin",),
    "enable_bitmapscan": _ON,
    "enable_indexonlyscan": _ON,
    "enable_indexscan": _ON,
    "enable_seqscan": _ON,
    "row_security": _ON,
}


def beside(connection: Connection, tables: Tables, schemas: Sequence[str]) -> dict[str, str]:
    """What could come between the service and its tables.

    Args:
        connection: within `look_at_catalogue`.
        tables: ours.
        schemas: the path in which the service looks for names.
    """
    found = {
        f"{kind} {name}": _STRANGE
        for kind, query in _QUERIES.items()
        for name in connection.execute(text(query), {"path": schemas}).scalars().all()
    }
    return found | _path(schemas) | _settings(connection, tables)


def _path(schemas: Sequence[str]) -> dict[str, str]:
    return {} if _own_first(schemas) else {"path of schemas": ", ".join(schemas)}


def _own_first(schemas: Sequence[str]) -> bool:
    """Whether PostgreSQL's own come before everything else but tables of the connection's own."""
    lasting = [each for each in schemas if not each.startswith("pg_temp")]
    return "pg_catalog" not in lasting or lasting[0] == "pg_catalog"


def _settings(connection: Connection, tables: Tables) -> dict[str, str]:
    trail = next((number for number, name in tables.items() if name == "audit_event"), None)
    rows = connection.execute(text(_SETTINGS), {"trail": trail}).all()
    return {
        f"setting of {role}: {setting}": _STRANGE
        for role, setting in rows
        if not _is_harmless(*setting.split("=", 1))
    }


def _is_harmless(name: str, value: str) -> bool:
    if name == "search_path":
        return _own_first([each.strip(' "') for each in value.split(",")])
    return name not in _HARMLESS or value.lower() in _HARMLESS[name]
