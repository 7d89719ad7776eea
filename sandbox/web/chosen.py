"""What a page was asked for: whose account, which part of a table, what was typed into a form."""

from __future__ import annotations

import sqlite3

from flask import request, session

from ..errors import NotFound, UsageError
from ..running import sandbox
from ..store import accounts

PAGE_SIZE = 50
# Of what has no pages, such as lists to choose from.
MOST_SHOWN = 1000
_NAME = "account"


def account() -> sqlite3.Row:
    """The chosen account. Raises NotFound if all accounts were deleted."""
    try:
        return accounts.by_username(sandbox().database, session.get(_NAME))
    except NotFound:
        session.pop(_NAME, None)
        return accounts.by_username(sandbox().database, None)


def choose(username: str) -> None:
    """Show this account from now on."""
    session[_NAME] = accounts.by_username(sandbox().database, username)["username"]


def page_number() -> int:
    """The page of a table that was asked for, from 1."""
    return min(max(request.args.get("page", 1, type=int), 1), 10**6)


def offset() -> int:
    """Rows before that page."""
    return (page_number() - 1) * PAGE_SIZE


def paged(rows: list[sqlite3.Row]) -> dict[str, object]:
    """What a template needs of the page that was asked for; ``rows`` may be one more than fit."""
    return {
        "rows": rows[:PAGE_SIZE],
        "page": page_number(),
        "page_size": PAGE_SIZE,
        "has_more": len(rows) > PAGE_SIZE,
    }


def search() -> str:
    """What was typed into the search box."""
    return request.args.get("search", "").strip()


def whole_number(name: str, *, least: int = 0, most: int = 10**9) -> int:
    """A number of a form. Raises UsageError."""
    try:
        value = int(request.form.get(name, ""))
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise UsageError(f"The {name.replace('_', ' ')} must be a number from {least} to {most}.")
    return value


def words(name: str) -> list[str]:
    """The entries of a text field, separated by blanks, commas, semicolons or line breaks."""
    return request.form.get(name, "").replace(",", " ").replace(";", " ").split()
