"""The one SQLite connection, and the transactions on it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from .errors import UsageError

Parameters = Sequence[Any] | Mapping[str, Any]
APPLICATION_ID = 0x434D5342
SCHEMA_VERSION = 1
LARGEST_ID = 2**63 - 1


class Database:
    """One connection behind one lock: operations are whole and never overlap.

    `path` is a file or `memory`. Raises UsageError if the file isn't one of ours or is in use.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._depth = 0
        try:
            self._connection = self._open(":memory:" if path == "memory" else path)
        except sqlite3.Error as error:
            raise UsageError(f"The database {path} can't be used: {_reason(error)}.") from error

    def _open(self, path: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            path, timeout=1, isolation_level=None, check_same_thread=False, cached_statements=500
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -131072")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("COMMIT")
        _prepare(connection, self.path)
        return connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing; inside another transaction it is a part of that one."""
        with self._lock:
            if self._depth:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1

    def execute(self, statement: str, parameters: Parameters = ()) -> int:
        """Run one statement; the number of rows that it changed."""
        with self._lock:
            return self._connection.execute(statement, parameters).rowcount

    def insert(self, statement: str, parameters: Parameters = ()) -> int:
        """Run one INSERT; the id of the new row."""
        with self._lock:
            return self._connection.execute(statement, parameters).lastrowid or 0

    def execute_many(self, statement: str, parameters: Iterable[Parameters]) -> None:
        """Run one statement for each of the parameter rows."""
        with self._lock:
            self._connection.executemany(statement, parameters)

    def rows(self, query: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        with self._lock:
            return self._connection.execute(query, parameters).fetchall()

    def row(self, query: str, parameters: Parameters = ()) -> sqlite3.Row | None:
        """The first row of a query, if there is one."""
        with self._lock:
            found: sqlite3.Row | None = self._connection.execute(query, parameters).fetchone()
            return found

    def value(self, query: str, parameters: Parameters = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.row(query, parameters)
        return found[0] if found else None

    def setting(self, name: str) -> str:
        """A stored setting; empty if there is none."""
        return self.value("SELECT value FROM setting WHERE name = ?", (name,)) or ""

    def set_setting(self, name: str, value: str) -> None:
        """Store a setting under its name."""
        self.execute(
            "INSERT INTO setting VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            (name, value),
        )

    def clear(self) -> None:
        """Delete all rows of all tables but the settings."""
        with self.transaction():
            self.execute("PRAGMA defer_foreign_keys = ON")
            for table in self.rows("SELECT name FROM sqlite_schema WHERE type = 'table'"):
                if table["name"] not in ("setting", "sqlite_sequence"):
                    self.execute(f'DELETE FROM "{table["name"]}"')

    def close(self) -> None:
        """Write everything to the one file and let go of it."""
        with self._lock:
            self._connection.close()


def _prepare(connection: sqlite3.Connection, path: str) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if tables and application != APPLICATION_ID:
        raise UsageError(f"The database {path} belongs to another program; name another file.")
    if tables and version != SCHEMA_VERSION:
        raise UsageError(
            f"The database {path} was made by another version of the sandbox; "
            "delete it or name another file."
        )
    if not tables:
        connection.executescript(files(__package__).joinpath("schema.sql").read_text("utf-8"))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _reason(error: sqlite3.Error) -> str:
    if "locked" in str(error):
        return "another sandbox is using it"
    return str(error)
