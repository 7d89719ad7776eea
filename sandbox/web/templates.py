"""Pages about message templates."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from ..demo_data import newsletter
from ..running import sandbox
from ..store import templates
from .chosen import MOST_SHOWN, account

# A template is anybody's HTML: no script, no network, and an origin of its own.
_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"


def add_routes(blueprint: Blueprint) -> None:
    """Register this module's pages."""
    blueprint.get("/templates")(index_of_templates)
    blueprint.get("/templates/new")(new_template)
    blueprint.post("/templates/new")(create_template)
    blueprint.get("/templates/<id:template_id>")(show_template)
    blueprint.post("/templates/<id:template_id>")(change_template)
    blueprint.get("/templates/<id:template_id>/preview")(preview_template)
    blueprint.post("/templates/<id:template_id>/delete")(delete_template)


def index_of_templates() -> str:
    """All templates."""
    rows = templates.page(sandbox().database, account()["id"], 0, MOST_SHOWN)
    return render_template("templates.html", rows=rows)


def new_template() -> str:
    """A form with a decent mail to begin with."""
    html = newsletter("Your organisation", "A heading", "What you have to say.", "Read more")
    template = {"id": None, "name": "", "subject": "", "html": html}
    return render_template("template.html", template=template)


def create_template() -> AnyResponse:
    """A new template."""
    template_id = templates.create(sandbox().database, account()["id"], *_typed())
    return redirect(f"/templates/{template_id}")


def show_template(template_id: int) -> str:
    """One template with its preview."""
    template = templates.find(sandbox().database, account()["id"], template_id)
    return render_template("template.html", template=template)


def change_template(template_id: int) -> AnyResponse:
    """Save a template."""
    templates.update(sandbox().database, account()["id"], template_id, *_typed())
    flash("Saved.")
    return redirect(f"/templates/{template_id}")


def preview_template(template_id: int) -> Response:
    """The mail itself, for a sandboxed frame."""
    template = templates.find(sandbox().database, account()["id"], template_id)
    response = Response(template["html"], mimetype="text/html")
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def delete_template(template_id: int) -> AnyResponse:
    """Remove a template."""
    templates.delete(sandbox().database, account()["id"], template_id)
    flash("The template is deleted.")
    return redirect("/templates")


def _typed() -> tuple[str, str, str]:
    name, subject, html = (request.form.get(key, "") for key in ("name", "subject", "html"))
    return name.strip(), subject.strip(), html
