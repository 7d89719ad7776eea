"""Pages about recipient lists."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from ..errors import UsageError
from ..running import now, sandbox
from ..store import lists
from .chosen import MOST_SHOWN, PAGE_SIZE, account, offset, paged, search, whole_number, words

_MOST = 1_000_000


def add_routes(blueprint: Blueprint) -> None:
    """Register this module's pages."""
    blueprint.get("/lists")(index_of_lists)
    blueprint.post("/lists")(create_list)
    blueprint.get("/lists/<id:list_id>")(show_list)
    blueprint.post("/lists/<id:list_id>/rename")(rename_list)
    blueprint.post("/lists/<id:list_id>/add")(add_to_list)
    blueprint.post("/lists/<id:list_id>/populate")(populate_list)
    blueprint.post("/lists/<id:list_id>/remove")(remove_from_list)
    blueprint.post("/lists/<id:list_id>/delete")(delete_list)


def index_of_lists() -> str:
    """All lists."""
    rows = lists.page(sandbox().database, account()["id"], 0, MOST_SHOWN)
    return render_template("lists.html", rows=rows)


def create_list() -> Response:
    """A new list."""
    list_id = lists.create(
        sandbox().database, account()["id"], request.form.get("name", "").strip()
    )
    return redirect(f"/lists/{list_id}")


def show_list(list_id: int) -> str:
    """One list with its recipients."""
    chosen = lists.find(sandbox().database, account()["id"], list_id)
    rows = lists.members(sandbox().database, list_id, search(), offset(), PAGE_SIZE + 1)
    return render_template(
        "list.html",
        chosen=chosen,
        search=search(),
        **paged(rows),
    )


def rename_list(list_id: int) -> Response:
    """Give a list another name."""
    name = request.form.get("name", "").strip()
    lists.rename(sandbox().database, account()["id"], list_id, name)
    return redirect(f"/lists/{list_id}")


def add_to_list(list_id: int) -> Response:
    """Add typed addresses."""
    lists.find(sandbox().database, account()["id"], list_id)
    entries = [lists.NewRecipient(email, {}) for email in words("emails")]
    if not entries:
        raise UsageError("Type one address at least.")
    outcomes = lists.add_recipients(sandbox().database, account()["id"], list_id, entries, now())
    statuses = [outcome.status for outcome in outcomes]
    counts = [f"{statuses.count(status)} {status}" for status in dict.fromkeys(statuses)]
    flash(f"{', '.join(counts).capitalize()}.")
    return redirect(f"/lists/{list_id}")


def populate_list(list_id: int) -> Response:
    """Add made-up people."""
    count = whole_number("count", least=1, most=_MOST)
    lists.populate(sandbox().database, account()["id"], list_id, count, now())
    return redirect(f"/lists/{list_id}")


def remove_from_list(list_id: int) -> Response:
    """Take one address off a list."""
    email = request.form.get("email", "")
    lists.remove_recipients(sandbox().database, account()["id"], list_id, [email])
    flash(f"{email} is off the list.")
    return redirect(f"/lists/{list_id}")


def delete_list(list_id: int) -> Response:
    """Remove a list."""
    lists.delete(sandbox().database, account()["id"], list_id)
    flash("The list is deleted.")
    return redirect("/lists")
