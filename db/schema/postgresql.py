"""The service's tables on PostgreSQL with everything attached to them, read from the catalog.

The definitions are composed of the catalog's columns, not taken from the `pg_get_…def` functions:
their output differs between PostgreSQL's versions, and `postgresql.txt` has to fit all of them.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, TypeAlias

from sqlalchemy import Connection, text

Tables: TypeAlias = Mapping[int, str]
"""The names of tables by their object ids (OIDs)."""

_OFF: Final = "D|"


def find_tables(connection: Connection, names: Collection[str]) -> Tables:
    """Finds the tables that the service's statements reach by its tables' names."""
    # No operator, and every other name qualified: no object in the search path can interfere.
    found = {
        name: connection.execute(
            text(f"SELECT pg_catalog.to_regclass('{name}')::pg_catalog.oid")
        ).scalar_one()
        for name in names
    }
    return {oid: name for name, oid in found.items() if oid is not None}


@contextmanager
def catalog_names_only(connection: Connection) -> Iterator[list[str]]:
    """Makes every name in the block mean PostgreSQL's own object; yields the outer search path.

    Otherwise a table with the name of a catalog's table, or an operator, could forge the answers.
    """
    with connection.begin_nested() as savepoint:
        path = connection.execute(
            text("SELECT pg_catalog.current_schemas(true)::pg_catalog.text[]")
        )
        search_path: list[str] = path.scalar_one()
        connection.execute(
            text("SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true)")
        )
        yield search_path
        # This restores the search path, too.
        savepoint.rollback()


def read_table_schema(connection: Connection, tables: Tables) -> dict[str, str]:
    """Reads the definitions of the tables and of everything attached to them, by name."""
    found: dict[str, str] = {}
    for kind, query in _QUERIES.items():
        rows = connection.execute(text(query), {"tables": list(tables)})
        for oid, name, definition in rows:
            found[f"{kind} {tables[oid]}{name and f': {name}'}"] = definition
    return found


def is_off(definition: str) -> bool:
    """Returns whether a definition is that of a disabled trigger."""
    return definition.startswith(_OFF)


_SERVICE_TABLES: Final = "ANY(CAST(:tables AS oid[]))"

_TABLES: Final = f"""
SELECT c.oid, '', concat_ws(', ', c.relkind::text, c.relpersistence::text,
    CASE WHEN c.relrowsecurity OR c.relforcerowsecurity THEN 'row security' END,
    CASE WHEN c.relispartition THEN 'a partition' END,
    CASE WHEN c.relnamespace <> (SELECT relnamespace FROM pg_class
        WHERE oid = {_SERVICE_TABLES} AND relname = 'audit_event') THEN 'in another schema' END)
FROM pg_class c WHERE c.oid = {_SERVICE_TABLES}
"""

# `translate` removes parentheses, which PostgreSQL's versions place differently. A collation is
# part of the definition only as far as it differs from the type's own.
_COLUMNS: Final = f"""
SELECT a.attrelid, a.attname, concat_ws(', ',
    CASE WHEN n.nspname <> 'pg_catalog' THEN n.nspname || '.' ELSE '' END || t.typname,
    nullif(a.atttypmod, -1), CASE WHEN a.attnotnull THEN 'not null' END,
    nullif(a.attgenerated::text, ''), nullif(a.attidentity::text, ''),
    CASE WHEN a.attcollation <> t.typcollation THEN 'collated' END,
    translate(pg_get_expr(d.adbin, d.adrelid), '()', ''))
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = {_SERVICE_TABLES} AND a.attnum > 0 AND NOT a.attisdropped
"""

# Since PostgreSQL 18, NOT NULL is a constraint, too ('n'); `_COLUMNS` covers it in all versions.
_CONSTRAINTS: Final = f"""
SELECT k.conrelid, k.conname, concat_ws(', ', k.contype::text,
    CASE WHEN NOT k.convalidated THEN 'not validated' END,
    CASE WHEN k.condeferrable THEN 'deferrable' END,
    array_to_string(ARRAY(SELECT a.attname FROM unnest(k.conkey) WITH ORDINALITY u (number, place)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number
        ORDER BY u.place), ' '),
    translate(pg_get_expr(k.conbin, k.conrelid), '()', ''))
