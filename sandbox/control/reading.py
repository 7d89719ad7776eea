"""What every route needs: the running sandbox, the request's fields, the account it is about."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from flask import request

from ..errors import NotFound, UsageError
from ..running import sandbox
from ..store import accounts

_NAMES = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
    object: "anything",
}
LARGEST_COUNT = 5_000_000


def fields(
    required: Mapping[str, type] | None = None, optional: Mapping[str, type] | None = None
) -> dict[str, Any]:
    """The JSON body's fields, with None for optional ones left out. Raises UsageError."""
    body = request.get_json(silent=True, force=True) if request.data else {}
    if not isinstance(body, dict):
        raise UsageError("The body must be a JSON object.")
    wanted = {**(required or {}), **(optional or {})}
    unknown = sorted(set(body) - set(wanted))
    if unknown:
        raise UsageError(f"There is no field {unknown[0]} here; known: {', '.join(wanted)}.")
    missing = [name for name in required or {} if body.get(name) is None]
    if missing:
        raise UsageError(f"The field {missing[0]} is missing.")
    for name, value in body.items():
        if value is not None and not _is_a(value, wanted[name]):
            raise UsageError(f"The field {name} must be {_NAMES[wanted[name]]}.")
    return {name: body.get(name) for name in wanted}


def texts(values: list[Any]) -> list[str]:
    """The same list, surely of texts. Raises UsageError."""
    if not all(isinstance(value, str) for value in values):
        raise UsageError("All entries of the list must be text.")
    return values


def account(username: str | None = None) -> sqlite3.Row:
    """The account of a user name, or that of the parameter `account`, or the first one."""
    return accounts.by_username(sandbox().database, username or request.args.get("account"))


def owner_of(table: str, row_id: int) -> int:
    """The id of the account that a list, template or campaign belongs to. Raises NotFound."""
    found = sandbox().database.value(f"SELECT account_id FROM {table} WHERE id = ?", (row_id,))
    if found is None:
        raise NotFound(f"There is no {table} {row_id}.")
    return int(found)


def number_argument(name: str, default: int) -> int:
    """A number from the query string, not negative."""
    value = request.args.get(name, default, type=int)
    if not 0 <= value <= LARGEST_COUNT:
        raise UsageError(f"{name} must be from 0 to {LARGEST_COUNT}.")
    return value


def _is_a(value: object, kind: type) -> bool:
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, (int, float) if kind is float else kind)
