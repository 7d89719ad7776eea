"""How PostgreSQL carries out the queries of a piece of work."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from odoo.sql_db import Cursor

READS = ("SELECT", "WITH")


def of(env: Any, work: Callable[[], Any]) -> list[dict[str, str]]:
    """The statement and plan of each query that ``work`` makes, in their order."""
    statements: list[str] = []
    execute = Cursor.execute

    def noting(cursor: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        result = execute(cursor, query, *arguments, **options)
        statements.append(cursor._obj.query.decode())
        return result

    with patch.object(Cursor, "execute", noting):
        work()
    return [
        {"statement": " ".join(statement.split()), "plan": _plan(env, statement)}
        for statement in statements
        if statement.lstrip().upper().startswith(READS)
    ]


def _plan(env: Any, statement: str) -> str:
    with env.cr._cnx.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}")  # pylint: disable=sql-injection
        return "\n".join(line for [line] in cursor.fetchall())
