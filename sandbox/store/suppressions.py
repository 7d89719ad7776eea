"""Who has unsubscribed from an account, and which addresses it refuses."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from ..addresses import address_key
from ..database import Database
from ..errors import UsageError
from . import lists


def suppress(
    database: Database, account_id: int, emails: Iterable[str], reason: str, now: int
) -> None:
    """Addresses that never again get mail of this account; they leave all its lists."""
    with database.transaction():
        for email in emails:
            key = address_key(email)
            database.execute(
                "INSERT INTO suppression VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (account_id, key, email, reason, now),
            )
            lists.remove_everywhere(database, account_id, key)


def lift(database: Database, account_id: int, email: str) -> None:
    """Let an address be added again, as when the person has subscribed anew."""
    database.execute(
        "DELETE FROM suppression WHERE account_id = ? AND key = ?", (account_id, address_key(email))
    )


def page(
    database: Database, account_id: int, search: str, offset: int, limit: int
) -> list[sqlite3.Row]:
    """Suppressed addresses that contain `search`, the latest first."""
    return database.rows(
        "SELECT email, reason, at FROM suppression WHERE account_id = ? AND instr(key, ?)"
        " ORDER BY at DESC, key LIMIT ? OFFSET ?",
        (account_id, address_key(search), limit, offset),
    )


def count(database: Database, account_id: int) -> int:
    """How many addresses are suppressed."""
    return int(
        database.value("SELECT count(*) FROM suppression WHERE account_id = ?", (account_id,))
    )


def refuse(database: Database, account_id: int, email: str, message: str) -> None:
    """Answer `invalid` with this message for an address, or for a whole domain as `@domain`."""
    if "@" not in email:
        raise UsageError("Refuse an address, or a domain written as @example.com.")
    database.execute(
        "INSERT INTO refusal VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET message = excluded.message",
        (account_id, address_key(email), message or "This address is refused."),
    )


def accept(database: Database, account_id: int, email: str | None = None) -> None:
    """No longer refuse an address, or any if none is named."""
    database.execute(
        "DELETE FROM refusal WHERE account_id = ? AND key = coalesce(?, key)",
        (account_id, address_key(email) if email else None),
    )


def refusals(database: Database, account_id: int) -> list[sqlite3.Row]:
    """All refused addresses and domains."""
    return database.rows(
        "SELECT key, message FROM refusal WHERE account_id = ? ORDER BY key", (account_id,)
    )
