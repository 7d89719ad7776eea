"""Recipient lists and who is on them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..addresses import address_key, domain_key, is_address
from ..database import LARGEST_ID, Database
from ..errors import NotFound, UsageError

_BATCH = 10_000


@dataclass(frozen=True)
class NewRecipient:
    """Somebody to be added to a list, with values for its merge variables by name."""

    email: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Outcome:
    """What became of one: `status` of the contract, and why if it is `invalid`."""

    email: str
    status: str
    message: str | None = None


def create(database: Database, account_id: int, name: str) -> int:
    """A new empty list; its id."""
    if not name.strip():
        raise UsageError("A list needs a name.")
    return database.insert("INSERT INTO list (account_id, name) VALUES (?, ?)", (account_id, name))


def find(database: Database, account_id: int, list_id: int) -> sqlite3.Row:
    """A list of the account. Raises NotFound."""
    found = None
    if 0 < list_id <= LARGEST_ID:
        found = database.row(
            "SELECT * FROM list WHERE id = ? AND account_id = ?", (list_id, account_id)
        )
    if found is None:
        raise NotFound(f"There is no list {list_id}.")
    return found


def rename(database: Database, account_id: int, list_id: int, name: str) -> None:
    """Give a list another name."""
    find(database, account_id, list_id)
    if not name.strip():
        raise UsageError("A list needs a name.")
    database.execute("UPDATE list SET name = ? WHERE id = ?", (name, list_id))


def delete(database: Database, account_id: int, list_id: int) -> None:
    """Remove a list with its recipients."""
    find(database, account_id, list_id)
    database.execute("DELETE FROM list WHERE id = ?", (list_id,))


def page(database: Database, account_id: int, offset: int, limit: int) -> list[sqlite3.Row]:
    """Lists of the account in the order in which they were made."""
    return database.rows(
        "SELECT * FROM list WHERE account_id = ? ORDER BY id LIMIT ? OFFSET ?",
        (account_id, limit, offset),
    )


def add_recipients(
    database: Database, account_id: int, list_id: int, recipients: list[NewRecipient], now: int
) -> list[Outcome]:
    """Add what can be added; one outcome for each, in the same order.

    Somebody on the list stays as he is; who has unsubscribed from the account isn't added.
    """
    with database.transaction():
        gate = _Gate(database, account_id, list_id, [entry.email for entry in recipients])
        outcomes = [gate.judge(entry) for entry in recipients]
        new = [
            (list_id, address_key(entry.email), entry.email, _fields_text(entry.fields), now)
            for entry, outcome in zip(recipients, outcomes, strict=True)
            if outcome.status == "added"
        ]
        _insert(database, list_id, new)
    return outcomes


def populate(database: Database, account_id: int, list_id: int, count: int, now: int) -> None:
    """Fill a list with made-up people, person-0000001@example.com and on, who weren't on it."""
    find(database, account_id, list_id)
    with database.transaction():
        for start in range(1, count + 1, _BATCH):
            emails = made_up_addresses(range(start, min(start + _BATCH, count + 1)))
            known = _known_keys(
                database, "SELECT key FROM list_member WHERE list_id = ?", list_id, emails
            )
            new = [(list_id, email, email, None, now) for email in emails if email not in known]
            _insert(database, list_id, new)


def made_up_addresses(numbers: Iterable[int]) -> list[str]:
    """Addresses of people who plainly don't exist, in ascending order."""
    return [f"person-{number:07}@example.com" for number in numbers]


def remove_recipients(
    database: Database, account_id: int, list_id: int, emails: Iterable[str]
) -> int:
    """Take addresses off one list; how many were on it."""
    find(database, account_id, list_id)
    with database.transaction():
        removed = sum(
            database.execute(
                "DELETE FROM list_member WHERE list_id = ? AND key = ?",
                (list_id, address_key(email)),
            )
            for email in emails
        )
        _change_count(database, list_id, -removed)
    return removed


