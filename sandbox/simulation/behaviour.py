"""How people behave: what each recipient will do, drawn from the seed and the address alone.

The same seed, campaign and address give the same events, whoever else is mailed and in whatever
order the list was filled.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from enum import IntEnum
from random import Random

from ..addresses import address_key
from ..clock import HOUR, MINUTE, SECOND
from ..errors import UsageError

HORIZON = 72 * HOUR
_MEDIAN_OPENING_DELAY = 3 * HOUR
_SPREAD_OF_OPENING_DELAYS = 1.5
_MEAN_TIME_BETWEEN_OPENS = 6 * HOUR
_CHANCE_OF_ANOTHER_OPEN = 0.45
_CHANCE_OF_ANOTHER_CLICK = 0.25
_MOST_REPEATS = 12


class Kind(IntEnum):
    """What can happen to one mail. The first of its kind is told apart for the unique figures."""

    FIRST_OPEN = 1
    OPEN = 2
    FIRST_CLICK = 3
    CLICK = 4
    FIRST_FORWARD = 5
    FORWARD = 6
    UNSUBSCRIBE = 7
    HARD_BOUNCE = 8
    SOFT_BOUNCE = 9


Event = tuple[int, Kind]
"""Milliseconds after the delivery, and what happens then."""


@dataclass(frozen=True)
class Rates:
    """Shares of all recipients, 0 to 1. Who clicks, forwards or unsubscribes has opened before."""

    hard_bounce: float = 0.01
    soft_bounce: float = 0.015
    open: float = 0.35
    click: float = 0.06
    forward: float = 0.005
    unsubscribe: float = 0.004

    def __post_init__(self) -> None:
        if any(not 0 <= rate <= 1 for rate in vars(self).values()):
            raise UsageError("A rate is a share from 0 to 1.")
        if self.hard_bounce + self.soft_bounce + self.open > 1 + 1e-9:
            raise UsageError("The rates of bounces and opens can't be more than 1 together.")
        if max(self.click, self.forward, self.unsubscribe) > self.open:
            raise UsageError("Nobody clicks, forwards or unsubscribes without opening first.")


class Behaviour:
    """The events of each recipient of one campaign."""

    def __init__(self, seed: int, external_id: str, rates: Rates) -> None:
        self._rates = rates
        self._bounced_below = rates.hard_bounce + rates.soft_bounce
        self._active_below = self._bounced_below + rates.open
        self._base = hashlib.blake2b(f"{seed}\0{external_id}\0".encode(), digest_size=8)

    def events(self, email: str) -> list[Event]:
        """All that the recipient will do, in the order in which it happens."""
        base = self._base.copy()
        base.update(address_key(email).encode())
        number = int.from_bytes(base.digest())
        fate = number / 2**64
        if fate >= self._active_below:
            return []
        random = Random(number)
        if fate < self._rates.hard_bounce:
            return [(random.randrange(SECOND, MINUTE), Kind.HARD_BOUNCE)]
        if fate < self._bounced_below:
            return [(random.randrange(5 * MINUTE, 12 * HOUR), Kind.SOFT_BOUNCE)]
        return self._reader(random)

    def _reader(self, random: Random) -> list[Event]:
        opens = _opening_times(random)
        events = _numbered(opens, Kind.FIRST_OPEN, Kind.OPEN)
        share = self._rates.open
        if random.random() * share < self._rates.click:
            clicks = [_soon(random, random.choice(opens), 3 * MINUTE) for _ in _repeats(random)]
            events += _numbered(sorted(clicks), Kind.FIRST_CLICK, Kind.CLICK)
        if random.random() * share < self._rates.forward:
            forwards = [_soon(random, random.choice(opens), 10 * MINUTE)]
            events += _numbered(forwards, Kind.FIRST_FORWARD, Kind.FORWARD)
        if random.random() * share < self._rates.unsubscribe:
            events.append((_soon(random, opens[0], 5 * MINUTE), Kind.UNSUBSCRIBE))
        return sorted(events)


def _opening_times(random: Random) -> list[int]:
    delay = random.lognormvariate(math.log(_MEDIAN_OPENING_DELAY), _SPREAD_OF_OPENING_DELAYS)
    first = int(delay) + 5 * SECOND
    if first >= HORIZON:
        first = random.randrange(HORIZON // 2, HORIZON)
    times = [first]
    while len(times) < _MOST_REPEATS and random.random() < _CHANCE_OF_ANOTHER_OPEN:
        again = times[-1] + SECOND + int(random.expovariate(1 / _MEAN_TIME_BETWEEN_OPENS))
        if again > HORIZON:
            break
        times.append(again)
    return times


def _repeats(random: Random) -> range:
    count = 1
    while count < _MOST_REPEATS and random.random() < _CHANCE_OF_ANOTHER_CLICK:
        count += 1
    return range(count)


def _soon(random: Random, after: int, within: int) -> int:
    return after + random.randrange(2 * SECOND, within)


def _numbered(times: list[int], first: Kind, later: Kind) -> list[Event]:
    return [(time, later if index else first) for index, time in enumerate(times)]
