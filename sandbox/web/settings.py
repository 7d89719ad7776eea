"""Page with what belongs to the account and to the sandbox as a whole."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from ..clock import HOUR, MINUTE
from ..errors import UsageError
from ..running import now, sandbox
from ..store import accounts, quota, senders
from .chosen import account, choose, whole_number

_MILLISECONDS_BY_UNIT = {"minutes": MINUTE, "hours": HOUR, "days": 24 * HOUR}
_PATH = "/settings"
_MOST_STEPS = 5000


def add_routes(blueprint: Blueprint) -> None:
    """Register this module's pages."""
    blueprint.get(_PATH)(show_settings)
    actions = {
        "account": choose_account,
        "accounts": create_account,
        "password": change_password,
        "tokens": expire_tokens,
        "limits": change_limits,
        "senders": register_sender,
        "senders/remove": remove_sender,
        "any-sender": change_any_sender,
        "clock": move_clock,
        "reset": reset_everything,
    }
    for path, action in actions.items():
        blueprint.post(f"{_PATH}/{path}")(action)


def show_settings() -> str:
    """Everything that can be set."""
    owner = account()
    return render_template(
        "settings.html",
        quota=quota.current(owner, now()),
        senders=senders.registered(sandbox().database, owner["id"]),
        setup=sandbox().setup,
        units=tuple(_MILLISECONDS_BY_UNIT),
        address=request.host_url.rstrip("/"),
    )


def choose_account() -> Response:
    """Show another account."""
    choose(request.form.get("username", ""))
    return redirect("/campaigns")


def create_account() -> Response:
    """Another account."""
    username = request.form.get("username", "").strip()
    accounts.create(
        sandbox().database, username, request.form.get("password", ""), sandbox().setup.limits
    )
    choose(username)
    flash(f"The account {username} is ready.")
    return redirect(_PATH)


def change_password() -> Response:
    """Another password for the account."""
    accounts.set_password(sandbox().database, account()["id"], request.form.get("password", ""))
    flash("The password is changed.")
    return redirect(_PATH)


def expire_tokens() -> Response:
    """End all tokens of the account."""
    ended = accounts.expire_tokens(sandbox().database, account()["id"], now())
    flash(f"Tokens ended: {ended}.")
    return redirect(_PATH)


def change_limits() -> Response:
    """Save the limits."""
    names = ("hourly_limit", "monthly_limit", "token_minutes", "calls_this_hour")
    changes: dict[str, float] = {name: whole_number(name) for name in names}
    changes["calls_this_month"] = whole_number("calls_this_month")
    quota.set_limits(sandbox().database, account()["id"], changes, now())
    flash("The limits are saved.")
    return redirect(_PATH)


def register_sender() -> Response:
    """Register a sender address."""
    email = request.form.get("email", "").strip()
    senders.register(sandbox().database, account()["id"], email)
    return redirect(_PATH)


def remove_sender() -> Response:
    """Remove a sender address."""
    senders.remove(sandbox().database, account()["id"], request.form.get("email", ""))
    return redirect(_PATH)


def change_any_sender() -> Response:
    """Whether every address counts as registered."""
    any_sender = request.form.get("any_sender") == "on"
    accounts.set_any_sender(sandbox().database, account()["id"], any_sender)
    return redirect(_PATH)


def move_clock() -> Response:
    """Put the clock forward, stop it or let it run."""
    clock = sandbox().clock
    action = request.form.get("action", "")
    if action == "freeze":
        clock.freeze()
    elif action == "run":
        clock.run()
    else:
        unit = request.form.get("unit", "")
        if unit not in _MILLISECONDS_BY_UNIT:
            raise UsageError("Choose minutes, hours or days.")
        amount = whole_number("amount", least=1, most=_MOST_STEPS)
        clock.advance(amount * _MILLISECONDS_BY_UNIT[unit])
    now()
    return redirect(_PATH)


def reset_everything() -> Response:
    """Back to the beginning."""
    sandbox().reset(empty=request.form.get("empty") == "on")
    flash("Everything is as at the start.")
    return redirect(_PATH)
