"""Untrusted JSON as values, a column at a time.

A page has up to 1,000 rows of a dozen keys. Checking a whole column (`set(map(type, column))`,
`min`, `max`) keeps the work inside the interpreter's C code, and a single object is a page of one.
Only where a part of a column is not to the letter of the contract is that part read value by value.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import compress
from typing import Any

from . import values
from .contract_parts import Key, Shape
from .meanings import READ_FROM, Kind, Meanings
from .text import MAX_EMAIL, MAX_WORD, clean_name, clean_text, is_identifier
from .types import AddStatus, CampaignStatus
from .values import EARLIEST, MAX_COUNT, NoDate

READ_GENEROUSLY = "read_generously"
VALUE_DROPPED = "value_dropped"
ROW_SKIPPED = "row_skipped"
UNKNOWN_WORD = "unknown_word"
MISSING = "missing"
# Longer numbers are in no answer, and the interpreter refuses to read the longest.
MOST_DIGITS = 400
# So many values of a column are read one by one where one of them is odd.
FEW = 16
# Into so many parts a column is split to find them.
WAYS = 8

Note = Callable[[str, str, int], None]
Fast = Callable[[list[Any], Key], list[Any] | None]


class UnusableAnswer(Exception):
    """The answer lacks what it is for; the text tells what was expected."""


class _TwoValues:
    """Stands for the value of a key that is there twice, in two cases, with two values."""


TWO_VALUES = _TwoValues()


def decode_json(body: bytes, note: Note) -> Any:
    """Decode JSON; NaN, Infinity, endless numbers and damaged characters cost themselves alone.

    Raises UnusableAnswer for what is no JSON, or is deeper than the interpreter can hold.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("utf-8-sig", errors="replace")
        note("", READ_GENEROUSLY, 1)

    def drop(name: str) -> None:
        note(name, VALUE_DROPPED, 1)

    try:
        return _decoded(text, drop)
    except RecursionError:
        raise UnusableAnswer("its JSON is nested too deeply") from None
    except ValueError:
        raise UnusableAnswer("it is not valid JSON in UTF-8") from None


def _decoded(text: str, drop: Callable[[str], None]) -> Any:
    try:
        return json.JSONDecoder(parse_constant=drop).decode(text)
    except json.JSONDecodeError:
        raise
    except ValueError:
        # A number of more digits than the interpreter converts.
        def bounded(digits: str) -> int | None:
            if len(digits) <= MOST_DIGITS:
                return int(digits)
            drop("")
            return None

        return json.JSONDecoder(parse_constant=drop, parse_int=bounded).decode(text)


@dataclass
class Table:
    """Rows as a list of values for each attribute, without the rows that can't be read.

    `skipped` are those, as they came.
    """

    columns: list[list[Any]]
    skipped: list[Any] = field(default_factory=list)


def read_rows(
    rows: Sequence[Any], shape: Shape, meanings: Meanings, essential: Sequence[str], note: Note
) -> Table:
    """Read an array of objects; a row whose `essential` values can't be read is skipped."""
    objects = list(rows)
    skipped: list[Any] = []
    if not _only(objects, dict):
        skipped = [row for row in objects if type(row) is not dict]
        objects = [row for row in objects if type(row) is dict]
        note("", ROW_SKIPPED, len(skipped))
    objects = with_contract_names(objects, shape, note)
    columns = {
        means: _read_column(objects, shape, means, kind, note) for means, kind in meanings.items()
    }
    for means in essential:
        if None in columns[means]:
            readable = [value is not None for value in columns[means]]
            skipped += compress(objects, map(lambda fine: not fine, readable))
            note(shape[means].name, ROW_SKIPPED, readable.count(False))
            objects = list(compress(objects, readable))
            columns = {name: list(compress(c, readable)) for name, c in columns.items()}
    return Table(list(columns.values()), skipped)


def read_object(
    value: Any, shape: Shape, meanings: Meanings, essential: Sequence[str], note: Note
) -> list[Any]:
    """Read one object; raises UnusableAnswer where nothing, or nothing essential, is there."""
    if type(value) is not dict:
        raise UnusableAnswer("an object was expected")
    table = read_rows([value], shape, meanings, essential, note)
    if table.skipped:
        names = " and ".join(shape[means].name for means in essential)
        raise UnusableAnswer(f"{names} is missing, or can't be read")
    if not any(key.name in row for row in _named(value, shape) for key in shape.values()):
        raise UnusableAnswer("none of its keys was expected")
    return [column[0] for column in table.columns]


def _named(value: dict[str, Any], shape: Shape) -> list[dict[str, Any]]:
    return with_contract_names([value], shape, _nowhere)


