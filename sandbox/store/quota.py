"""How many calls an account has made and may still make."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from ..clock import HOUR, SECOND
from ..database import Database
from ..errors import ApiError, UsageError
from . import accounts


@dataclass(frozen=True)
class Quota:
    """The state of an account's limits; `hour_ends_at` in milliseconds since 1970."""

    hourly_limit: int
    calls_this_hour: int
    hour_ends_at: int
    monthly_limit: int
    calls_this_month: int

    @property
    def left_this_hour(self) -> int:
        """Calls that the hourly limit still allows."""
        return max(0, self.hourly_limit - self.calls_this_hour)

    @property
    def left_this_month(self) -> int:
        """Calls that the monthly limit still allows."""
        return max(0, self.monthly_limit - self.calls_this_month)


def current(account: sqlite3.Row, now: int) -> Quota:
    """The quota at `now`: an hour starts with its first call, a month is one of the calendar."""
    started_at = account["hour_started_at"]
    same_hour = now < started_at + HOUR
    return Quota(
        hourly_limit=account["hourly_limit"],
        calls_this_hour=account["calls_this_hour"] if same_hour else 0,
        hour_ends_at=(started_at if same_hour else now) + HOUR,
        monthly_limit=account["monthly_limit"],
        calls_this_month=account["calls_this_month"] if account["month"] == _month(now) else 0,
    )


def count_call(database: Database, account: sqlite3.Row, now: int) -> Quota:
    """Count one call and return what is left.

    Raises ApiError `hourly_limit` or `monthly_limit` if none was left; such a call isn't counted.
    """
    quota = current(account, now)
    if not quota.left_this_hour:
        raise ApiError("hourly_limit", f"The {quota.hourly_limit} calls of this hour are used up.")
    if not quota.left_this_month:
        raise ApiError(
            "monthly_limit", f"The {quota.monthly_limit} calls of this month are used up."
        )
    store(database, account["id"], now, quota, quota.calls_this_hour + 1)
    return current(accounts.by_id(database, account["id"]), now)


def store(
    database: Database,
    account_id: int,
    now: int,
    quota: Quota,
    calls_this_hour: int,
    calls_this_month: int | None = None,
) -> None:
    """Write the counters of the hour and the month that `now` is in."""
    if calls_this_month is None:
        calls_this_month = quota.calls_this_month + 1
    database.execute(
        "UPDATE account SET hour_started_at = ?, calls_this_hour = ?, month = ?,"
        " calls_this_month = ? WHERE id = ?",
        (quota.hour_ends_at - HOUR, calls_this_hour, _month(now), calls_this_month, account_id),
    )


def set_limits(database: Database, account_id: int, changes: dict[str, float], now: int) -> None:
    """Change limits and counters of an account.

    Keys: `hourly_limit`, `monthly_limit`, `token_minutes`, `calls_this_hour`, `calls_this_month`.
    """
    with database.transaction():
        for name, value in changes.items():
            if value < 0:
                raise UsageError(f"{name} can't be negative.")
        for name in ("hourly_limit", "monthly_limit", "token_minutes"):
            if name in changes:
                database.execute(
                    f"UPDATE account SET {name} = ? WHERE id = ?", (changes[name], account_id)
                )
        quota = current(accounts.by_id(database, account_id), now)
        store(
            database,
            account_id,
            now,
            quota,
            int(changes.get("calls_this_hour", quota.calls_this_hour)),
            int(changes.get("calls_this_month", quota.calls_this_month)),
        )


def headers(quota: Quota, token_ends_at: int) -> dict[str, str]:
    """The rate-limit headers of an answer by our names; times are whole seconds since 1970."""
    return {
        "rateLimit": str(quota.hourly_limit),
        "rateRemaining": str(quota.left_this_hour),
        "rateReset": str(-(-quota.hour_ends_at // SECOND)),
        "tokenReset": str(token_ends_at // SECOND),
    }


def _month(now: int) -> str:
    return f"{datetime.fromtimestamp(now / SECOND, UTC):%Y-%m}"
