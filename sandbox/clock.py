"""Time as the sandbox sees it: the computer's clock, put forward or stopped on request.

All times inside the sandbox are integers, milliseconds since 1970 (UTC).
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

from .database import Database

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE


class Clock:
    """Kept in the database, so that a restart neither revives a token nor undoes an event."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def now(self) -> int:
        """Milliseconds since 1970 in the sandbox's time."""
        frozen_at = self._database.setting("clock_frozen_at")
        return int(frozen_at) if frozen_at else _system_time() + self._offset()

    def advance(self, milliseconds: int) -> None:
        """Put the clock forward. Time never goes back: what has happened stays in the past."""
        if self.is_frozen():
            self._database.set_setting("clock_frozen_at", str(self.now() + milliseconds))
        else:
            self._database.set_setting("clock_offset", str(self._offset() + milliseconds))

    def freeze(self) -> None:
        """Stop the clock; only `advance` moves it then."""
        self._database.set_setting("clock_frozen_at", str(self.now()))

    def run(self) -> None:
        """Let a stopped clock run on from where it stands."""
        if self.is_frozen():
            self._database.set_setting("clock_offset", str(self.now() - _system_time()))
            self._database.set_setting("clock_frozen_at", "")

    def reset(self) -> None:
        """The computer's own time again."""
        self._database.set_setting("clock_frozen_at", "")
        self._database.set_setting("clock_offset", "")

    def is_frozen(self) -> bool:
        """Whether only `advance` moves the time."""
        return bool(self._database.setting("clock_frozen_at"))

    def _offset(self) -> int:
        return int(self._database.setting("clock_offset") or 0)


def _system_time() -> int:
    return time.time_ns() // 1_000_000


def to_iso(milliseconds: int | None) -> str | None:
    """ISO 8601 in UTC with milliseconds, as the API writes times."""
    if milliseconds is None:
        return None
    seconds, rest = divmod(milliseconds, SECOND)
    whole = datetime.fromtimestamp(seconds, UTC).isoformat()
    return f"{whole[:19]}.{rest:03d}Z"


def from_iso(text: str) -> int:
    """Milliseconds since 1970 of an ISO 8601 time with an offset, rounded down.

    Raises ValueError if `text` is none, OverflowError if it is out of range.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no offset from UTC")
    difference = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (difference.days * 86400 + difference.seconds) * SECOND + difference.microseconds // 1000
