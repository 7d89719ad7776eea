"""The recipients of launched campaigns and what each of them did."""

from __future__ import annotations

import sqlite3

from ..database import Database

CONDITION_BY_ACTIVITY = {
    "opened": "opens > 0",
    "clicked": "clicks > 0",
    "forwarded": "forwards > 0",
    "unsubscribed": "unsubscribes > 0",
    "bounced": "bounce > 0",
    "nothing": "opens = 0 AND bounce = 0",
}

def page(
    database: Database,
    campaign: sqlite3.Row,
    updated_after: int | None,
    offset: int,
    limit: int,
) -> list[sqlite3.Row]:
    """Recipients that the campaign has been sent to, by address; `updated_after` includes its end.

    Without a filter the position in the table is the position in the answer, wherever it is.
    """
    if updated_after is None:
        return database.rows(
            "SELECT * FROM campaign_recipient"
            " WHERE campaign_id = ? AND position >= ? AND position < ? ORDER BY position",
            (campaign["id"], offset, min(offset + limit, campaign["emails_sent"])),
        )
    return database.rows(
        "SELECT * FROM campaign_recipient"
        " WHERE campaign_id = ? AND position < ? AND updated_at >= ?"
        " ORDER BY position LIMIT ? OFFSET ?",
        (campaign["id"], campaign["emails_sent"], updated_after, limit, offset),
    )


def search(
    database: Database,
    campaign: sqlite3.Row,
    text: str,
    offset: int,
    limit: int,
    activity: str = "",
) -> list[sqlite3.Row]:
    """Recipients whose address contains `text`, by address, all or those of one activity."""
    return database.rows(
        "SELECT * FROM campaign_recipient"
        " WHERE campaign_id = ? AND position < ? AND instr(lower(email), ?)"
        f" AND {CONDITION_BY_ACTIVITY.get(activity, '1')} ORDER BY position LIMIT ? OFFSET ?",
        (campaign["id"], campaign["emails_sent"], text.lower(), limit, offset),
    )
