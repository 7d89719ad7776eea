"""Which calls came in and what was answered: no header and no body is ever kept."""

from __future__ import annotations

import sqlite3
from dataclasses import astuple, dataclass

from ..database import Database

KEPT = 20_000
_PRUNED_EVERY = 500


@dataclass
class Call:
    """One call. `items`: recipients in its body. `query`: only parameters of the contract."""

    at: int
    account: str | None
    operation: str
    method: str
    path: str
    query: str
    items: int | None
    status: int
    code: str
    fault: str
    milliseconds: float


def record(database: Database, call: Call) -> None:
    """Note a call and count it under its operation."""
    with database.transaction():
        call_id = database.insert(
            "INSERT INTO call (at, account, operation, method, path, query, items, status, code,"
            " fault, milliseconds) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            astuple(call),
        )
        failed = not 200 <= call.status < 300
        database.execute(
            "INSERT INTO call_count VALUES (?, 1, ?) ON CONFLICT DO UPDATE"
            " SET calls = calls + 1, failures = failures + excluded.failures",
            (call.operation, failed),
        )
        if call_id % _PRUNED_EVERY == 0:
            database.execute("DELETE FROM call WHERE id <= ?", (call_id - KEPT,))


def counts(database: Database) -> list[sqlite3.Row]:
    """`operation`, `calls` and `failures` of each operation that was called."""
    return database.rows("SELECT * FROM call_count ORDER BY operation")


def recent(database: Database, operation: str | None, after: int, limit: int) -> list[sqlite3.Row]:
    """The latest calls with an id above `after`, the newest first, of one operation or all."""
    return database.rows(
        "SELECT * FROM call WHERE id > ? AND operation = coalesce(?, operation)"
        " ORDER BY id DESC LIMIT ?",
        (after, operation, limit),
    )


def clear(database: Database) -> None:
    """Forget all calls and start the counts anew."""
    with database.transaction():
        database.execute("DELETE FROM call")
        database.execute("DELETE FROM call_count")
