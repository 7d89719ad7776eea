"""Values written otherwise: numbers, flags, ids, dates and words, one, some or all of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .. import identifiers
from ..clock import SECOND, from_iso, to_iso
from ..shapes import Kind
from .answer import Oddity, Outgoing, Place, values

COUNTS, FLAGS = frozenset({Kind.COUNT, Kind.RATE}), frozenset({Kind.FLAG})
IDS, DATES, WORDS = frozenset({Kind.IDENTIFIER}), frozenset({Kind.MOMENT}), frozenset({Kind.WORD})
ANY = frozenset({*COUNTS, *FLAGS, *IDS, *DATES, *WORDS, Kind.TEXT})
MISSING, GIVEN = object(), object()
# What a page needs to be one: it loses its value only if it is asked for by name.
_OF_THE_PAGE = frozenset({"number", "isLast"})
_KEYS_OF_ROWS = ("email", "id", "name")


@dataclass(frozen=True)
class Writing:
    """How values of some kinds are written; `usual` is what it reaches unless somebody says."""

    description: str
    kinds: frozenset[Kind]
    write: Callable[[Place], Any]
    usual: str = "all"
    needs_no_value: bool = False

    def places(self, answer: Outgoing, key: str) -> list[Place]:
        """Where it fits; a value that somebody asks for by name is always fit."""
        if answer.is_error:
            return []
        found = [one for one in values(answer) if one.kind in self.kinds]
        if self.needs_no_value and not key:
            found = [one for one in found if one.ours not in _OF_THE_PAGE and not _is_key(one)]
        return [one for one in found if one.value is not None or self.needs_no_value]

    def change(self, place: Place, oddity: Oddity) -> None:
        """Write the value that way."""
        value = self.write(place)
        if value is GIVEN:
            place.put(json.loads(oddity.value))
        elif value is MISSING:
            place.remove()
        else:
            place.put(value)


def _is_key(place: Place) -> bool:
    """Whether a row or an object is known by this value."""
    return place.ours in _KEYS_OF_ROWS or place.ours in ("token", "status")


def _same(value: Any) -> Callable[[Place], Any]:
    return lambda _place: value


def _milliseconds(place: Place) -> int:
    return from_iso(_iso(place.value))


def _iso(value: Any) -> str:
    """A date as the sandbox writes it, whatever the contract makes of it."""
    return value if isinstance(value, str) else str(to_iso(int(value * SECOND)))


def _date(form: Callable[[str], str]) -> Callable[[Place], Any]:
    """A form made of `2026-03-01T09:30:00.123Z`."""
    return lambda place: form(_iso(place.value))


def _unknown_word(place: Place) -> str:
    return "bounced" if "unsubscribed" in place.words else "paused"


def _before_launch(place: Place) -> str:
    moment = datetime.fromisoformat(_iso(place.value))
    return moment.replace(year=moment.year - 1, day=1).strftime("%Y-%m-%dT%H:%M:%SZ")


WRITINGS = {
    "counts_as_text": Writing('Numbers as text: "12".', COUNTS, lambda place: str(place.value)),
    "counts_as_decimals": Writing(
        "Whole numbers with a decimal: 12.0.", COUNTS, lambda place: float(place.value)
    ),
    "counts_null": Writing(
        "Numbers are null.", COUNTS, _same(None), usual="value", needs_no_value=True
    ),
    "flags_as_numbers": Writing("Flags as 0 and 1.", FLAGS, lambda place: int(place.value)),
    "flags_as_text": Writing(
        'Flags as text: "True", "False".', FLAGS, lambda place: str(place.value)
    ),
    "ids_as_text": Writing('Ids as text: "12".', IDS, lambda place: str(place.value)),
    "ids_as_decimals": Writing(
        "Ids with a decimal: 12.0.", IDS, lambda place: float(identifiers.read(place.value))
    ),
    "ids_as_guids": Writing(
        "Ids as GUIDs; it understands them when they come back.",
        IDS,
        lambda place: identifiers.guid(identifiers.read(place.value)),
    ),
    "dates_with_blank": Writing(
        "Dates with a blank for the T.", DATES, _date(lambda text: text.replace("T", " "))
    ),
    "dates_without_offset": Writing(
        "Dates without an offset (UTC is meant).", DATES, _date(lambda text: text.rstrip("Z"))
    ),
    "dates_plain": Writing(
        "Dates with a blank, without offset and fraction.",
        DATES,
        _date(lambda text: text[:19].replace("T", " ")),
    ),
    "dates_with_long_fraction": Writing(
        "Dates with seven digits of a second.", DATES, _date(lambda text: f"{text[:-1]}0000Z")
    ),
    "dates_with_short_offset": Writing(
        "Dates with +0000 as their offset.", DATES, _date(lambda text: f"{text[:-1]}+0000")
    ),
    "dates_of_dotnet": Writing(
        "Dates as /Date(milliseconds)/.", DATES, lambda place: f"/Date({_milliseconds(place)})/"
    ),
    "dates_in_seconds": Writing(
        "Dates as Unix seconds.", DATES, lambda place: _milliseconds(place) // SECOND
    ),
    "dates_in_milliseconds": Writing("Dates as Unix milliseconds.", DATES, _milliseconds),
    "dates_empty": Writing('Dates are "".', DATES, _same(""), needs_no_value=True),
    "dates_null": Writing("Dates are null.", DATES, _same(None), needs_no_value=True),
    "dates_of_year_one": Writing(
        "Dates are 0001-01-01T00:00:00.", DATES, _same("0001-01-01T00:00:00"), needs_no_value=True
    ),
    "dates_of_1900": Writing(
        "Dates are 1900-01-01T00:00:00Z.", DATES, _same("1900-01-01T00:00:00Z"), needs_no_value=True
    ),
    "dates_before_launch": Writing(
        "Dates are a year too early: an open lies before the launch.", DATES, _before_launch
    ),
    "words_in_other_case": Writing(
        'Status words as " SENT ".', WORDS, lambda place: f" {place.value.upper()} "
    ),
    "word_unknown": Writing(
        'A status that nobody knows: "paused", of an added recipient "bounced".',
        WORDS,
        _unknown_word,
        usual="value",
    ),
    "value_null": Writing("A value is null.", ANY, _same(None), "value", needs_no_value=True),
    "value_missing": Writing(
        "A value is missing.", ANY, _same(MISSING), "value", needs_no_value=True
    ),
    "value_other": Writing(
        "A value is what is given as JSON.", ANY, _same(GIVEN), "value", needs_no_value=True
    ),
    "value_unreadable": Writing(
        "A value is an object that says nothing.",
        ANY,
        _same({"value": {}}),
        "value",
        needs_no_value=True,
    ),
}
