"""Page about the calls that came in, and the quota."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from ..running import now, sandbox
from ..store import calls, quota
from .chosen import account

_SHOWN = 100


def add_routes(blueprint: Blueprint) -> None:
    """Register this module's pages."""
    blueprint.get("/calls")(index_of_calls)
    blueprint.get("/calls/live")(live_calls)
    blueprint.post("/calls/clear")(clear_calls)


def index_of_calls() -> str:
    """Quota, counts and the latest calls."""
    return render_template("calls.html", **_shown())


def live_calls() -> str:
    """The part of the page that changes by itself."""
    return render_template("calls_live.html", **_shown())


def clear_calls() -> Response:
    """Forget all calls."""
    calls.clear(sandbox().database)
    flash("The log of calls is empty.")
    return redirect("/calls")


def _shown() -> dict[str, object]:
    operation = request.args.get("operation") or None
    return {
        "quota": quota.current(account(), now()),
        "counts": calls.counts(sandbox().database),
        "rows": calls.recent(sandbox().database, operation, 0, _SHOWN),
        "operation": operation or "",
    }
