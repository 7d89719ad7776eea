"""Message templates."""

from __future__ import annotations

import sqlite3

from ..database import LARGEST_ID, Database
from ..errors import NotFound, UsageError


def create(database: Database, account_id: int, name: str, subject: str, html: str) -> int:
    """A new template; its id."""
    _check(name)
    return database.insert(
        "INSERT INTO template (account_id, name, subject, html) VALUES (?, ?, ?, ?)",
        (account_id, name, subject, html),
    )


def update(
    database: Database, account_id: int, template_id: int, name: str, subject: str, html: str
) -> None:
    """Change a template. Raises NotFound."""
    find(database, account_id, template_id)
    _check(name)
    database.execute(
        "UPDATE template SET name = ?, subject = ?, html = ? WHERE id = ?",
        (name, subject, html, template_id),
    )


def find(database: Database, account_id: int, template_id: int) -> sqlite3.Row:
    """A template of the account. Raises NotFound."""
    found = None
    if 0 < template_id <= LARGEST_ID:
        found = database.row(
            "SELECT * FROM template WHERE id = ? AND account_id = ?", (template_id, account_id)
        )
    if found is None:
        raise NotFound(f"There is no template {template_id}.")
    return found


def delete(database: Database, account_id: int, template_id: int) -> None:
    """Remove a template; campaigns that use it keep its number."""
    find(database, account_id, template_id)
    database.execute("DELETE FROM template WHERE id = ?", (template_id,))


def page(database: Database, account_id: int, offset: int, limit: int) -> list[sqlite3.Row]:
    """Templates of the account in the order in which they were made."""
    return database.rows(
        "SELECT * FROM template WHERE account_id = ? ORDER BY id LIMIT ? OFFSET ?",
        (account_id, limit, offset),
    )


def _check(name: str) -> None:
    if not name.strip():
        raise UsageError("A template needs a name.")
