"""The recipients of launched campaigns and what each of them did."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict

from ..database import Database

CONDITION_BY_ACTIVITY = {
    "opened": "opens > 0",
    "clicked": "clicks > 0",
    "forwarded": "forwards > 0",
    "unsubscribed": "unsubscribes > 0",
    "bounced": "bounce > 0",
    "nothing": "opens = 0 AND bounce = 0",
}
# Up to here it is faster to sort the rows that changed than to look through all rows.
_FEW = 5_000
_MOST_BOOKMARKS = 1_000


class Bookmarks:
    """Where the next page of a filtered reading begins: (campaign, filter, offset) to position.

    A row that matches `updatedAfter` goes on doing so, so that a bookmark never leaves one out.
    """

    def __init__(self) -> None:
        self._positions: OrderedDict[tuple[int, int, int], int] = OrderedDict()

    def find(self, campaign_id: int, updated_after: int, offset: int) -> int | None:
        """The position of the first row of the page at `offset`, if the page before was read."""
        return self._positions.get((campaign_id, updated_after, offset))

    def put(self, campaign_id: int, updated_after: int, offset: int, position: int) -> None:
        """Remember where the page at `offset` begins."""
        self._positions[campaign_id, updated_after, offset] = position
        while len(self._positions) > _MOST_BOOKMARKS:
            self._positions.popitem(last=False)


def page(database: Database, campaign: sqlite3.Row, offset: int, limit: int) -> list[sqlite3.Row]:
    """Recipients that the campaign has been sent to, by address, wherever they are in the table."""
    return database.rows(
        "SELECT * FROM campaign_recipient"
        " WHERE campaign_id = ? AND position >= ? AND position < ? ORDER BY position",
        (campaign["id"], offset, min(offset + limit, campaign["emails_sent"])),
    )


def changed_page(
    database: Database,
    bookmarks: Bookmarks,
    campaign: sqlite3.Row,
    updated_after: int,
    offset: int,
    limit: int,
) -> list[sqlite3.Row]:
    """The same of those only that changed at or after a time.

    The last row of a full answer is taken for the first one of the next page.
    """
    if _oldest_change(database, campaign["id"]) >= updated_after:
        return page(database, campaign, offset, limit)
    start = bookmarks.find(campaign["id"], updated_after, offset)
    few = _are_few(database, campaign["id"], updated_after)
    rows = database.rows(
        "SELECT * FROM campaign_recipient"
        f" {'INDEXED BY campaign_recipient_updated' if few else 'NOT INDEXED'}"
        " WHERE campaign_id = ? AND position >= ? AND position < ? AND updated_at >= ?"
        " ORDER BY position LIMIT ? OFFSET ?",
        (
            campaign["id"],
            start or 0,
            campaign["emails_sent"],
            updated_after,
            limit,
            offset if start is None else 0,
        ),
    )
    if len(rows) == limit:
        next_offset = offset + limit - 1
        bookmarks.put(campaign["id"], updated_after, next_offset, rows[-1]["position"])
    return rows


def _oldest_change(database: Database, campaign_id: int) -> int:
    oldest = database.value(
        "SELECT min(updated_at) FROM campaign_recipient WHERE campaign_id = ?", (campaign_id,)
    )
    return int(oldest or 0)


def _are_few(database: Database, campaign_id: int, updated_after: int) -> bool:
    count = database.value(
        "SELECT count(*) FROM (SELECT 1 FROM campaign_recipient"
        " WHERE campaign_id = ? AND updated_at >= ? LIMIT ?)",
        (campaign_id, updated_after, _FEW),
    )
    return int(count) < _FEW


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
