"""How numbers and times are written on the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ..clock import SECOND
from ..simulation.behaviour import Kind

_NONE = "\N{EN DASH}"


def day_and_time(milliseconds: int | None) -> str:
    """As `23 Nov 2026, 14:05:09`; a dash for none."""
    if milliseconds is None:
        return _NONE
    moment = datetime.fromtimestamp(milliseconds // SECOND, UTC)
    return f"{moment.day} {moment:%b %Y, %H:%M:%S}"


def day_and_minute(milliseconds: int | None) -> str:
    """As `23 Nov 2026, 14:05`; a dash for none."""
    return day_and_time(milliseconds).rsplit(":", 1)[0]


def grouped(number: int) -> str:
    """As `1,000,000`."""
    return f"{number:,}"


def share(part: int, whole: int) -> str:
    """A percentage with one decimal; a dash of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else _NONE


def in_words(identifier: str) -> str:
    """`http_error` as `Http error`."""
    return identifier.replace("_", " ").capitalize()


def event(kind: int) -> str:
    """The name of what can happen to a mail, by its number in the database: `hard_bounce`."""
    return Kind(kind).name.lower()


FILTERS: dict[str, Callable[..., Any]] = {
    "day_and_time": day_and_time,
    "day_and_minute": day_and_minute,
    "grouped": grouped,
    "share": share,
    "in_words": in_words,
    "event": event,
}
