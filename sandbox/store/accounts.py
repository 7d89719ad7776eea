"""Accounts, their passwords and the tokens that stand for them."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from dataclasses import dataclass

from werkzeug.security import check_password_hash, generate_password_hash

from ..clock import MINUTE
from ..database import Database
from ..errors import ApiError, NotFound, UsageError

# Cheap on purpose: these are logins of a sandbox, and tests log in often.
_HASH_METHOD = "scrypt:1024:8:1"
_SYSTEM_FIELDS = ("Email",)
_OTHER_FIELDS = ("FirstName", "LastName", "Company", "City")


@dataclass(frozen=True)
class Limits:
    """Calls per hour and per month, and how many minutes a token lives."""

    hourly: int = 5_000
    monthly: int = 50_000
    token_minutes: float = 480


def create(
    database: Database,
    username: str,
    password: str,
    limits: Limits,
    *,
    any_sender: bool = False,
    client_id: str | None = None,
    client_secret: str | None = None,
) -> int:
    """A new account with the usual recipient fields; its id."""
    if not username or not password:
        raise UsageError("An account needs a user name and a password.")
    with database.transaction():
        if database.value("SELECT 1 FROM account WHERE username = ?", (username,)):
            raise UsageError(f"There is an account {username} already.")
        account_id = database.insert(
            "INSERT INTO account (username, password_hash, client_id, client_secret_hash,"
            " any_sender, token_minutes, hourly_limit, monthly_limit)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                username,
                _hash(password),
                client_id,
                _hash(client_secret) if client_secret else None,
                any_sender,
                limits.token_minutes,
                limits.hourly,
                limits.monthly,
            ),
        )
        database.execute_many(
            "INSERT INTO recipient_field VALUES (?, ?, ?)",
            [(account_id, name, name in _SYSTEM_FIELDS) for name in _SYSTEM_FIELDS + _OTHER_FIELDS],
        )
    return account_id


def all_accounts(database: Database) -> list[sqlite3.Row]:
    """All accounts in the order in which they were made."""
    return database.rows("SELECT * FROM account ORDER BY id")


def by_id(database: Database, account_id: int) -> sqlite3.Row:
    """The account with this id, which must exist."""
    account = database.row("SELECT * FROM account WHERE id = ?", (account_id,))
    if account is None:
        raise NotFound("This account is gone.")
    return account


def by_username(database: Database, username: str | None) -> sqlite3.Row:
    """The account of this user name; the first one if none is given."""
    account = database.row(
        "SELECT * FROM account WHERE username = coalesce(?, username) ORDER BY id LIMIT 1",
        (username,),
    )
    if account is None:
        raise NotFound(f"There is no account {username}." if username else "There is no account.")
    return account


def delete(database: Database, account_id: int) -> None:
    """Remove an account and everything that it has. The last one stays."""
    with database.transaction():
        if len(all_accounts(database)) == 1:
            raise UsageError("This is the only account; make another one first.")
        database.execute(
            "DELETE FROM event WHERE campaign_id IN (SELECT id FROM campaign WHERE account_id = ?)",
            (account_id,),
        )
        database.execute("DELETE FROM account WHERE id = ?", (account_id,))


def set_password(database: Database, account_id: int, password: str) -> None:
    """A new password; tokens that were given out stay valid, as in most services."""
    if not password:
        raise UsageError("A password can't be empty.")
    database.execute(
        "UPDATE account SET password_hash = ? WHERE id = ?", (_hash(password), account_id)
    )


def set_any_sender(database: Database, account_id: int, any_sender: bool) -> None:
    """Whether every address counts as a registered sender."""
    database.execute("UPDATE account SET any_sender = ? WHERE id = ?", (any_sender, account_id))


def log_in(
    database: Database,
    username: str,
    password: str,
    client_id: str | None,
    client_secret: str | None,
    now: int,
) -> tuple[sqlite3.Row, str]:
    """The account and a new token for it. Raises ApiError `invalid_credentials`."""
    account = database.row("SELECT * FROM account WHERE username = ?", (username,))
    if account is None or not check_password_hash(account["password_hash"], password):
        raise ApiError("invalid_credentials", "The user name or the password is wrong.")
    if account["client_id"] is not None and account["client_id"] != client_id:
        raise ApiError("invalid_credentials", "The client id is wrong.", "client_id")
    secret_hash = account["client_secret_hash"]
    if secret_hash is not None and not check_password_hash(secret_hash, client_secret or ""):
        raise ApiError("invalid_credentials", "The client secret is wrong.", "client_secret")
    return account, _new_token(database, account, now)


def token_owner(database: Database, token: str) -> sqlite3.Row | None:
    """The account of a token with `expires_at` beside it, also when the token has ended."""
    return database.row(
        "SELECT account.*, token.expires_at FROM token JOIN account ON account.id = account_id"
        " WHERE digest = ?",
        (_digest(token),),
    )


def expire_tokens(database: Database, account_id: int, now: int) -> int:
    """End all tokens of an account at once; how many there were."""
    return database.execute(
        "UPDATE token SET expires_at = ? WHERE account_id = ? AND expires_at > ?",
        (now, account_id, now),
    )


def _new_token(database: Database, account: sqlite3.Row, now: int) -> str:
    token = secrets.token_urlsafe(32)
    expires_at = now + int(account["token_minutes"] * MINUTE)
    with database.transaction():
        database.execute(
            "DELETE FROM token WHERE account_id = ? AND expires_at < ?",
            (account["id"], now - 24 * 60 * MINUTE),
        )
        database.execute(
            "INSERT INTO token VALUES (?, ?, ?)", (_digest(token), account["id"], expires_at)
        )
    return token


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def _hash(password: str) -> str:
    return generate_password_hash(password, _HASH_METHOD)
