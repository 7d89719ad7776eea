"""Untrusted JSON to checked values, a column at a time.

A page has up to 1,000 rows of a dozen keys. Checking a whole column (`set(map(type, column))`,
`min`, `max`) keeps the work inside the interpreter's C code, and a single object is a page of one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, NoReturn

from .endpoints import Kind, Schema
from .text import clean_email, clean_name, clean_text
from .types import AddStatus, CampaignStatus

MAX_COUNT = 2**31 - 1
MAX_IDENTIFIER = 2**53
MAX_TOKEN = 8192
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
CLOCK_TOLERANCE = timedelta(days=2)


class UnusableValue(Exception):
    """A value is not what the contract says; the text tells where and what was expected."""


def decode_json(body: bytes) -> Any:
    """Decode strict UTF-8 JSON: no NaN or Infinity, no depth that the interpreter can't hold."""
    try:
        return _DECODER.decode(body.decode("utf-8-sig"))
    except RecursionError:
        raise UnusableValue("its JSON is nested too deeply") from None
    except ValueError:
        raise UnusableValue("it is not valid JSON in UTF-8") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def read_columns(rows: Any, schema: Schema) -> list[list[Any]]:
    """Check `rows`, a JSON array of objects, and return one list of values per key of `schema`."""
    if type(rows) is not list or not _only(rows, dict):
        raise UnusableValue("a list of objects was expected")
    return [_read_column(rows, key.name, key) for key in schema.values()]


def read_object(value: Any, schema: Schema) -> list[Any]:
    """Check one JSON object and return its values in the order of `schema`."""
    if type(value) is not dict:
        raise UnusableValue("an object was expected")
    return [column[0] for column in read_columns([value], schema)]


def _read_column(rows: list[dict[str, Any]], name: str, key: Any) -> list[Any]:
    column = [row.get(name) for row in rows]
    reader = READERS[key.kind]
    if key.required:
        values = reader(column)
    else:
        values = reader([value for value in column if value is not None])
        if values is not None and len(values) < len(column):
            rest = iter(values)
            values = [key.default if value is None else next(rest) for value in column]
    if values is None:
        raise UnusableValue(f"{name} is not {key.kind.value}, or is missing")
    return values


def _only(column: Sequence[Any], *types: type) -> bool:
    return set(map(type, column)) <= set(types)


def _read_whole_numbers(column: list[Any], low: int, high: int) -> list[Any] | None:
    if not _only(column, int) or (column and not (min(column) >= low and max(column) <= high)):
        return None
    return column


def _read_identifiers(column: list[Any]) -> list[Any] | None:
    return _read_whole_numbers(column, 1, MAX_IDENTIFIER)


def _read_counts(column: list[Any]) -> list[Any] | None:
    return _read_whole_numbers(column, 0, MAX_COUNT)


def _read_rates(column: list[Any]) -> list[Any] | None:
    if not _only(column, int, float):
        return None
    if not all(0 <= value <= MAX_COUNT for value in column):
        return None
    return [float(value) for value in column]


def _read_flags(column: list[Any]) -> list[Any] | None:
    return column if _only(column, bool) else None


def _text_reader(clean: Callable[[str], str]) -> Callable[[list[Any]], list[Any] | None]:
    def read(column: list[Any]) -> list[Any] | None:
        return list(map(clean, column)) if _only(column, str) else None

    return read


def _read_secrets(column: list[Any]) -> list[Any] | None:
    return column if _only(column, str) and all(map(is_usable_token, column)) else None


def is_usable_token(value: str) -> bool:
    """Whether `value` can be sent in a header."""
    return (
        0 < len(value) <= MAX_TOKEN
        and value.isascii()
        and value.isprintable()
        and (" " not in value)
    )


def _as_reference(text: str) -> str:
    """A key is never repaired: one that could not be ours is as good as none."""
    return text if text.isprintable() else ""


def _read_moments(column: list[Any]) -> list[Any] | None:
    if not _only(column, str):
        return None
    try:
        moments = list(map(datetime.fromisoformat, column))
    except ValueError:
        return None
    zones = {moment.tzinfo for moment in moments}
    if None in zones:
        return None
    latest = datetime.now(UTC) + CLOCK_TOLERANCE
    if moments and not (min(moments) >= EARLIEST and max(moments) <= latest):
        return None
    if zones <= {UTC}:
        return moments
    return [moment.astimezone(UTC) for moment in moments]


def _choice_reader(choices: type[Enum]) -> Callable[[list[Any]], list[Any] | None]:
    members = {member.value: member for member in choices}

    def read(column: list[Any]) -> list[Any] | None:
        if not _only(column, str) or not members.keys() >= set(column):
            return None
        return [members[value] for value in column]

    return read


READERS: dict[Kind, Callable[[list[Any]], list[Any] | None]] = {
    Kind.IDENTIFIER: _read_identifiers,
    Kind.COUNT: _read_counts,
    Kind.RATE: _read_rates,
    Kind.FLAG: _read_flags,
    Kind.NAME: _text_reader(clean_name),
    Kind.TEXT: _text_reader(clean_text),
    Kind.REFERENCE: _text_reader(_as_reference),
    Kind.EMAIL: _text_reader(clean_email),
    Kind.SECRET: _read_secrets,
    Kind.MOMENT: _read_moments,
    Kind.CAMPAIGN_STATUS: _choice_reader(CampaignStatus),
    Kind.ADD_STATUS: _choice_reader(AddStatus),
}
