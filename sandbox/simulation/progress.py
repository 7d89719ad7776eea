"""Letting the time pass: what was planned for a launched campaign happens when it is due."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from ..database import Database
from ..store import suppressions
from .behaviour import Kind
from .timeline import Timeline, chart_step

_BATCH = 5_000
_CHANGE_OF_ROW = {
    Kind.FIRST_OPEN: "opens = opens + 1, first_open = :at, last_open = :at",
    Kind.OPEN: "opens = opens + 1, last_open = :at",
    Kind.FIRST_CLICK: "clicks = clicks + 1, first_click = :at, last_click = :at",
    Kind.CLICK: "clicks = clicks + 1, last_click = :at",
    Kind.FIRST_FORWARD: "forwards = forwards + 1",
    Kind.FORWARD: "forwards = forwards + 1",
    Kind.UNSUBSCRIBE: "unsubscribes = unsubscribes + 1",
    Kind.HARD_BOUNCE: f"bounce = {Kind.HARD_BOUNCE:d}",
    Kind.SOFT_BOUNCE: f"bounce = {Kind.SOFT_BOUNCE:d}",
}
_TOTALS = {
    Kind.FIRST_OPEN: ("unique_opens", "total_opens"),
    Kind.OPEN: ("total_opens",),
    Kind.FIRST_CLICK: ("unique_clicks", "total_clicks"),
    Kind.CLICK: ("total_clicks",),
    Kind.FIRST_FORWARD: ("unique_forwards", "total_forwards"),
    Kind.FORWARD: ("total_forwards",),
    Kind.UNSUBSCRIBE: ("unsubscribes",),
    Kind.HARD_BOUNCE: ("hard_bounces",),
    Kind.SOFT_BOUNCE: ("soft_bounces",),
}


def catch_up(database: Database, now: int) -> None:
    """Let everything happen that is due at `now`; costs two look-ups if nothing is."""
    for campaign in database.rows(
        "SELECT * FROM campaign WHERE status IN ('scheduled', 'sending')"
    ):
        _deliver(database, campaign, now)
    while database.value("SELECT 1 FROM event WHERE at <= ? LIMIT 1", (now,)):
        with database.transaction():
            _apply_batch(database, now)


def note_activity(
    database: Database, campaign_id: int, activity: Mapping[tuple[int, Kind], int]
) -> None:
    """Add counts by (stretch of the chart, kind) to the chart and to the campaign's totals."""
    database.execute_many(
        "INSERT INTO activity VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET amount = amount + excluded.amount",
        [(campaign_id, bucket, kind, amount) for (bucket, kind), amount in activity.items()],
    )
    totals: Counter[str] = Counter()
    for (_bucket, kind), amount in activity.items():
        for column in _TOTALS[kind]:
            totals[column] += amount
    for column, amount in totals.items():
        database.execute(
            f"UPDATE campaign SET {column} = {column} + ? WHERE id = ?", (amount, campaign_id)
        )


def note_unsubscriptions(
    database: Database, campaign: sqlite3.Row, emails: Iterable[str], now: int
) -> None:
    """Who unsubscribes from a campaign gets no more mail of its account."""
    reason = f"Unsubscribed from {campaign['name']}"
    suppressions.suppress(database, campaign["account_id"], emails, reason, now)


def _deliver(database: Database, campaign: sqlite3.Row, now: int) -> None:
    timeline = Timeline(
        campaign["sending_at"], campaign["sending_ends_at"], campaign["recipient_count"]
    )
    database.execute(
        "UPDATE campaign SET emails_sent = ?, status = ? WHERE id = ?",
        (timeline.delivered_by(now), timeline.status(now), campaign["id"]),
    )


def _apply_batch(database: Database, now: int) -> None:
    events = database.rows(
        "SELECT * FROM event WHERE at <= ? ORDER BY at, campaign_id, position, sequence LIMIT ?",
        (now, _BATCH),
    )
    if not events:  # another thread was faster
        return
    by_kind: defaultdict[int, list[sqlite3.Row]] = defaultdict(list)
    by_campaign: defaultdict[int, list[sqlite3.Row]] = defaultdict(list)
    for event in events:
        by_kind[event["kind"]].append(event)
        by_campaign[event["campaign_id"]].append(event)
    for kind in sorted(by_kind):
        _change_rows(database, Kind(kind), by_kind[kind])
    for campaign_id, its_events in by_campaign.items():
        _change_campaign(database, campaign_id, its_events)
    database.execute(
        "DELETE FROM event WHERE (at, campaign_id, position, sequence) <= (?, ?, ?, ?)",
        tuple(events[-1])[:4],
    )


def _change_rows(database: Database, kind: Kind, events: list[sqlite3.Row]) -> None:
    database.execute_many(
        f"UPDATE campaign_recipient SET {_CHANGE_OF_ROW[kind]}, updated_at = max(updated_at, :at)"
        " WHERE campaign_id = :campaign AND position = :position",
        [
            {"at": row["at"], "campaign": row["campaign_id"], "position": row["position"]}
            for row in events
        ],
    )


def _change_campaign(database: Database, campaign_id: int, events: list[sqlite3.Row]) -> None:
    campaign = database.row("SELECT * FROM campaign WHERE id = ?", (campaign_id,))
    assert campaign is not None
    step = chart_step(campaign["speed"])
    activity = Counter(
        ((event["at"] - campaign["sending_at"]) // step, Kind(event["kind"])) for event in events
    )
    note_activity(database, campaign_id, activity)
    for event in events:
        if event["kind"] == Kind.UNSUBSCRIBE:
            email = database.value(
                "SELECT email FROM campaign_recipient WHERE campaign_id = ? AND position = ?",
                (campaign_id, event["position"]),
            )
            note_unsubscriptions(database, campaign, [email], event["at"])