FROM pg_constraint k WHERE k.conrelid = {_SERVICE_TABLES} AND k.contype <> 'n'
"""

_REFERENCES: Final = f"""
SELECT k.confrelid, k.conrelid::regclass || '.' || k.conname, 'a foreign key'
FROM pg_constraint k WHERE k.confrelid = {_SERVICE_TABLES}
"""

_INDEXES: Final = f"""
SELECT i.indrelid, c.relname, concat_ws(', ', m.amname,
    CASE WHEN i.indisunique THEN 'unique' END, CASE WHEN i.indisprimary THEN 'primary' END,
    CASE WHEN i.indisexclusion THEN 'exclusion' END,
    CASE WHEN NOT i.indimmediate THEN 'deferrable' END,
    CASE WHEN NOT (i.indisvalid AND i.indisready AND i.indislive) THEN 'not in use' END,
    CASE WHEN i.indpred IS NOT NULL THEN 'partial' END,
    CASE WHEN i.indexprs IS NOT NULL THEN 'of expressions' END,
    array_to_string(ARRAY(SELECT concat_ws(' ', a.attname,
            CASE WHEN n.nspname <> 'pg_catalog' THEN n.nspname END, o.opcname,
            CASE WHEN u.sorting <> 0 THEN 'order ' || u.sorting END,
            CASE WHEN u.ruling <> a.attcollation THEN 'collated' END)
        FROM unnest(i.indkey::int2[], i.indclass::oid[], i.indcollation::oid[], i.indoption::int2[])
            WITH ORDINALITY AS u (number, class, ruling, sorting, place)
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.number
        LEFT JOIN pg_opclass o ON o.oid = u.class LEFT JOIN pg_namespace n ON n.oid = o.opcnamespace
        ORDER BY u.place), ', '))
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
WHERE i.indrelid = {_SERVICE_TABLES}
"""

# Internal triggers, too: a fresh database has none on these tables, and an attacker can mark any
# trigger as internal.
_TRIGGERS: Final = f"""
SELECT t.tgrelid, t.tgname, concat_ws('|', t.tgenabled::text, t.tgtype, btrim(p.prosrc),
    t.tgqual::text, nullif(array_to_string(t.tgattr, ','), ''), nullif(encode(t.tgargs, 'hex'), ''),
    nullif(l.lanname, 'plpgsql'), array_to_string(p.proconfig, ','),
    CASE WHEN p.prosecdef THEN 'as its owner' END, CASE WHEN t.tgisinternal THEN 'internal' END,
    CASE WHEN t.tgconstraint <> 0 THEN 'constraint' END,
    CASE WHEN p.proleakproof THEN 'leakproof' END,
    CASE WHEN p.pronamespace <> c.relnamespace THEN 'from another schema' END)
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_language l ON l.oid = p.prolang
WHERE t.tgrelid = {_SERVICE_TABLES}
"""

_RULES: Final = (
    f"SELECT ev_class, rulename, 'a rule' FROM pg_rewrite WHERE ev_class = {_SERVICE_TABLES}"
)

_INHERITANCE: Final = f"""
SELECT inhparent, inhrelid::regclass::text, 'a child'
FROM pg_inherits WHERE inhparent = {_SERVICE_TABLES}
UNION ALL
SELECT inhrelid, inhparent::regclass::text, 'a parent'
FROM pg_inherits WHERE inhrelid = {_SERVICE_TABLES}
"""

_QUERIES: Final = {
    "table": _TABLES,
    "column of": _COLUMNS,
    "constraint of": _CONSTRAINTS,
    "reference to": _REFERENCES,
    "index of": _INDEXES,
    "trigger on": _TRIGGERS,
    "rule on": _RULES,
    "inheritance of": _INHERITANCE,
}
"""By the kind of object: a query for a table's OID, the object's name and its definition."""
