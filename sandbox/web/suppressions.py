"""Page about who may not be mailed."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from ..errors import UsageError
from ..running import now, sandbox
from ..store import suppressions
from .chosen import PAGE_SIZE, account, offset, paged, search, words

_PATH = "/suppressions"


def add_routes(blueprint: Blueprint) -> None:
    """Register this module's pages."""
    blueprint.get(_PATH)(index_of_suppressions)
    blueprint.post(_PATH)(add_suppressions)
    blueprint.post(f"{_PATH}/lift")(lift_suppression)
    blueprint.post(f"{_PATH}/refuse")(refuse_address)
    blueprint.post(f"{_PATH}/accept")(accept_address)


def index_of_suppressions() -> str:
    """Suppressed and refused addresses."""
    now()
    database, owner = sandbox().database, account()["id"]
    rows = suppressions.page(database, owner, search(), offset(), PAGE_SIZE + 1)
    return render_template(
        "suppressions.html",
        total=suppressions.count(database, owner),
        refusals=suppressions.refusals(database, owner),
        search=search(),
        **paged(rows),
    )


def add_suppressions() -> Response:
    """Suppress typed addresses."""
    emails = words("emails")
    if not emails:
        raise UsageError("Type one address at least.")
    suppressions.suppress(sandbox().database, account()["id"], emails, "Suppressed by hand", now())
    flash(f"{len(emails)} suppressed.")
    return redirect(_PATH)


def lift_suppression() -> Response:
    """Let an address be added again."""
    email = request.form.get("email", "")
    suppressions.lift(sandbox().database, account()["id"], email)
    flash(f"{email} can be added again.")
    return redirect(_PATH)


def refuse_address() -> Response:
    """Refuse an address as invalid from now on."""
    email = request.form.get("email", "").strip()
    message = request.form.get("message", "").strip()
    suppressions.refuse(sandbox().database, account()["id"], email, message)
    return redirect(_PATH)


def accept_address() -> Response:
    """No longer refuse an address."""
    suppressions.accept(sandbox().database, account()["id"], request.form.get("email", ""))
    return redirect(_PATH)
