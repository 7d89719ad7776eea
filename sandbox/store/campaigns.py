"""Campaigns: what they say, not what became of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from ..database import LARGEST_ID, Database
from ..errors import NotFound

COLUMN_BY_FIELD = {
    "externalId": "external_id",
    "name": "name",
    "subject": "subject",
    "description": "description",
    "fromName": "from_name",
    "fromEmail": "from_email",
    "replyRedirectEmail": "reply_redirect_email",
    "testEmail": "test_email",
    "templateId": "template_id",
}


def create(database: Database, account_id: int, fields: Mapping[str, Any], now: int) -> int:
    """A new draft of the fields of the contract's `CampaignFields`; its id."""
    columns = [COLUMN_BY_FIELD[name] for name in fields]
    return database.insert(
        f"INSERT INTO campaign (account_id, created_at, {', '.join(columns)})"
        f" VALUES (?, ?{', ?' * len(columns)})",
        (account_id, now, *fields.values()),
    )


def update(database: Database, campaign_id: int, fields: Mapping[str, Any]) -> None:
    """Change the fields that are given and leave the others."""
    if fields:
        assignments = ", ".join(f"{COLUMN_BY_FIELD[name]} = ?" for name in fields)
        database.execute(
            f"UPDATE campaign SET {assignments} WHERE id = ?", (*fields.values(), campaign_id)
        )


def find(database: Database, account_id: int, campaign_id: int) -> sqlite3.Row:
    """A campaign of the account. Raises NotFound."""
    found = None
    if 0 < campaign_id <= LARGEST_ID:
        found = database.row(
            "SELECT * FROM campaign WHERE id = ? AND account_id = ?", (campaign_id, account_id)
        )
    if found is None:
        raise NotFound(f"There is no campaign {campaign_id}.")
    return found


def delete(database: Database, account_id: int, campaign_id: int) -> None:
    """Remove a campaign with all that became of it."""
    find(database, account_id, campaign_id)
    with database.transaction():
        database.execute("DELETE FROM event WHERE campaign_id = ?", (campaign_id,))
        database.execute("DELETE FROM campaign WHERE id = ?", (campaign_id,))


def page(
    database: Database, account_id: int, external_id: str | None, offset: int, limit: int
) -> list[sqlite3.Row]:
    """Campaigns in the order in which they were made, all or those of an external id."""
    condition = "" if external_id is None else " AND external_id = :external_id"
    return database.rows(
        f"SELECT * FROM campaign WHERE account_id = :account{condition}"
        " ORDER BY id LIMIT :limit OFFSET :offset",
        {"account": account_id, "external_id": external_id, "limit": limit, "offset": offset},
    )


def latest(database: Database, account_id: int, offset: int, limit: int) -> list[sqlite3.Row]:
    """Campaigns of the account, the newest first."""
    return database.rows(
        "SELECT * FROM campaign WHERE account_id = ? ORDER BY id DESC LIMIT ? OFFSET ?",
        (account_id, limit, offset),
    )
