"""All pages put together, with what they share: the frame, the chosen account, refusals."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from ..errors import NotFound, UsageError
from ..running import sandbox
from ..store import accounts
from . import (
    calls,
    campaigns,
    faults,
    formatting,
    lists,
    oddities,
    settings,
    suppressions,
    templates,
)
from .chosen import account

_NAVIGATION = (
    ("/campaigns", "Campaigns"),
    ("/lists", "Lists"),
    ("/templates", "Templates"),
    ("/suppressions", "Suppressions"),
    ("/calls", "Calls"),
    ("/faults", "Faults"),
    ("/oddities", "Oddities"),
    ("/settings", "Settings"),
)
# Names and templates come from outside; whatever they contain, no script may run.
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
    " img-src 'self' data:; frame-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'self'"
)


def create() -> Blueprint:
    """A blueprint with all pages."""
    blueprint = Blueprint(
        "web",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    blueprint.add_url_rule("/", view_func=_home)
    pages = (campaigns, lists, templates, suppressions, calls, faults, oddities, settings)
    for module in pages:
        module.add_routes(blueprint)
    for name, function in formatting.FILTERS.items():
        blueprint.add_app_template_filter(function, name)
    blueprint.app_context_processor(_shared)
    blueprint.after_app_request(_protect)
    blueprint.register_error_handler(UsageError, _refuse)
    blueprint.app_errorhandler(HTTPException)(_refuse_http)
    return blueprint


def _home() -> AnyResponse:
    return redirect("/campaigns")


def _shared() -> dict[str, Any]:
    return {
        "navigation": _NAVIGATION,
        "account": account(),
        "accounts": accounts.all_accounts(sandbox().database),
        "clock_now": sandbox().clock.now(),
        "clock_is_frozen": sandbox().clock.is_frozen(),
        "switched_on": {
            "/faults": len(sandbox().faults.all()),
            "/oddities": len(sandbox().oddities.all()),
        },
    }


def _protect(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", _POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _refuse(error: UsageError) -> AnyResponse:
    """Back to the page of the form with a sentence; a page of its own if there was no form."""
    if request.method == "POST":
        flash(str(error), "refusal")
        return redirect(_page_before())
    status = 404 if isinstance(error, NotFound) else 400
    return make_response(render_template("problem.html", sentence=str(error)), status)


def _refuse_http(error: HTTPException) -> AnyResponse:
    sentence = "There is no such page." if error.code == 404 else str(error.description)
    return make_response(render_template("problem.html", sentence=sentence), error.code or 500)


def _page_before() -> str:
    before = urlsplit(request.referrer or "")
    path = before.path if before.netloc == request.host else ""
    return path if path.startswith("/") and not path.startswith("//") else "/"
