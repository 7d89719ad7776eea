"""What a database has, for comparing two of them."""

from __future__ import annotations

from typing import Any

from tools import databases, versions
from tools.postgres import Server

# What records of the addon say, beside the ids, dates and people of one database.
RECORDS = {
    "ir_rule": "domain_force, perm_read, perm_write, perm_create, perm_unlink, active",
    "ir_model_access": "perm_read, perm_write, perm_create, perm_unlink, active",
    "ir_act_server": "name, code, state, usage, binding_type",
    "ir_ui_menu": "name, sequence, active",
    "ir_ui_view": "arch_db, priority, mode, active",
    "ir_cron": "interval_type, active, user_id",
}


def structure(server: Server, database: str) -> set[str]:
    """Columns with their types, constraints, indexes and views, each as its definition."""
    with server.cursor(database) as cursor:
        found = versions.Database(cursor)
        columns = {
            f"{table}.{name}: {kind}"
            for table, names in found.columns.items()
            for name, (kind, _is_required) in names.items()
        }
        queries = (versions.CONSTRAINTS, versions.INDEXES, versions.VIEWS)
        return columns.union(*(found.pairs(query).values() for query in queries))


def our_names(server: Server, database: str) -> set[str]:
    """The external ids of the addon."""
    query = "SELECT name FROM ir_model_data WHERE module = %s"
    return {name for [name] in rows(server, database, query, databases.ADDON)}


def rows(server: Server, database: str, query: str, *values: object) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with server.cursor(database) as cursor:
        cursor.execute(query, values or None)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def records(server: Server, database: str, table: str) -> dict[str, tuple[Any, ...]]:
    """{name: what it says} of the addon's records of one of `RECORDS`."""
    columns = ", ".join(f"record.{name}" for name in RECORDS[table].split(", "))
    query = f"""
        SELECT data.name AS external_name, {columns}
          FROM ir_model_data data JOIN {table} record ON record.id = data.res_id
         WHERE data.module = %s AND data.model = ANY(%s)
    """
    models = [
        table.replace("_", "."),
        *(m for m, t in versions.ACTION_TABLES.items() if t == table),
    ]
    models += ["ir.model.access"] if table == "ir_model_access" else []
    found = rows(server, database, query, databases.ADDON, models)
    return {name: tuple(values) for name, *values in found}
