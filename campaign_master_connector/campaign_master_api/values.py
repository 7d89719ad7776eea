"""One value of an answer, read as generously as it can mean one thing only.

Each reader returns the value, or None where it can't be read. None itself and what stands for it
never get here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from .text import clean_email, clean_name, clean_text, clean_word, is_identifier
from .text import without_blanks_around as stripped

MAX_COUNT = 2**31 - 1
MAX_EXACT = 2**53
MAX_TOKEN = 8192
MAX_ID_DIGITS = 64
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
CLOCK_TOLERANCE = timedelta(days=2)
# Unix times of this size are milliseconds: as seconds they would be after the year 5000.
FROM_HERE_MILLISECONDS = 1e11
YEARS_OF_NO_DATE = (1, 1900)
_LONGEST_MOMENT = 64
_COUNT = re.compile(r"[0-9]{1,10}(\.0{1,10})?")
_RATE = re.compile(r"[0-9]{1,10}(\.[0-9]{1,30})?")
_UNIX = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")
_DOTNET = re.compile(r"/Date\((-?[0-9]{1,15})([+-][0-9]{4})?\)/")
_ISO = re.compile(
    r"([0-9]{4})[-/]?([0-9]{2})[-/]?([0-9]{2})"
    r"(?:[T ]\s?([0-9]{2}:?[0-9]{2}(?::?[0-9]{2}(?:[.,][0-9]{1,30})?)?))?"
    r"\s?(Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?",
    re.IGNORECASE,
)
_TRUE = frozenset({"true", "yes", "y", "t", "on", "1", "1.0"})
_FALSE = frozenset({"false", "no", "n", "f", "off", "0", "0.0"})


class NoDate(Exception):
    """A moment that systems write where they have none: year 1 or 1900."""


def is_count(value: Any) -> bool:
    """Whether the value is a number from 0 that a database can hold."""
    return type(value) in (int, float) and 0 <= value <= MAX_COUNT


def read_count(value: Any) -> int | None:
    """A whole number from 0, also as 12.0 or as text."""
    if isinstance(value, str):
        text = value.strip()
        number = float(text) if _COUNT.fullmatch(text) else -1.0
        return int(number) if is_count(number) else None
    return int(value) if is_count(value) and value == int(value) else None


def read_rate(value: Any) -> float | None:
    """A number from 0, also as text, with or without the sign of per cent."""
    if isinstance(value, str):
        text = value.strip().removesuffix("%").rstrip()
        value = float(text) if _RATE.fullmatch(text) else None
    return float(value) if is_count(value) else None


def read_flag(value: Any) -> bool | None:
    """True or false, also as 1 and 0 or as a word."""
    word = as_word(value).casefold() if isinstance(value, (bool, int, float, str)) else ""
    return True if word in _TRUE else False if word in _FALSE else None


def read_identifier(value: Any) -> str | None:
    """An id as text: 1 to 64 characters, or a number above 0."""
    if type(value) is float and value.is_integer() and value < MAX_EXACT:
        value = int(value)
    if type(value) is int:
        return str(value) if 0 < value < 10**MAX_ID_DIGITS else None
    text = value.strip() if isinstance(value, str) else ""
    return text if is_identifier(text) else None


def read_name(value: Any) -> str | None:
    """A text on one line, also from a number."""
    text = _text(value)
    return None if text is None else clean_name(text)


def read_text(value: Any) -> str | None:
    """A text, also from a number."""
    text = _text(value)
    return None if text is None else clean_text(text)


def read_reference(value: Any) -> str | None:
    """A key, also from a number; one that could not be ours is as good as none."""
    text = _text(value)
    return None if text is None else as_reference(text)


def as_reference(text: str) -> str:
    """A key is never repaired."""
    return text if text.isprintable() else ""


def read_email(value: Any) -> str | None:
    """An address without what stands around it; nothing where there is no address at all."""
    text = stripped(value) if isinstance(value, str) else ""
    return clean_email(text) or None


def read_word(value: Any) -> str | None:
    """A word such as a status, as the server wrote it, cut at 64."""
    return clean_word(as_word(value)) if isinstance(value, (bool, int, float, str)) else None


def is_usable_token(value: object) -> bool:
    """Whether `value` can be sent in a header."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= MAX_TOKEN
        and value.isascii()
        and value.isprintable()
        and " " not in value
    )


def read_moment(value: Any) -> datetime | None:
    """A moment in UTC from 2000 to now, in any usual form that names one moment only.

    Raises NoDate for year 1 and 1900.
    """
    moment = moment_in(value)
    if moment is not None and moment.year in YEARS_OF_NO_DATE:
        raise NoDate
    if moment is None or not EARLIEST <= moment <= datetime.now(UTC) + CLOCK_TOLERANCE:
        return None
    return moment


def moment_in(value: Any) -> datetime | None:
    """A moment in UTC of whatever year: ISO 8601, /Date(ms)/, Unix time, a date of HTTP."""
    if type(value) in (int, float):
        return unix_moment(float(value)) if abs(value) < MAX_EXACT else None
    if not isinstance(value, str) or len(value) > _LONGEST_MOMENT:
        return None
    return _moment_of_text(value.strip())


def unix_moment(number: float) -> datetime | None:
    """The moment of a Unix time in seconds or milliseconds; None where no calendar reaches it."""
    seconds = number / 1000 if abs(number) >= FROM_HERE_MILLISECONDS else number
    return _after_1970(seconds)


def _after_1970(seconds: float) -> datetime | None:
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return None


@lru_cache(maxsize=1024)
def _moment_of_text(text: str) -> datetime | None:
    if found := _DOTNET.fullmatch(text):
        # The offset says only in which zone the moment was shown.
        return _after_1970(int(found[1]) / 1000)
    if _UNIX.fullmatch(text):
        moment = unix_moment(float(text))
        if moment is not None and (moment >= EARLIEST or moment.year in YEARS_OF_NO_DATE):
            return moment
    if found := _ISO.fullmatch(text):
        return _iso_moment(*found.groups())
    return _moment_of_http(text)


def _iso_moment(
    year: str, month: str, day: str, time: str | None, zone: str | None
) -> datetime | None:
    if int(year) in YEARS_OF_NO_DATE:
        return datetime(int(year), 1, 1, tzinfo=UTC)
    offset = "+00:00" if zone is None or zone.upper() in ("Z", "UTC", "GMT") else zone
    # Without a time an offset would move the day.
    clock = (time or "00:00").replace(":", "")
    try:
        moment = datetime.fromisoformat(f"{year}{month}{day}T{clock}{offset.replace(':', '')}")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _moment_of_http(text: str) -> datetime | None:
    if not text.endswith(" GMT") or "," not in text:
        return None
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def as_word(value: Any) -> str:
    """A plain value of JSON as a contract writes it among its words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()


def folded(word: str) -> str:
    """What is left of a word or key whatever its case, blanks, hyphens and underscores."""
    return "".join(filter(str.isalnum, word.casefold()))


def folded_words(words: Mapping[str, str]) -> Mapping[str, str]:
    """The words by their folded forms, without those of which two would be one then."""
    found: dict[str, str] = {}
    torn = set()
    for word, meaning in words.items():
        if found.setdefault(folded(word), meaning) != meaning:
            torn.add(folded(word))
    return {word: meaning for word, meaning in found.items() if word and word not in torn}


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if type(value) is int or (type(value) is float and math.isfinite(value)):
        return str(value)
    return None