def _nowhere(key: str, kind: str, times: int) -> None:
    """For what was noted before."""


def with_contract_names(
    objects: list[dict[str, Any]], shape: Shape, note: Note
) -> list[dict[str, Any]]:
    """The objects with keys that are written in another case renamed to those of the contract."""
    expected = {key.name for key in shape.values()}
    others = set().union(*objects) - expected
    if not others:
        return objects
    ours = values.folded_words({name: name for name in expected})
    renamed = {name: ours[values.folded(name)] for name in others if values.folded(name) in ours}
    if not renamed:
        return objects
    for name in set(renamed.values()):
        note(name, READ_GENEROUSLY, 1)
    return [row if renamed.keys().isdisjoint(row) else _renamed(row, renamed) for row in objects]


def _renamed(row: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in row.items():
        target = names.get(name, name)
        if target in result and not _same(result[target], value):
            value = TWO_VALUES
        result[target] = value
    return result


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and type(one) not in (dict, list) and bool(one == other)


def _read_column(
    objects: list[dict[str, Any]], shape: Shape, means: str, kind: Kind, note: Note
) -> list[Any]:
    key = shape.get(READ_FROM.get(means, means))
    if key is None:
        return [DEFAULTS.get(kind)] * len(objects)
    name = key.name
    column = [row.get(name) for row in objects]
    read = FAST[kind](column, key)
    if read is not None:
        return read
    # A word is read from the key of its status, where it was noted.
    reader = _ColumnReader(kind, key, _nowhere if means in READ_FROM else note)
    present = [value for value in column if value is not None]
    if len(present) == len(column):
        return reader.values(column)
    reader.note_nulls(objects, len(column) - len(present))
    rest = iter(reader.values(present))
    return [reader.default if value is None else next(rest) for value in column]


class _ColumnReader:
    """Reads a column as a whole, and the part of it that is odd value by value."""

    def __init__(self, kind: Kind, key: Key, note: Note) -> None:
        self.default = DEFAULTS.get(kind)
        self._fast = FAST[kind]
        self._one = ONE[kind]
        self._kind = kind
        self._key = key
        self._note = note

    def values(self, column: list[Any]) -> list[Any]:
        fine = self._fast(column, self._key)
        return self._parts(column) if fine is None else fine

    def _parts(self, column: list[Any]) -> list[Any]:
        """Split until the odd values are among few, or there are some in every part."""
        if len(column) <= FEW:
            return list(map(self._read_one, column))
        size = -(-len(column) // WAYS)
        parts = [column[start : start + size] for start in range(0, len(column), size)]
        fine = [self._fast(part, self._key) for part in parts]
        if not any(read is not None for read in fine):
            return list(map(self._read_one, column))
        together: list[Any] = []
        for part, read in zip(parts, fine, strict=True):
            together += self._parts(part) if read is None else read
        return together

    def note_nulls(self, objects: list[dict[str, Any]], nulls: int) -> None:
        """What is required may not be missing; null is no deviation where the contract has it."""
        if not self._key.is_required:
            return
        absent = sum(self._key.name not in row for row in objects)
        if absent:
            self._note(self._key.name, MISSING, absent)
        if nulls > absent and "null" not in self._key.types:
            self._note(self._key.name, READ_GENEROUSLY, nulls - absent)

    def _read_one(self, value: Any) -> Any:
        if isinstance(value, str) and not value.strip():
            return self.default
        fine = self._fast([value], self._key)
        if fine is not None:
            return fine[0]
        try:
            read = self._one(value, self._key)
        except NoDate:
            return self.default
        if read is None:
            self._note(self._key.name, VALUE_DROPPED, 1)
            return None if self._kind is Kind.REFERENCE else self.default
        unknown = read is CampaignStatus.UNKNOWN or read is AddStatus.UNKNOWN
        self._note(self._key.name, UNKNOWN_WORD if unknown else READ_GENEROUSLY, 1)
        return read


# What stands where nothing was told, or nothing that can be read; None for the other kinds.
DEFAULTS: Mapping[Kind, Any] = {
    Kind.NAME: "",
    Kind.TEXT: "",
    Kind.REFERENCE: "",
    Kind.CODE: "",
    Kind.CAMPAIGN_STATUS: CampaignStatus.UNKNOWN,
    Kind.CAMPAIGN_WORD: "",
    Kind.ADD_WORD: "",
}


def _only(column: Sequence[Any], *types: type) -> bool:
    return set(map(type, column)) <= set(types)


def _fast_identifiers(column: list[Any], key: Key) -> list[Any] | None:
    if _only(column, int) and _is_described_as(key, "integer"):
        fits = not column or (min(column) > 0 and max(column) < 10**values.MAX_ID_DIGITS)
        return list(map(str, column)) if fits else None
    if _only(column, str) and _is_described_as(key, "string"):
        return column if all(map(is_identifier, column)) else None
    return None


def _is_described_as(key: Key, kind: str) -> bool:
    return not key.types or kind in key.types


def _fast_counts(column: list[Any], key: Key) -> list[Any] | None:
    if not _only(column, int) or (column and not (min(column) >= 0 and max(column) <= MAX_COUNT)):
        return None
    return column


def _fast_rates(column: list[Any], key: Key) -> list[Any] | None:
    if not _only(column, int, float) or not all(0 <= value <= MAX_COUNT for value in column):
        return None
    return list(map(float, column))


def _fast_flags(column: list[Any], key: Key) -> list[Any] | None:
    return column if _only(column, bool) else None


def _fast_texts(clean: Callable[[str], str]) -> Fast:
    def read(column: list[Any], key: Key) -> list[Any] | None:
        return list(map(clean, column)) if _only(column, str) else None

    return read


def _fast_emails(column: list[Any], key: Key) -> list[Any] | None:
    if not _only(column, str) or not all(column) or not "".join(column).isprintable():
        return None
    is_fine = max(map(len, column), default=0) < MAX_EMAIL
    return column if is_fine and list(map(str.strip, column)) == column else None


def _fast_moments(column: list[Any], key: Key) -> list[Any] | None:
    if not _only(column, str):
        return None
    try:
        moments = list(map(datetime.fromisoformat, column))
    except ValueError:
        return None
    zones = {moment.tzinfo for moment in moments}
    if None in zones:
        return None
    latest = datetime.now(UTC) + values.CLOCK_TOLERANCE
    if moments and not (min(moments) >= EARLIEST and max(moments) <= latest):
        return None
    return moments if zones <= {UTC} else [moment.astimezone(UTC) for moment in moments]


def _fast_statuses(column: list[Any], key: Key) -> list[Any] | None:
    if not _only(column, str) or not key.words.keys() >= set(column):
        return None
    members = {word: _MEMBERS[key.kind](ours) for word, ours in key.words.items()}
    return [members[word] for word in column]


def _one_status(value: Any, key: Key) -> Any:
    if not isinstance(value, (bool, int, float, str)):
        return None
    word = values.as_word(value)
    ours = key.words.get(word) or values.folded_words(key.words).get(values.folded(word))
    return _MEMBERS[key.kind](ours or "unknown")


def _fast_words(column: list[Any], key: Key) -> list[Any] | None:
    if not _only(column, str) or not key.words.keys() >= set(column):
        return None
    return [word[:MAX_WORD] for word in column]


def _one(read: Callable[[Any], Any]) -> Callable[[Any, Key], Any]:
    return lambda value, key: read(value)


_MEMBERS: Mapping[Kind, Callable[[str], Any]] = {
    Kind.CAMPAIGN_STATUS: CampaignStatus,
    Kind.ADD_STATUS: AddStatus,
}
FAST: Mapping[Kind, Fast] = {
    Kind.IDENTIFIER: _fast_identifiers,
    Kind.COUNT: _fast_counts,
    Kind.RATE: _fast_rates,
    Kind.FLAG: _fast_flags,
    Kind.NAME: _fast_texts(clean_name),
    Kind.TEXT: _fast_texts(clean_text),
    Kind.REFERENCE: _fast_texts(values.as_reference),
    Kind.EMAIL: _fast_emails,
    Kind.MOMENT: _fast_moments,
    Kind.CAMPAIGN_STATUS: _fast_statuses,
    Kind.CAMPAIGN_WORD: _fast_words,
    Kind.ADD_STATUS: _fast_statuses,
    Kind.ADD_WORD: _fast_words,
}
ONE: Mapping[Kind, Callable[[Any, Key], Any]] = {
    Kind.IDENTIFIER: _one(values.read_identifier),
    Kind.COUNT: _one(values.read_count),
    Kind.RATE: _one(values.read_rate),
    Kind.FLAG: _one(values.read_flag),
    Kind.NAME: _one(values.read_name),
    Kind.TEXT: _one(values.read_text),
    Kind.REFERENCE: _one(values.read_reference),
    Kind.EMAIL: _one(values.read_email),
    Kind.MOMENT: _one(values.read_moment),
    Kind.CAMPAIGN_STATUS: _one_status,
    Kind.CAMPAIGN_WORD: _one(values.read_word),
    Kind.ADD_STATUS: _one_status,
    Kind.ADD_WORD: _one(values.read_word),
}
