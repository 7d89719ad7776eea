"""Launching a campaign: who gets it, and everything that they will do with it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..database import Database
from ..errors import UsageError
from ..store import campaigns, lists, templates
from . import progress
from .behaviour import Behaviour, Kind, Rates
from .timeline import Timeline, chart_step, plan

_ROW = "INSERT INTO campaign_recipient VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_FASTEST = 86_400.0


@dataclass(frozen=True)
class Order:
    """How to launch. `speed`: seconds of the campaign's life per second, None for at once."""

    seed: int
    speed: float | None = None
    rates: Rates = field(default_factory=Rates)

    def __post_init__(self) -> None:
        if self.speed is not None and not 0 < self.speed <= _FASTEST:
            raise UsageError(f"The speed is a number above 0 and up to {_FASTEST:.0f}.")


def launch(
    database: Database, account_id: int, campaign_id: int, list_id: int, order: Order, now: int
) -> int:
    """Send a draft to a list, without those who have unsubscribed; the number of recipients."""
    with database.transaction():
        chosen = lists.find(database, account_id, list_id)
        emails = list(lists.unsuppressed_addresses(database, account_id, list_id))
        if not emails:
            raise UsageError(f"The list {chosen['name']} has nobody who may be mailed.")
        _send(database, account_id, campaign_id, chosen["name"], emails, order, now)
    return len(emails)


def populate(
    database: Database, account_id: int, campaign_id: int, count: int, order: Order, now: int
) -> None:
    """Send a draft to that many made-up people who are on no list."""
    if count < 1:
        raise UsageError("A campaign needs one recipient at least.")
    emails = lists.made_up_addresses(range(1, count + 1))
    with database.transaction():
        _send(database, account_id, campaign_id, f"{count} made-up people", emails, order, now)


def _send(
    database: Database,
    account_id: int,
    campaign_id: int,
    list_name: str,
    emails: Sequence[str],
    order: Order,
    now: int,
) -> None:
    campaign = campaigns.find(database, account_id, campaign_id)
    if campaign["status"] != "draft":
        raise UsageError(f"The campaign {campaign['name']} has been launched already.")
    templates.find(database, account_id, campaign["template_id"])
    timeline = plan(now, len(emails), order.speed)
    _mark_launched(database, campaign_id, list_name, order, timeline)
    behaviour = Behaviour(order.seed, campaign["external_id"], order.rates)
    if order.speed is None:
        _happened(database, campaign, behaviour, timeline, emails, now)
    else:
        _will_happen(database, campaign_id, behaviour, timeline, emails, order.speed)
    progress.catch_up(database, now)


def _mark_launched(
    database: Database, campaign_id: int, list_name: str, order: Order, timeline: Timeline
) -> None:
    database.execute(
        "UPDATE campaign SET status = 'scheduled', list_name = ?, seed = ?, speed = ?,"
        " sending_at = ?, sending_ends_at = ?, recipient_count = ? WHERE id = ?",
        (
            list_name,
            order.seed,
            order.speed,
            timeline.sending_at,
            timeline.sending_ends_at,
            timeline.recipient_count,
            campaign_id,
        ),
    )


def _will_happen(
    database: Database,
    campaign_id: int,
    behaviour: Behaviour,
    timeline: Timeline,
    emails: Sequence[str],
    speed: float,
) -> None:
    def rows() -> Iterator[tuple[object, ...]]:
        for position, email in enumerate(emails):
            delivered_at = timeline.delivered_at(position)
            yield campaign_id, position, email, 0, 0, 0, 0, 0, None, None, None, None, delivered_at

    def events() -> Iterator[tuple[int, ...]]:
        for position, email in enumerate(emails):
            delivered_at = timeline.delivered_at(position)
            for sequence, (delay, kind) in enumerate(behaviour.events(email)):
                yield delivered_at + int(delay / speed), campaign_id, position, sequence, kind

    database.execute_many(_ROW, rows())
    # In the order of the table, which is several times faster.
    database.execute_many("INSERT INTO event VALUES (?, ?, ?, ?, ?)", sorted(events()))
    database.execute(
        "UPDATE campaign SET ends_at = max(sending_ends_at,"
        " (SELECT coalesce(max(at), 0) FROM event WHERE campaign_id = campaign.id)) WHERE id = ?",
        (campaign_id,),
    )


def _happened(
    database: Database,
    campaign: sqlite3.Row,
    behaviour: Behaviour,
    timeline: Timeline,
    emails: Sequence[str],
    now: int,
) -> None:
    """Write what the events come to, without a detour over the table of events."""
    activity: Counter[tuple[int, Kind]] = Counter()
    unsubscribed: list[str] = []
    step = chart_step(None)
    campaign_id = campaign["id"]

    def rows() -> Iterator[tuple[object, ...]]:
        for position, email in enumerate(emails):
            planned = behaviour.events(email)
            if not planned:
                yield campaign_id, position, email, *_NOTHING, now
                continue
            delivered_at = timeline.delivered_at(position)
            events = [(delivered_at + delay, kind) for delay, kind in planned]
            for at, kind in events:
                activity[(at - timeline.sending_at) // step, kind] += 1
                if kind is Kind.UNSUBSCRIBE:
                    unsubscribed.append(email)
            yield campaign_id, position, email, *_outcome(events), now

    database.execute_many(_ROW, rows())
    progress.note_activity(database, campaign_id, activity)
    progress.note_unsubscriptions(database, campaign, unsubscribed, now)


_NOTHING: tuple[int | None, ...] = (0, 0, 0, 0, 0, None, None, None, None)


def _outcome(events: Sequence[tuple[int, Kind]]) -> tuple[int | None, ...]:
    """Bounce, opens, clicks, forwards, unsubscribes, first and last open, first and last click."""
    kinds = [kind for _at, kind in events]
    opens = [at for at, kind in events if kind in (Kind.FIRST_OPEN, Kind.OPEN)]
    clicks = [at for at, kind in events if kind in (Kind.FIRST_CLICK, Kind.CLICK)]
    forwards = sum(kind in (Kind.FIRST_FORWARD, Kind.FORWARD) for kind in kinds)
    bounce = kinds[0] if kinds[0] in (Kind.HARD_BOUNCE, Kind.SOFT_BOUNCE) else 0
    return (
        bounce,
        len(opens),
        len(clicks),
        forwards,
        kinds.count(Kind.UNSUBSCRIBE),
        *((opens[0], opens[-1]) if opens else (None, None)),
        *((clicks[0], clicks[-1]) if clicks else (None, None)),
    )