def remove_everywhere(database: Database, account_id: int, key: str) -> None:
    """Take one address off all lists of the account."""
    for row in database.rows(
        "SELECT list_id FROM list JOIN list_member ON list_id = list.id"
        " WHERE account_id = ? AND key = ?",
        (account_id, key),
    ):
        database.execute(
            "DELETE FROM list_member WHERE list_id = ? AND key = ?", (row["list_id"], key)
        )
        _change_count(database, row["list_id"], -1)


def members(
    database: Database, list_id: int, search: str, offset: int, limit: int
) -> list[sqlite3.Row]:
    """People on a list by address, those whose address contains `search`."""
    return database.rows(
        "SELECT email, fields, added_at FROM list_member"
        " WHERE list_id = ? AND instr(key, ?) ORDER BY key LIMIT ? OFFSET ?",
        (list_id, address_key(search), limit, offset),
    )


def unsuppressed_addresses(database: Database, account_id: int, list_id: int) -> Iterator[str]:
    """Addresses of a list that may be mailed, in ascending order."""
    last = ""
    while True:
        rows = database.rows(
            "SELECT key, email FROM list_member AS member WHERE list_id = ? AND key > ?"
            " AND NOT EXISTS (SELECT 1 FROM suppression"
            " WHERE account_id = ? AND suppression.key = member.key) ORDER BY key LIMIT ?",
            (list_id, last, account_id, _BATCH),
        )
        if not rows:
            return
        yield from (row["email"] for row in rows)
        last = rows[-1]["key"]


class _Gate:
    """Decides about each recipient of one batch with a few queries for all of them."""

    def __init__(
        self, database: Database, account_id: int, list_id: int, emails: list[str]
    ) -> None:
        keys = [address_key(email) for email in emails]
        self._present = _known_keys(
            database, "SELECT key FROM list_member WHERE list_id = ?", list_id, keys
        )
        self._suppressed = _known_keys(
            database, "SELECT key FROM suppression WHERE account_id = ?", account_id, keys
        )
        self._refusals = dict(
            tuple(row)
            for row in database.rows(
                "SELECT key, message FROM refusal WHERE account_id = ?", (account_id,)
            )
        )
        self._fields = {
            row["name"]
            for row in database.rows(
                "SELECT name FROM recipient_field WHERE account_id = ?", (account_id,)
            )
        }

    def judge(self, entry: NewRecipient) -> Outcome:
        """What becomes of one, who from then on counts as on the list."""
        key = address_key(entry.email)
        complaint = self._complaint(entry, key)
        if complaint:
            return Outcome(entry.email, "invalid", complaint)
        if key in self._suppressed:
            return Outcome(entry.email, "unsubscribed")
        if key in self._present:
            return Outcome(entry.email, "exists")
        self._present.add(key)
        return Outcome(entry.email, "added")

    def _complaint(self, entry: NewRecipient, key: str) -> str | None:
        if not is_address(entry.email):
            return "This isn't a valid e-mail address."
        for name in entry.fields:
            if name not in self._fields:
                return f"There is no recipient field {name[:100]}."
        if not self._refusals:
            return None
        return self._refusals.get(key) or self._refusals.get(domain_key(key))


def _known_keys(database: Database, query: str, owner_id: int, keys: list[str]) -> set[str]:
    rows = database.rows(
        f"{query} AND key IN (SELECT value FROM json_each(?))", (owner_id, json.dumps(keys))
    )
    return {row["key"] for row in rows}


def _insert(database: Database, list_id: int, rows: Sequence[tuple[object, ...]]) -> None:
    database.execute_many("INSERT INTO list_member VALUES (?, ?, ?, ?, ?)", rows)
    _change_count(database, list_id, len(rows))


def _change_count(database: Database, list_id: int, difference: int) -> None:
    database.execute(
        "UPDATE list SET recipient_count = recipient_count + ? WHERE id = ?", (difference, list_id)
    )


def _fields_text(fields: Mapping[str, str]) -> str | None:
    return json.dumps(dict(fields), ensure_ascii=False) if fields else None
