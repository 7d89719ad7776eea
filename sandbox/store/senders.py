"""Sender addresses that are registered with an account."""

from __future__ import annotations

from ..addresses import address_key, domain_key, is_address
from ..database import Database
from ..errors import UsageError


def register(database: Database, account_id: int, email: str) -> None:
    """Register an address, or all of a domain as `@domain`."""
    if not is_address(f"any{email}" if email.startswith("@") else email):
        raise UsageError(f"{email} is neither an e-mail address nor a domain like @example.com.")
    database.execute(
        "INSERT INTO sender VALUES (?, ?) ON CONFLICT DO NOTHING", (account_id, address_key(email))
    )


def remove(database: Database, account_id: int, email: str) -> None:
    """Remove an address or `@domain` from the registered ones."""
    database.execute(
        "DELETE FROM sender WHERE account_id = ? AND key = ?", (account_id, address_key(email))
    )


def registered(database: Database, account_id: int) -> list[str]:
    """All registered addresses and domains."""
    rows = database.rows("SELECT key FROM sender WHERE account_id = ? ORDER BY key", (account_id,))
    return [row["key"] for row in rows]


def may_send(database: Database, account_id: int, email: str) -> bool:
    """Whether campaigns of the account may come from this address."""
    key = address_key(email)
    return bool(
        database.value(
            "SELECT 1 FROM account WHERE id = ? AND (any_sender OR EXISTS"
            " (SELECT 1 FROM sender WHERE account_id = account.id AND key IN (?, ?)))",
            (account_id, key, domain_key(key)),
        )
    )
