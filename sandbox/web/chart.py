"""The chart of a campaign: opens and clicks over its life, as the numbers of an SVG picture."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from dataclasses import dataclass

from ..clock import HOUR, MINUTE, SECOND
from ..database import Database
from ..simulation.behaviour import Kind
from ..simulation.timeline import chart_step

WIDTH = 720
HEIGHT = 180
_OPENS = (Kind.FIRST_OPEN, Kind.OPEN)
_CLICKS = (Kind.FIRST_CLICK, Kind.CLICK)
_FEWEST_BARS = 24
_MARKS = 4


@dataclass(frozen=True)
class Bar:
    """One stretch of time: where it stands in the picture, and how much happened."""

    x: float
    width: float
    opens: int
    clicks: int
    opens_height: float
    clicks_height: float
    label: str


class Chart:
    """`bars` and `marks` (x, text) of the picture; `highest` is what its full height stands for."""

    def __init__(self, database: Database, campaign: sqlite3.Row) -> None:
        self._step = chart_step(campaign["speed"])
        amounts = _amounts(database, campaign["id"])
        count = max([_FEWEST_BARS, *(bucket + 1 for bucket, _kind in amounts)])
        opens = [sum(amounts[bucket, kind] for kind in _OPENS) for bucket in range(count)]
        clicks = [sum(amounts[bucket, kind] for kind in _CLICKS) for bucket in range(count)]
        self.is_empty = not any(opens)
        self.highest = max(1, *opens)
        self.width, self.height = WIDTH, HEIGHT
        self.bars = [
            self._bar(bucket, count, *numbers)
            for bucket, numbers in enumerate(zip(opens, clicks, strict=True))
        ]
        self.marks = [
            (round(WIDTH * part / _MARKS, 1), self._time(count * part // _MARKS))
            for part in range(1, _MARKS)
        ]

    def _bar(self, bucket: int, count: int, opens: int, clicks: int) -> Bar:
        width = WIDTH / count
        gap = min(1.5, width / 5)
        return Bar(
            x=round(bucket * width, 2),
            width=round(width - gap, 2),
            opens=opens,
            clicks=clicks,
            opens_height=round(HEIGHT * opens / self.highest, 1),
            clicks_height=round(HEIGHT * clicks / self.highest, 1),
            label=self._time(bucket),
        )

    def _time(self, bucket: int) -> str:
        return f"after {_duration(bucket * self._step)}"


def _amounts(database: Database, campaign_id: int) -> defaultdict[tuple[int, int], int]:
    amounts: defaultdict[tuple[int, int], int] = defaultdict(int)
    for row in database.rows("SELECT * FROM activity WHERE campaign_id = ?", (campaign_id,)):
        amounts[row["bucket"], row["kind"]] = row["amount"]
    return amounts


def _duration(milliseconds: int) -> str:
    if milliseconds < 2 * MINUTE:
        return f"{milliseconds // SECOND} s"
    if milliseconds < 2 * HOUR:
        return f"{milliseconds // MINUTE} min"
    return f"{milliseconds / HOUR:g} h"
